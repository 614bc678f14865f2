"""Roles remember whether what follows from their dates was carried out: sessions ended, the event, the notice."""

from django.db import migrations, models
from django.db.models import Q

# What is over already, by its date or by hand before it began, is over without another event: nobody is told of it now.
# What begins later ends the sessions of before when it does, like a role given from now on.
CARRIED_OUT = """
UPDATE people_rolegrant SET over_at = least(ends_at, now())
    WHERE ends_at <= now() OR (ends_at IS NOT NULL AND ended_reason <> '');
UPDATE people_rolegrant SET begins_later = true WHERE starts_at > now() AND over_at IS NULL;
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0010_merges")]

    operations = [
        migrations.AddField("rolegrant", "begins_later", models.BooleanField(default=False, db_default=False)),
        migrations.AddField("rolegrant", "over_at", models.DateTimeField(null=True)),
        migrations.AddConstraint(
            "rolegrant",
            models.CheckConstraint(
                condition=Q(over_at__isnull=True) | Q(ends_at__isnull=False, begins_later=False),
                name="people_role_over_has_end",
            ),
        ),
        migrations.AddIndex(
            "rolegrant",
            models.Index(fields=["starts_at"], condition=Q(begins_later=True), name="people_role_begins"),
        ),
        migrations.AddIndex(
            "rolegrant",
            models.Index(
                fields=["ends_at"], condition=Q(over_at__isnull=True, ends_at__isnull=False), name="people_role_ends"
            ),
        ),
        migrations.RunSQL(CARRIED_OUT, migrations.RunSQL.noop),
    ]
