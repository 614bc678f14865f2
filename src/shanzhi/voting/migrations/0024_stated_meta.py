"""What an imported file said of its place and its ballots' limits; frozen with the poll like all else about it."""

from django.db import migrations, models

# The default stands in the database too, so that processes of the earlier release go on writing while it is rolled out.
FREEZE = """
CREATE FUNCTION voting_guard_stated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what the file of a poll said is frozen with it' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER voting_poll_stated BEFORE UPDATE ON voting_poll FOR EACH ROW
    WHEN (OLD.state NOT IN ('draft', 'roll_fixed') AND NEW.stated IS DISTINCT FROM OLD.stated)
    EXECUTE FUNCTION voting_guard_stated();
"""
THAW = "DROP TRIGGER voting_poll_stated ON voting_poll; DROP FUNCTION voting_guard_stated();"


class Migration(migrations.Migration):
    """A column with a constant default is added without rewriting a row."""

    dependencies = [("voting", "0023_found_needs")]

    operations = [
        migrations.AddField(
            "poll", "stated", models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict)
        ),
        migrations.RunSQL(FREEZE, THAW),
    ]
