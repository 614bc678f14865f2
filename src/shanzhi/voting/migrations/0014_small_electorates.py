"""How small an electorate is coarsened, frozen with the poll; of a count, what was held back and the salts of its seal."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

# The defaults stand in the database too, so that processes of the earlier release go on writing while it is rolled out.
# Polls from before were promised whole files: 0 keeps that.
FREEZE = """
CREATE FUNCTION voting_guard_secrecy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'how little is told of a small electorate is frozen once the poll is open'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER voting_poll_secrecy BEFORE UPDATE ON voting_poll FOR EACH ROW
    WHEN (
        OLD.state NOT IN ('draft', 'roll_fixed')
        AND (NEW.smallest_electorate, NEW.smallest_group) IS DISTINCT FROM (OLD.smallest_electorate, OLD.smallest_group)
    )
    EXECUTE FUNCTION voting_guard_secrecy();
"""
THAW = "DROP TRIGGER voting_poll_secrecy ON voting_poll; DROP FUNCTION voting_guard_secrecy();"


class Migration(migrations.Migration):
    """Columns with a constant default are added without rewriting a row; the check is proved by the next migration."""

    dependencies = [("voting", "0013_left_options")]

    operations = [
        migrations.AddField("poll", "smallest_electorate", models.IntegerField(db_default=0, default=0)),
        migrations.AddField("poll", "smallest_group", models.SmallIntegerField(db_default=5, default=5)),
        AddConstraintNotValid(
            "poll",
            models.CheckConstraint(
                condition=models.Q(smallest_electorate__gte=0, smallest_group__gte=3), name="voting_poll_small_groups"
            ),
        ),
        migrations.AddField("count", "seal_key", models.BinaryField(null=True)),
        migrations.AddField("count", "seal_nodes", models.BinaryField(db_default=b"", default=b"")),
        migrations.AddField(
            "count", "publication", models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict)
        ),
        migrations.RunSQL(FREEZE, THAW),
    ]
