"""The database holds the lives of activities, shifts and sign-ups, the places of a shift, one shift at a time for a
volunteer, insurance before dangerous work, and what stays as it was written."""

from django.db import migrations

from shanzhi.audit.append_only import append_only

KEPT = """
-- An erasure leaves a mark where it takes a name out of a text; the text is the same otherwise.
CREATE FUNCTION activities_only_emptied(old text, new text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT new = old OR (strpos(new, '▇▇') > 0 AND old LIKE replace(new, '▇▇', '%') ESCAPE '')
$$;

CREATE FUNCTION activities_guard_activity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.team_id, NEW.planned_by_id, NEW.created_at)
        IS DISTINCT FROM (OLD.team_id, OLD.planned_by_id, OLD.created_at) THEN
        RAISE EXCEPTION 'an activity stays on record' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state <> OLD.state AND NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[
        'checked>cancelled', 'checked>draft', 'checked>published', 'draft>cancelled', 'draft>submitted',
        'published>cancelled', 'published>finished', 'submitted>cancelled', 'submitted>checked', 'submitted>draft'
    ]) THEN
        RAISE EXCEPTION 'activities_move: no way from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    -- What was checked and told to who signed up (`operations.activities.FIXED`).
    IF OLD.published_at IS NOT NULL
        AND ((NEW.area, NEW.task_kind_id, NEW.title, NEW.place, NEW.lat, NEW.lng, NEW.skills, NEW.published_at)
        IS DISTINCT FROM (OLD.area, OLD.task_kind_id, OLD.title, OLD.place, OLD.lat, OLD.lng, OLD.skills,
            OLD.published_at) OR NOT activities_only_emptied(OLD.risks, NEW.risks)) THEN
        RAISE EXCEPTION 'activities_published_stays: what was checked and published stays as it was'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state IN ('cancelled', 'finished')
        AND (NEW.area, NEW.task_kind_id, NEW.title, NEW.place, NEW.state, NEW.ended_at, NEW.published_at)
        IS DISTINCT FROM (OLD.area, OLD.task_kind_id, OLD.title, OLD.place, OLD.state, OLD.ended_at, OLD.published_at)
    THEN
        RAISE EXCEPTION 'an activity that is over stays as it was' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER activities_activity_kept BEFORE UPDATE OR DELETE ON activities_activity
    FOR EACH ROW EXECUTE FUNCTION activities_guard_activity();

CREATE FUNCTION activities_guard_shift() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.activity_id, NEW.created_at) IS DISTINCT FROM (OLD.activity_id, OLD.created_at) THEN
        RAISE EXCEPTION 'a shift stays on record' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state = 'cancelled' AND (NEW.state, NEW.starts_at, NEW.ends_at, NEW.places, NEW.sequence)
        IS DISTINCT FROM (OLD.state, OLD.starts_at, OLD.ends_at, OLD.places, OLD.sequence) THEN
        RAISE EXCEPTION 'a shift that was called off stays as it was' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.sequence < OLD.sequence OR (NEW.sequence = OLD.sequence AND ((NEW.starts_at, NEW.ends_at, NEW.state)
        IS DISTINCT FROM (OLD.starts_at, OLD.ends_at, OLD.state)
        OR NOT activities_only_emptied(OLD.place, NEW.place))) THEN
        RAISE EXCEPTION 'activities_shift_sequence: a change of time or place counts' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER activities_shift_kept BEFORE UPDATE OR DELETE ON activities_shift
    FOR EACH ROW EXECUTE FUNCTION activities_guard_shift();

CREATE FUNCTION activities_guard_signup() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.shift_id, NEW.volunteer_id, NEW.turn, NEW.queued_at)
        IS DISTINCT FROM (OLD.shift_id, OLD.volunteer_id, OLD.turn, OLD.queued_at) THEN
        RAISE EXCEPTION 'a sign-up stays on record with its turn' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state <> OLD.state AND NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[
        'signed>cancelled', 'signed>left', 'waiting>cancelled', 'waiting>left', 'waiting>signed'
    ]) THEN
        RAISE EXCEPTION 'activities_signup_move: no way from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state IN ('left', 'cancelled') AND (NEW.state, NEW.signed_at, NEW.ended_at)
        IS DISTINCT FROM (OLD.state, OLD.signed_at, OLD.ended_at) THEN
        RAISE EXCEPTION 'a sign-up that is over stays as it was' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER activities_signup_kept BEFORE UPDATE OR DELETE ON activities_signup
    FOR EACH ROW EXECUTE FUNCTION activities_guard_signup();
"""
KEPT_BACK = """
DROP TRIGGER activities_signup_kept ON activities_signup;
DROP FUNCTION activities_guard_signup();
DROP TRIGGER activities_shift_kept ON activities_shift;
DROP FUNCTION activities_guard_shift();
DROP TRIGGER activities_activity_kept ON activities_activity;
DROP FUNCTION activities_guard_activity();
DROP FUNCTION activities_only_emptied(text, text);
"""

