"""A run counts what it fills beside shifts; that stays as it was, too."""

from django.db import migrations, models

KEPT = """
CREATE OR REPLACE FUNCTION assignments_guard_run() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.area, NEW.team_id, NEW.emergency, NEW.shift_id, NEW.wanted, NEW.first_at, NEW.last_at,
        NEW.most, NEW.made_by_id, NEW.made_at) IS DISTINCT FROM (OLD.area, OLD.team_id, OLD.emergency, OLD.shift_id,
        OLD.wanted, OLD.first_at, OLD.last_at, OLD.most, OLD.made_by_id, OLD.made_at) THEN
        RAISE EXCEPTION 'a run stays on record' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state <> OLD.state AND NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[
        'proposed>closed', 'working>failed', 'working>proposed'
    ]) THEN
        RAISE EXCEPTION 'assignments_run_move: no way from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state <> 'working' AND (NEW.finished_at, NEW.volunteers, NEW.shifts, NEW.places, NEW.filled,
        NEW.plain_filled, NEW.wants, NEW.wants_filled, NEW.plain_wants, NEW.total, NEW.plain_total, NEW.bound)
        IS DISTINCT FROM (OLD.finished_at, OLD.volunteers, OLD.shifts, OLD.places, OLD.filled, OLD.plain_filled,
        OLD.wants, OLD.wants_filled, OLD.plain_wants, OLD.total, OLD.plain_total, OLD.bound) THEN
        RAISE EXCEPTION 'what a run came to stays as it was' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""
BACK = """
CREATE OR REPLACE FUNCTION assignments_guard_run() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.area, NEW.team_id, NEW.emergency, NEW.shift_id, NEW.wanted, NEW.first_at, NEW.last_at,
        NEW.most, NEW.made_by_id, NEW.made_at) IS DISTINCT FROM (OLD.area, OLD.team_id, OLD.emergency, OLD.shift_id,
        OLD.wanted, OLD.first_at, OLD.last_at, OLD.most, OLD.made_by_id, OLD.made_at) THEN
        RAISE EXCEPTION 'a run stays on record' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state <> OLD.state AND NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[
        'proposed>closed', 'working>failed', 'working>proposed'
    ]) THEN
        RAISE EXCEPTION 'assignments_run_move: no way from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state <> 'working' AND (NEW.finished_at, NEW.volunteers, NEW.shifts, NEW.places, NEW.filled,
        NEW.plain_filled, NEW.total, NEW.plain_total, NEW.bound) IS DISTINCT FROM (OLD.finished_at, OLD.volunteers,
        OLD.shifts, OLD.places, OLD.filled, OLD.plain_filled, OLD.total, OLD.plain_total, OLD.bound) THEN
        RAISE EXCEPTION 'what a run came to stays as it was' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("activities", "0002_guards"),
        ("assignments", "0002_guards"),
        ("people", "0012_organizations"),
        ("volunteering", "0005_dates_there"),
    ]

    operations = [
        migrations.AddField(
            model_name="run",
            name="plain_wants",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="run",
            name="wants",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="run",
            name="wants_filled",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.CheckConstraint(
                condition=models.Q(("plain_wants__lte", models.F("wants")), ("wants_filled__lte", models.F("wants"))),
                name="assignments_run_wants",
            ),
        ),
        migrations.RunSQL(KEPT, BACK),
    ]
