"""How an imported election was read, and in which language its titles are; frozen with the poll like all else about it."""

from django.db import migrations, models

# The defaults stand in the database too, so that processes of the earlier release go on writing while it is rolled out.
FREEZE = """
CREATE FUNCTION voting_guard_origin() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'how a poll came about is frozen once it is open' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER voting_poll_origin BEFORE UPDATE ON voting_poll FOR EACH ROW
    WHEN (
        OLD.state NOT IN ('draft', 'roll_fixed')
        AND (NEW.language, NEW.title_language, NEW.treatments)
            IS DISTINCT FROM (OLD.language, OLD.title_language, OLD.treatments)
    )
    EXECUTE FUNCTION voting_guard_origin();
"""
THAW = "DROP TRIGGER voting_poll_origin ON voting_poll; DROP FUNCTION voting_guard_origin();"


class Migration(migrations.Migration):
    """Columns with a constant default are added without rewriting a row."""

    dependencies = [("voting", "0004_envelope_tags")]

    operations = [
        migrations.AddField("poll", "language", models.CharField(blank=True, db_default="", default="", max_length=20)),
        migrations.AddField(
            "poll", "title_language", models.CharField(blank=True, db_default="", default="", max_length=20)
        ),
        migrations.AddField(
            "poll", "treatments", models.JSONField(db_default=models.Value([], models.JSONField()), default=list)
        ),
        migrations.AddField(
            "upload", "treatments", models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict)
        ),
        migrations.RunSQL(FREEZE, THAW),
    ]