PLACES = """
-- The locks make writers of one shift, and writers for one volunteer, wait for one another: each sees what the others
-- wrote before it counts.
CREATE FUNCTION activities_guard_places() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    shift activities_shift%ROWTYPE;
BEGIN
    IF NEW.state NOT IN ('waiting', 'signed') THEN
        RETURN NULL;
    END IF;
    SELECT * INTO shift FROM activities_shift WHERE id = NEW.shift_id FOR NO KEY UPDATE;
    IF TG_OP = 'INSERT' AND (shift.state <> 'open' OR NOT EXISTS (SELECT FROM activities_activity a
        WHERE a.id = shift.activity_id AND a.state = 'published')) THEN
        RAISE EXCEPTION 'activities_not_open: nobody signs up for this shift' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state <> 'signed' THEN
        RETURN NULL;
    END IF;
    IF (SELECT count(*) FROM activities_signup s WHERE s.shift_id = NEW.shift_id AND s.state = 'signed') > shift.places
    THEN
        RAISE EXCEPTION 'activities_full: more sign-ups than places' USING ERRCODE = 'check_violation';
    END IF;
    PERFORM FROM volunteering_volunteer WHERE id = NEW.volunteer_id FOR NO KEY UPDATE;
    IF EXISTS (SELECT FROM activities_signup s JOIN activities_shift o ON o.id = s.shift_id
        WHERE s.volunteer_id = NEW.volunteer_id AND s.id <> NEW.id AND s.state = 'signed' AND o.state = 'open'
        AND o.starts_at < shift.ends_at AND shift.starts_at < o.ends_at) THEN
        RAISE EXCEPTION 'activities_overlap: one shift at a time' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER activities_signup_places AFTER INSERT OR UPDATE OF state ON activities_signup
    NOT DEFERRABLE FOR EACH ROW EXECUTE FUNCTION activities_guard_places();

-- Looked at when the transaction ends: a shift that moves gives those who overlap elsewhere their places back first.
CREATE FUNCTION activities_guard_moved() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    shift activities_shift%ROWTYPE;
BEGIN
    SELECT * INTO shift FROM activities_shift WHERE id = NEW.id FOR NO KEY UPDATE;
    IF shift.state = 'cancelled' AND EXISTS (SELECT FROM activities_signup s WHERE s.shift_id = shift.id
        AND s.state IN ('waiting', 'signed')) THEN
        RAISE EXCEPTION 'activities_cancelled_empty: nobody is left in a shift that was called off'
            USING ERRCODE = 'check_violation';
    END IF;
    IF shift.state = 'open' AND (SELECT count(*) FROM activities_signup s
        WHERE s.shift_id = shift.id AND s.state = 'signed') > shift.places THEN
        RAISE EXCEPTION 'activities_full: more sign-ups than places' USING ERRCODE = 'check_violation';
    END IF;
    PERFORM FROM volunteering_volunteer v JOIN activities_signup s ON s.volunteer_id = v.id
        WHERE s.shift_id = shift.id AND s.state = 'signed' ORDER BY v.id FOR NO KEY UPDATE OF v;
    IF shift.state = 'open' AND EXISTS (SELECT FROM activities_signup mine
        JOIN activities_signup s ON s.volunteer_id = mine.volunteer_id AND s.id <> mine.id AND s.state = 'signed'
        JOIN activities_shift o ON o.id = s.shift_id AND o.state = 'open'
        WHERE mine.shift_id = shift.id AND mine.state = 'signed'
        AND o.starts_at < shift.ends_at AND shift.starts_at < o.ends_at) THEN
        RAISE EXCEPTION 'activities_overlap: one shift at a time' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER activities_shift_moved AFTER UPDATE OF places, starts_at, ends_at, state ON activities_shift
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION activities_guard_moved();
"""
PLACES_BACK = """
DROP TRIGGER activities_shift_moved ON activities_shift;
DROP FUNCTION activities_guard_moved();
DROP TRIGGER activities_signup_places ON activities_signup;
DROP FUNCTION activities_guard_places();
"""

