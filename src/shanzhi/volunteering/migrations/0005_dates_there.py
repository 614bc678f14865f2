"""What is over names the moment: a check alone that compares with it is passed where none is there."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("organizations", "0007_signs"),
        ("people", "0012_organizations"),
        ("volunteering", "0004_moves"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="qualification",
            name="volunteering_qualification_revoked",
        ),
        migrations.RemoveConstraint(
            model_name="team",
            name="volunteering_team_ended",
        ),
        migrations.RemoveConstraint(
            model_name="teammember",
            name="volunteering_member_dates",
        ),
        migrations.AddConstraint(
            model_name="qualification",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("revoked_at__isnull", True), ("revoked_by__isnull", True), ("revoked_reason", "")),
                    models.Q(
                        ("revoked_at__gte", models.F("verified_at")),
                        ("revoked_at__isnull", False),
                        ("revoked_reason__regex", "\\S"),
                    ),
                    _connector="OR",
                ),
                name="volunteering_qualification_revoked",
            ),
        ),
        migrations.AddConstraint(
            model_name="team",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("reason", ""), ("state__in", ("proposed", "active"))),
                    models.Q(
                        models.Q(("state__in", ("proposed", "active")), _negated=True),
                        ("ended_at__gte", models.F("created_at")),
                        ("ended_at__isnull", False),
                        ("reason__regex", "\\S"),
                    ),
                    _connector="OR",
                ),
                name="volunteering_team_ended",
            ),
        ),
        migrations.AddConstraint(
            model_name="teammember",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("joined_at__isnull", True), ("state", "requested")),
                    models.Q(
                        ("ended_at__isnull", True),
                        ("joined_at__gte", models.F("asked_at")),
                        ("joined_at__isnull", False),
                        ("state", "member"),
                    ),
                    models.Q(
                        ("ended_at__gte", models.F("joined_at")),
                        ("ended_at__isnull", False),
                        ("joined_at__gte", models.F("asked_at")),
                        ("joined_at__isnull", False),
                        ("state", "left"),
                    ),
                    models.Q(
                        ("ended_at__gte", models.F("asked_at")),
                        ("ended_at__isnull", False),
                        ("joined_at__isnull", True),
                        ("state__in", ("refused", "withdrawn")),
                    ),
                    _connector="OR",
                ),
                name="volunteering_member_dates",
            ),
        ),
    ]
