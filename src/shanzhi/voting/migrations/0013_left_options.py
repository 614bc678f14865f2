"""Projects that leave a running or finished vote, and counts that name what they passed over."""

import uuid

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q, Value

# Only the day of a return is written into a row, once, and nothing is forgotten.
GUARD = """
CREATE FUNCTION voting_guard_leftoption() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM 1 FROM voting_option o JOIN voting_poll p ON p.id = o.poll_id
            WHERE o.id = NEW.option_id AND p.state IN ('open', 'closed', 'counted');
        IF NOT FOUND OR NEW.back_at IS NOT NULL THEN
            RAISE EXCEPTION 'a project leaves a vote that has begun' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' OR OLD.back_at IS NOT NULL
        OR (NEW.id, NEW.option_id, NEW.reason, NEW.left_at) IS DISTINCT FROM
           (OLD.id, OLD.option_id, OLD.reason, OLD.left_at) THEN
        RAISE EXCEPTION 'what left a vote stays on record' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER voting_leftoption_guard BEFORE INSERT OR UPDATE OR DELETE ON voting_leftoption
    FOR EACH ROW EXECUTE FUNCTION voting_guard_leftoption();
CREATE TRIGGER voting_leftoption_no_truncate BEFORE TRUNCATE ON voting_leftoption
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
"""
GUARD_BACK = """
DROP TRIGGER voting_leftoption_no_truncate ON voting_leftoption;
DROP TRIGGER voting_leftoption_guard ON voting_leftoption; DROP FUNCTION voting_guard_leftoption();
"""


class Migration(migrations.Migration):
    dependencies = [("voting", "0012_roll_added"), ("audit", "0002_append_only")]

    operations = [
        migrations.AddField(
            "count", "left_out", models.JSONField(default=list, db_default=Value([], models.JSONField()))
        ),
        migrations.CreateModel(
            name="LeftOption",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("reason", models.TextField()),
                ("left_at", models.DateTimeField()),
                ("back_at", models.DateTimeField(null=True)),
                (
                    "option",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="departures", to="voting.option"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(back_at__isnull=True), fields=("option",), name="voting_leftoption_once"
                    ),
                    models.CheckConstraint(condition=~Q(reason=""), name="voting_leftoption_reason"),
                    models.CheckConstraint(
                        condition=Q(back_at__isnull=True) | Q(back_at__gte=F("left_at")), name="voting_leftoption_order"
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARD, GUARD_BACK),
    ]
