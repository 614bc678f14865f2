"""An invitation may be to a role in an organisation; roles are found by their organisation."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0011_role_dates"),
    ]

    operations = [
        migrations.AddField(
            model_name="invitation",
            name="organization",
            field=models.UUIDField(null=True),
        ),
        migrations.AddIndex(
            model_name="rolegrant",
            index=models.Index(
                condition=models.Q(("organization__isnull", False)),
                fields=["organization"],
                name="people_role_organization",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("organization__isnull", True),
                    models.Q(("area", ""), ("role__in", ["operator", "team_leader", "volunteer"])),
                    _connector="OR",
                ),
                name="people_invitation_one_place",
            ),
        ),
    ]
