import uuid

import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("work", "0002_bigrams"),
    ]

    operations = [
        migrations.CreateModel(
            name="Organization",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=100, verbose_name="Name of the organisation")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("support_organization", "Support organisation"),
                            ("hub", "Hub organisation"),
                            ("community_organization", "Community organisation"),
                            ("volunteer_team", "Volunteer team"),
                            ("social_association", "Social association"),
                            ("social_service_institution", "Social service institution"),
                            ("foundation", "Foundation"),
                            ("social_enterprise", "Social enterprise"),
                        ],
                        max_length=32,
                        verbose_name="Sort",
                    ),
                ),
                ("area", models.CharField(db_collation="C", max_length=12, verbose_name="Seat")),
                (
                    "credit_code",
                    models.CharField(
                        db_collation="C", max_length=18, null=True, verbose_name="Unified social credit code"
                    ),
                ),
                ("synthetic", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("closed_reason", models.TextField(blank=True)),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["-created_at", "id"], name="organizations_newest"),
                    models.Index(fields=["area", "name"], name="organizations_seats"),
                    django.contrib.postgres.indexes.GinIndex(
                        models.Func(
                            models.Func(models.F("name"), function="shanzhi_bigrams"), function="array_to_tsvector"
                        ),
                        name="organizations_by_name",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("name__regex", "\\S")), name="organizations_named"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "support_organization",
                                    "hub",
                                    "community_organization",
                                    "volunteer_team",
                                    "social_association",
                                    "social_service_institution",
                                    "foundation",
                                    "social_enterprise",
                                ],
                            )
                        ),
                        name="organizations_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("area__regex", "^[0-9]{6}([0-9]{3}([0-9]{3})?)?$")),
                        name="organizations_seat",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("credit_code__isnull", True),
                            ("credit_code__regex", "^[0-9A-HJ-NPQRTUWXY]{18}$"),
                            _connector="OR",
                        ),
                        name="organizations_code",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("credit_code__isnull", True),
                            models.Q(
                                ("kind__in", ["social_association", "social_service_institution", "foundation"]),
                                _negated=True,
                            ),
                            models.Q(("credit_code__startswith", "51"), ("kind", "social_association")),
                            models.Q(("credit_code__startswith", "52"), ("kind", "social_service_institution")),
                            models.Q(("credit_code__startswith", "53"), ("kind", "foundation")),
                            _connector="OR",
                        ),
                        name="organizations_code_fits_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("closed_reason", "")),
                            models.Q(("closed_at__gte", models.F("created_at")), ("closed_reason__regex", "\\S")),
                            _connector="OR",
                        ),
                        name="organizations_closed_for_a_reason",
                    ),
                    models.UniqueConstraint(fields=("credit_code",), name="organizations_code_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at__isnull", True)),
                        fields=("area", "name"),
                        name="organizations_name_at_seat",
                    ),
                ],
            },
        ),
    ]
