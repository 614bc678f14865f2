"""Incomes that were taken back: rows only grow, and nobody takes back alone what they recorded themselves."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from shanzhi.audit.append_only import append_only

SECOND = """
CREATE FUNCTION funding_guard_reversal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM funding_income WHERE id = NEW.income_id AND recorded_by = NEW.reversed_by) THEN
        RAISE EXCEPTION 'funding_own_record: a second person takes an income back' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER funding_incomereversal_by_another BEFORE INSERT ON funding_incomereversal
    FOR EACH ROW EXECUTE FUNCTION funding_guard_reversal();
"""
SECOND_BACK = """
DROP TRIGGER funding_incomereversal_by_another ON funding_incomereversal;
DROP FUNCTION funding_guard_reversal();
"""


class Migration(migrations.Migration):
    dependencies = [("funding", "0003_resuming")]

    operations = [
        migrations.CreateModel(
            name="IncomeReversal",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("reason", models.CharField(max_length=500, verbose_name="Reason")),
                ("entry", models.UUIDField(unique=True)),
                ("reversed_by", models.UUIDField(null=True)),
                ("at", models.DateTimeField()),
                (
                    "income",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reversal", to="funding.income"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("reason__regex", "\\S")), name="funding_reversal_reason")
                ]
            },
        ),
        migrations.RunSQL(SECOND, SECOND_BACK),
        append_only("funding_incomereversal"),
    ]
