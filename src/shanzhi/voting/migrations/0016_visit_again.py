"""A second home visit after one that nobody confirmed: the wider index is built beside the old one, which goes last."""

from django.db import migrations, models

BUILD = [
    # A build that was broken off leaves an index that holds nothing.
    "DROP INDEX CONCURRENTLY IF EXISTS voting_mark_outer_lasting;",
    """CREATE UNIQUE INDEX CONCURRENTLY voting_mark_outer_lasting ON voting_papermark (booth_id, "outer")
    WHERE NOT ("outer" = '') AND NOT (state = 'returned') AND NOT (void_reason = 'not_confirmed');""",
    "DROP INDEX CONCURRENTLY IF EXISTS voting_mark_outer_once;",
]
# Refused by the database once there was a second visit.
BACK = [
    "DROP INDEX CONCURRENTLY IF EXISTS voting_mark_outer_once;",
    """CREATE UNIQUE INDEX CONCURRENTLY voting_mark_outer_once ON voting_papermark (booth_id, "outer")
    WHERE NOT ("outer" = '') AND NOT (state = 'returned');""",
    "DROP INDEX CONCURRENTLY IF EXISTS voting_mark_outer_lasting;",
]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("voting", "0015_small_electorates_checked")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveConstraint(model_name="papermark", name="voting_mark_outer_once"),
                migrations.AddConstraint(
                    model_name="papermark",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(
                            models.Q(("outer", ""), _negated=True),
                            models.Q(("state", "returned"), _negated=True),
                            models.Q(("void_reason", "not_confirmed"), _negated=True),
                        ),
                        fields=("booth", "outer"),
                        name="voting_mark_outer_lasting",
                    ),
                ),
            ],
            database_operations=[migrations.RunSQL(BUILD, BACK)],
        ),
    ]
