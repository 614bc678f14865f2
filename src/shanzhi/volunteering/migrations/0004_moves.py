"""Teams move to another area once the offices of both agree; a move that is over stays as it was."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

GUARDS = """
CREATE FUNCTION volunteering_guard_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.team_id, NEW.from_area, NEW.to_area, NEW.asked_at)
        IS DISTINCT FROM (OLD.team_id, OLD.from_area, OLD.to_area, OLD.asked_at)
        OR (OLD.state <> 'asked' AND (NEW.state, NEW.ended_at, NEW.left_at, NEW.taken_at)
            IS DISTINCT FROM (OLD.state, OLD.ended_at, OLD.left_at, OLD.taken_at)) THEN
        RAISE EXCEPTION 'a move of a team stays on record as it was' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER volunteering_move_kept BEFORE UPDATE OR DELETE ON volunteering_teammove
    FOR EACH ROW EXECUTE FUNCTION volunteering_guard_move();
"""
GUARDS_BACK = """
DROP TRIGGER volunteering_move_kept ON volunteering_teammove;
DROP FUNCTION volunteering_guard_move();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0012_organizations"),
        ("volunteering", "0003_imports"),
    ]

    operations = [
        migrations.CreateModel(
            name="TeamMove",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("from_area", models.CharField(db_collation="C", max_length=12, verbose_name="Moves from")),
                ("to_area", models.CharField(db_collation="C", max_length=12, verbose_name="Moves to")),
                ("reason", models.TextField(verbose_name="Why the team moves")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Waits for a yes"),
                            ("done", "Moved"),
                            ("refused", "Not agreed to"),
                            ("withdrawn", "Taken back"),
                        ],
                        default="asked",
                        max_length=12,
                        verbose_name="State",
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("left_at", models.DateTimeField(null=True, verbose_name="Let go on")),
                ("taken_at", models.DateTimeField(null=True, verbose_name="Taken in on")),
                ("ended_at", models.DateTimeField(null=True)),
                ("refusal", models.TextField(blank=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "left_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "taken_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="moves", to="volunteering.team"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["-asked_at", "id"], name="volunteering_moves_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["asked", "done", "refused", "withdrawn"])),
                        name="volunteering_move_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("from_area__regex", "^[0-9]{6}([0-9]{3}([0-9]{3})?)?$"),
                            ("to_area__regex", "^[0-9]{6}([0-9]{3}([0-9]{3})?)?$"),
                            models.Q(("from_area", models.F("to_area")), _negated=True),
                        ),
                        name="volunteering_move_areas",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason__regex", "\\S")), name="volunteering_move_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("refusal", ""), ("state", "asked")),
                            models.Q(
                                ("ended_at__gte", models.F("asked_at")),
                                ("ended_at__isnull", False),
                                ("left_at__isnull", False),
                                ("refusal", ""),
                                ("state", "done"),
                                ("taken_at__isnull", False),
                            ),
                            models.Q(
                                ("ended_at__gte", models.F("asked_at")),
                                ("ended_at__isnull", False),
                                ("refusal__regex", "\\S"),
                                ("state", "refused"),
                            ),
                            models.Q(
                                ("ended_at__gte", models.F("asked_at")),
                                ("ended_at__isnull", False),
                                ("refusal", ""),
                                ("state", "withdrawn"),
                            ),
                            _connector="OR",
                        ),
                        name="volunteering_move_ended",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "asked")), fields=("team",), name="volunteering_move_once"
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARDS, GUARDS_BACK),
    ]
