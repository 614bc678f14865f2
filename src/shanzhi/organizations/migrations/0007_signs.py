"""Signs of life that no other record shows; once written they stay, and are taken back where they were wrong."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

KEPT = """
CREATE FUNCTION organizations_guard_sign() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- What it was about may be dropped when somebody is erased; everything else stays.
    IF TG_OP = 'DELETE' OR OLD.taken_back_at IS NOT NULL OR
        (NEW.id, NEW.organization_id, NEW.kind, NEW."on", NEW.present, NEW.created_at)
        IS DISTINCT FROM (OLD.id, OLD.organization_id, OLD.kind, OLD."on", OLD.present, OLD.created_at) THEN
        RAISE EXCEPTION 'a sign of life is taken back, never changed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER organizations_sign_kept BEFORE UPDATE OR DELETE ON organizations_sign
    FOR EACH ROW EXECUTE FUNCTION organizations_guard_sign();
"""
KEPT_BACK = """
DROP TRIGGER organizations_sign_kept ON organizations_sign;
DROP FUNCTION organizations_guard_sign();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("organizations", "0006_registers"),
        ("people", "0012_organizations"),
    ]

    operations = [
        migrations.CreateModel(
            name="Sign",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("members_meeting", "Meeting of the members"),
                            ("leaders_meeting", "Meeting of those in charge"),
                            ("activity", "Activity outside a project"),
                        ],
                        max_length=16,
                        verbose_name="Kind of sign",
                    ),
                ),
                ("on", models.DateField(verbose_name="Held on")),
                ("present", models.PositiveIntegerField(verbose_name="Number present")),
                ("about", models.CharField(blank=True, max_length=200, verbose_name="What it was about")),
                ("created_at", models.DateTimeField()),
                ("taken_back_at", models.DateTimeField(null=True)),
                ("taken_back_reason", models.CharField(blank=True, max_length=500)),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signs",
                        to="organizations.organization",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["organization", "-on", "id"], name="organizations_signs")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["members_meeting", "leaders_meeting", "activity"])),
                        name="organizations_sign_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("present__range", (1, 100000))), name="organizations_sign_present"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("taken_back_at__isnull", True), ("taken_back_reason", "")),
                            models.Q(("taken_back_at__isnull", False), ("taken_back_reason__regex", "\\S")),
                            _connector="OR",
                        ),
                        name="organizations_sign_taken_back",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("taken_back_at__isnull", True)),
                        fields=("organization", "kind", "on"),
                        name="organizations_sign_once",
                    ),
                ],
            },
        ),
        migrations.RunSQL(KEPT, KEPT_BACK),
    ]
