"""The database holds the lives of runs and pairs, what stays as it was, and that no shift is asked beyond its places."""

from django.db import migrations

from shanzhi.audit.append_only import append_only

KEPT = """
CREATE FUNCTION assignments_guard_run() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER assignments_run_kept BEFORE UPDATE OR DELETE ON assignments_run
    FOR EACH ROW EXECUTE FUNCTION assignments_guard_run();

CREATE FUNCTION assignments_guard_pair() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.run_id, NEW.shift_id, NEW.volunteer_id, NEW.score, NEW.parts)
        IS DISTINCT FROM (OLD.run_id, OLD.shift_id, OLD.volunteer_id, OLD.score, OLD.parts) THEN
        RAISE EXCEPTION 'a pair stays on record' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state <> OLD.state AND NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[
        'asked>accepted', 'asked>declined', 'asked>lapsed', 'proposed>asked', 'proposed>dropped'
    ]) THEN
        RAISE EXCEPTION 'assignments_pair_move: no way from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.decided_at IS NOT NULL AND (NEW.decided_at, NEW.decided_by_id)
        IS DISTINCT FROM (OLD.decided_at, OLD.decided_by_id)
        OR OLD.answered_at IS NOT NULL AND NEW.answered_at IS DISTINCT FROM OLD.answered_at THEN
        RAISE EXCEPTION 'what was decided and answered stays as it was' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER assignments_pair_kept BEFORE UPDATE OR DELETE ON assignments_proposal
    FOR EACH ROW EXECUTE FUNCTION assignments_guard_pair();

CREATE FUNCTION assignments_guard_on_call() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.volunteer_id, NEW.agreed_at) IS DISTINCT FROM (OLD.volunteer_id, OLD.agreed_at)
        OR OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at THEN
        RAISE EXCEPTION 'an agreement to be called up stays on record' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER assignments_on_call_kept BEFORE UPDATE OR DELETE ON assignments_oncall
    FOR EACH ROW EXECUTE FUNCTION assignments_guard_on_call();
"""
KEPT_BACK = """
DROP TRIGGER assignments_on_call_kept ON assignments_oncall;
DROP FUNCTION assignments_guard_on_call();
DROP TRIGGER assignments_pair_kept ON assignments_proposal;
DROP FUNCTION assignments_guard_pair();
DROP TRIGGER assignments_run_kept ON assignments_run;
DROP FUNCTION assignments_guard_run();
"""

ASKED = """
-- The lock makes writers of one shift wait for one another, those who sign up among them: each sees what the others
-- wrote before it counts. Who waits in line has the first right, so the line counts too.
CREATE FUNCTION assignments_guard_asked() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    shift activities_shift%ROWTYPE;
BEGIN
    SELECT * INTO shift FROM activities_shift WHERE id = NEW.shift_id FOR NO KEY UPDATE;
    IF shift.state <> 'open' OR NOT EXISTS (SELECT FROM activities_activity a
        WHERE a.id = shift.activity_id AND a.state = 'published') THEN
        RAISE EXCEPTION 'assignments_not_open: nobody is asked for this shift' USING ERRCODE = 'check_violation';
    END IF;
    IF (SELECT count(*) FROM assignments_proposal p WHERE p.shift_id = NEW.shift_id AND p.state = 'asked')
        + (SELECT count(*) FROM activities_signup s WHERE s.shift_id = NEW.shift_id
            AND s.state IN ('signed', 'waiting')) > shift.places THEN
        RAISE EXCEPTION 'assignments_full: more are asked than there are places' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER assignments_pair_asked AFTER INSERT OR UPDATE OF state ON assignments_proposal
    NOT DEFERRABLE FOR EACH ROW WHEN (NEW.state = 'asked') EXECUTE FUNCTION assignments_guard_asked();
"""
ASKED_BACK = """
DROP TRIGGER assignments_pair_asked ON assignments_proposal;
DROP FUNCTION assignments_guard_asked();
"""


class Migration(migrations.Migration):
    dependencies = [("assignments", "0001_initial"), ("activities", "0002_guards"), ("audit", "0003_tree")]

    operations = [
        migrations.RunSQL(KEPT, KEPT_BACK),
        migrations.RunSQL(ASKED, ASKED_BACK),
        append_only("assignments_openshift"),
    ]
