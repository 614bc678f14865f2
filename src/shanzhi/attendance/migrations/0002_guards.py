"""The database holds the lives of records of presence, times that are filled in once, who may come in, and what stays as
it was written."""

from django.db import migrations

from shanzhi.audit.append_only import append_only

KEPT = """
-- Reasons may be emptied when somebody is erased; all else is filled in once and stays.
CREATE FUNCTION attendance_guard_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.shift_id, NEW.volunteer_id, NEW.arrived_at, NEW.way_in, NEW.entered_by_id,
        NEW.entered_at, NEW.walk_in, NEW.corrects_id) IS DISTINCT FROM (OLD.shift_id, OLD.volunteer_id, OLD.arrived_at,
        OLD.way_in, OLD.entered_by_id, OLD.entered_at, OLD.walk_in, OLD.corrects_id)
        OR (OLD.left_at IS NOT NULL AND (NEW.left_at, NEW.way_out, NEW.ended_by_id, NEW.ended_at)
            IS DISTINCT FROM (OLD.left_at, OLD.way_out, OLD.ended_by_id, OLD.ended_at)) THEN
        RAISE EXCEPTION 'a record of presence is corrected by another one, never changed or removed'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state IN ('replaced', 'struck') AND (NEW.left_at, NEW.review) IS DISTINCT FROM (OLD.left_at, OLD.review) THEN
        RAISE EXCEPTION 'a record that does not count any more stays as it was' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state <> OLD.state AND NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[
        'here>left', 'here>replaced', 'here>struck', 'left>replaced', 'left>struck'
    ]) THEN
        RAISE EXCEPTION 'attendance_move: no way from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.review <> OLD.review AND NOT (OLD.review || '>' || NEW.review) = ANY (ARRAY[
        'clear>waiting', 'kept>waiting', 'waiting>kept', 'waiting>settled'
    ]) THEN
        RAISE EXCEPTION 'attendance_review_move: no way from % to %', OLD.review, NEW.review
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER attendance_kept BEFORE UPDATE OR DELETE ON attendance_attendance
    FOR EACH ROW EXECUTE FUNCTION attendance_guard_kept();

CREATE FUNCTION attendance_guard_ruling() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.attendance_id, NEW.kept, NEW.decided_by_id, NEW.decided_at)
        IS DISTINCT FROM (OLD.attendance_id, OLD.kept, OLD.decided_by_id, OLD.decided_at) THEN
        RAISE EXCEPTION 'a decision about a record stays as it was' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER attendance_ruling_kept BEFORE UPDATE OR DELETE ON attendance_ruling
    FOR EACH ROW EXECUTE FUNCTION attendance_guard_ruling();
"""
KEPT_BACK = """
DROP TRIGGER attendance_ruling_kept ON attendance_ruling;
DROP FUNCTION attendance_guard_ruling();
DROP TRIGGER attendance_kept ON attendance_attendance;
DROP FUNCTION attendance_guard_kept();
"""

COMING = """
-- The lock on the shift makes walk-ins wait for one another, so that each sees who came before.
CREATE FUNCTION attendance_guard_coming() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    standing text;
    room integer;
    begins timestamptz;
    old attendance_attendance%ROWTYPE;
BEGIN
    IF NEW.corrects_id IS NOT NULL THEN
        SELECT * INTO old FROM attendance_attendance WHERE id = NEW.corrects_id;
        IF (old.shift_id, old.volunteer_id, old.walk_in, old.state)
            IS DISTINCT FROM (NEW.shift_id, NEW.volunteer_id, NEW.walk_in, 'replaced') THEN
            RAISE EXCEPTION 'attendance_corrects: a correction stands for a replaced record of the same presence'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.walk_in THEN
        SELECT state, places, starts_at INTO standing, room, begins FROM activities_shift WHERE id = NEW.shift_id
            FOR NO KEY UPDATE;
        IF NOT EXISTS (SELECT FROM attendance_gate g WHERE g.shift_id = NEW.shift_id AND g.walk_ins) THEN
            RAISE EXCEPTION 'attendance_no_walk_ins: only who signed up comes in' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.arrived_at < begins THEN
            RAISE EXCEPTION 'attendance_walk_in_early: places are given by signing up until the shift begins'
                USING ERRCODE = 'check_violation';
        END IF;
        IF room <= (SELECT count(*) FROM activities_signup s WHERE s.shift_id = NEW.shift_id AND s.state = 'signed')
            + (SELECT count(*) FROM attendance_attendance a WHERE a.shift_id = NEW.shift_id AND a.walk_in
                AND a.state IN ('here', 'left')) THEN
            RAISE EXCEPTION 'attendance_full: no place is free' USING ERRCODE = 'check_violation';
        END IF;
    ELSE
        SELECT state INTO standing FROM activities_shift WHERE id = NEW.shift_id;
        IF NOT EXISTS (SELECT FROM activities_signup s WHERE s.shift_id = NEW.shift_id
            AND s.volunteer_id = NEW.volunteer_id AND s.signed_at IS NOT NULL
            AND (s.state = 'signed' OR s.ended_at > NEW.arrived_at)) THEN
            RAISE EXCEPTION 'attendance_not_signed_up: who did not sign up does not come in'
                USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    IF standing <> 'open' THEN
        RAISE EXCEPTION 'attendance_called_off: the shift does not take place' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER attendance_coming BEFORE INSERT ON attendance_attendance
    FOR EACH ROW EXECUTE FUNCTION attendance_guard_coming();
"""
COMING_BACK = """
DROP TRIGGER attendance_coming ON attendance_attendance;
DROP FUNCTION attendance_guard_coming();
"""


class Migration(migrations.Migration):
    dependencies = [("attendance", "0001_initial"), ("activities", "0002_guards"), ("audit", "0003_tree")]

    operations = [
        migrations.RunSQL(KEPT, KEPT_BACK),
        migrations.RunSQL(COMING, COMING_BACK),
        append_only("attendance_flag"),
        append_only("attendance_tap"),
    ]