# Days are those of the place. A kind of task that is called dangerous later counts from the next change on; whoever
# signs up before that is refused by the operation.
INSURED = """
CREATE FUNCTION activities_guard_insured() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wanted uuid;
    found activities_activity%ROWTYPE;
BEGIN
    IF TG_TABLE_NAME = 'activities_activity' THEN wanted := NEW.id; ELSE wanted := NEW.activity_id; END IF;
    SELECT * INTO found FROM activities_activity WHERE id = wanted FOR NO KEY UPDATE;
    IF found.state IN ('cancelled', 'finished') AND EXISTS (SELECT FROM activities_signup s
        JOIN activities_shift h ON h.id = s.shift_id WHERE h.activity_id = wanted AND s.state = 'waiting') THEN
        RAISE EXCEPTION 'activities_over_empty: nobody waits for what is over' USING ERRCODE = 'check_violation';
    END IF;
    IF found.state <> 'published' THEN
        RETURN NULL;
    END IF;
    IF NOT EXISTS (SELECT FROM activities_shift h WHERE h.activity_id = wanted) THEN
        RAISE EXCEPTION 'activities_no_shift: what is published has a shift' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT FROM volunteering_taskkind k WHERE k.id = found.task_kind_id AND k.dangerous)
        AND (found.insurer = '' OR found.insured_from IS NULL OR EXISTS (SELECT FROM activities_shift h
            WHERE h.activity_id = wanted AND h.state = 'open'
            AND ((h.starts_at AT TIME ZONE 'Asia/Shanghai')::date < found.insured_from
                OR ((h.ends_at - interval '1 microsecond') AT TIME ZONE 'Asia/Shanghai')::date > found.insured_until)))
    THEN
        RAISE EXCEPTION 'activities_uninsured: dangerous work is insured over all shifts'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER activities_activity_insured
    AFTER INSERT OR UPDATE OF state, task_kind_id, insurer, policy_number, insured_from, insured_until
    ON activities_activity
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION activities_guard_insured();
-- What is called off needs no insurance: calling off must be possible while another shift lacks it.
CREATE CONSTRAINT TRIGGER activities_shift_insured AFTER INSERT OR UPDATE OF activity_id, state, starts_at, ends_at
    ON activities_shift
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.state = 'open') EXECUTE FUNCTION activities_guard_insured();
"""
INSURED_BACK = """
DROP TRIGGER activities_shift_insured ON activities_shift;
DROP TRIGGER activities_activity_insured ON activities_activity;
DROP FUNCTION activities_guard_insured();
"""


class Migration(migrations.Migration):
    dependencies = [("activities", "0001_initial"), ("volunteering", "0002_guards"), ("audit", "0003_tree")]

    operations = [
        migrations.RunSQL(KEPT, KEPT_BACK),
        migrations.RunSQL(PLACES, PLACES_BACK),
        migrations.RunSQL(INSURED, INSURED_BACK),
        append_only("activities_queuedecision"),
    ]
