"""The index of those registered on the spot, built beside ballots."""

from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("voting", "0011_paper_guards")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddIndex(
                    model_name="rollentry",
                    index=models.Index(
                        condition=models.Q(("added_at_booth__isnull", False)),
                        fields=["added_at_booth"],
                        name="voting_roll_added",
                    ),
                ),
            ],
            database_operations=[
                migrations.RunSQL(
                    "CREATE INDEX CONCURRENTLY IF NOT EXISTS voting_roll_added"
                    " ON voting_rollentry (added_at_booth_id) WHERE added_at_booth_id IS NOT NULL;",
                    "DROP INDEX CONCURRENTLY IF EXISTS voting_roll_added;",
                ),
            ],
        ),
    ]
