"""Triggers on records: what stays, the moves, the second person, times that do not overlap, a day of 24 hours, sums."""

RECORDS = """
CREATE FUNCTION service_guard_record() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    itself uuid;
    that_day bigint;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a record of service stays' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.volunteer_id, NEW.team_id, NEW.organization_id, NEW.area, NEW.task_kind_id,
        NEW.served_on, NEW.starts, NEW.minutes, NEW.people_served, NEW.recorded_by_id, NEW.recorded_at, NEW.corrects_id,
        NEW.origin_kind, NEW.origin_id) IS DISTINCT FROM (OLD.volunteer_id, OLD.team_id, OLD.organization_id, OLD.area,
        OLD.task_kind_id, OLD.served_on, OLD.starts, OLD.minutes, OLD.people_served, OLD.recorded_by_id,
        OLD.recorded_at, OLD.corrects_id, OLD.origin_kind, OLD.origin_id) THEN
        RAISE EXCEPTION 'what was recorded is never changed, only reversed' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.state IN ('verified', 'refused') AND (NEW.state, NEW.noticed_at, NEW.notice_over_at,
        NEW.verified_by_id, NEW.verified_at, NEW.refused_by_id, NEW.refused_at) IS DISTINCT FROM (OLD.state,
        OLD.noticed_at, OLD.notice_over_at, OLD.verified_by_id, OLD.verified_at, OLD.refused_by_id, OLD.refused_at) THEN
        RAISE EXCEPTION 'a record that is verified or refused stays as it is' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.state <> OLD.state AND NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[
        'noticed>refused', 'noticed>verified', 'recorded>noticed', 'recorded>refused'
    ]) THEN
        RAISE EXCEPTION 'service_record_move: no way from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    -- The lock makes two writers wait for one another, so that each sees what the other wrote.
    IF TG_OP = 'INSERT' OR (NEW.state = 'verified' AND OLD.state <> 'verified') THEN
        SELECT person_id INTO itself FROM volunteering_volunteer WHERE id = NEW.volunteer_id FOR NO KEY UPDATE;
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state NOT IN ('recorded', 'noticed') THEN
            RAISE EXCEPTION 'service_record_move: a record begins unverified' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.recorded_by_id = itself THEN
            RAISE EXCEPTION 'service_record_own: nobody records the own service' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.team_id IS NOT NULL AND NOT EXISTS (SELECT FROM volunteering_team t WHERE t.id = NEW.team_id
            AND t.area = NEW.area AND t.organization_id IS NOT DISTINCT FROM NEW.organization_id) THEN
            RAISE EXCEPTION 'service_record_of_team: area or organisation are not those of the team'
                USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.starts IS NOT NULL AND EXISTS (SELECT FROM service_servicerecord r
            WHERE r.volunteer_id = NEW.volunteer_id AND r.served_on = NEW.served_on AND r.id <> NEW.id
            AND r.state IN ('recorded', 'noticed', 'verified') AND r.starts IS NOT NULL
            AND r.starts < NEW.starts + NEW.minutes AND NEW.starts < r.starts + r.minutes
            AND NOT EXISTS (SELECT FROM service_reversal v WHERE v.record_id = r.id)) THEN
            RAISE EXCEPTION 'service_record_overlap: these times overlap others' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.corrects_id IS NOT NULL AND NOT EXISTS (SELECT FROM service_servicerecord r
            JOIN service_reversal v ON v.record_id = r.id
            WHERE r.id = NEW.corrects_id AND r.volunteer_id = NEW.volunteer_id) THEN
            RAISE EXCEPTION 'service_record_corrects: nothing was reversed' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.state = 'verified' AND OLD.state <> 'verified' THEN
        IF NEW.verified_by_id = itself THEN
            RAISE EXCEPTION 'service_record_own: nobody verifies the own service' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.verified_at < NEW.notice_over_at THEN
            RAISE EXCEPTION 'service_record_notice: the notice still runs' USING ERRCODE = 'check_violation';
        END IF;
        IF EXISTS (SELECT FROM service_complaint c WHERE c.record_id = NEW.id AND c.state = 'open') THEN
            RAISE EXCEPTION 'service_record_complaint: a complaint waits for its answer'
                USING ERRCODE = 'check_violation';
        END IF;
        SELECT coalesce(sum(r.minutes), 0) INTO that_day FROM service_servicerecord r
            WHERE r.volunteer_id = NEW.volunteer_id AND r.served_on = NEW.served_on AND r.state = 'verified'
            AND r.id <> NEW.id AND NOT EXISTS (SELECT FROM service_reversal v WHERE v.record_id = r.id);
        IF that_day + NEW.minutes > 1440 THEN
            RAISE EXCEPTION 'service_record_day: more than 24 hours of one day' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER service_record_kept BEFORE INSERT OR UPDATE OR DELETE ON service_servicerecord
    FOR EACH ROW EXECUTE FUNCTION service_guard_record();

CREATE FUNCTION service_add_record() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO service_servicemonth AS m (volunteer_id, month, team_id, organization_id, area, task_kind_id, minutes,
        times, people_served)
    VALUES (NEW.volunteer_id, date_trunc('month', NEW.served_on)::date, NEW.team_id, NEW.organization_id, NEW.area,
        NEW.task_kind_id, NEW.minutes, 1, coalesce(NEW.people_served, 0))
    ON CONFLICT (volunteer_id, month, team_id, organization_id, area, task_kind_id) DO UPDATE SET
        minutes = m.minutes + excluded.minutes, times = m.times + 1,
        people_served = m.people_served + excluded.people_served;
    RETURN NULL;
END $$;
CREATE TRIGGER service_record_counted AFTER UPDATE ON service_servicerecord
    FOR EACH ROW WHEN (NEW.state = 'verified' AND OLD.state <> 'verified') EXECUTE FUNCTION service_add_record();

-- The sums are written by the triggers of records and reversals alone.
CREATE FUNCTION service_guard_month() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'sums of service are kept by triggers alone' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER service_month_kept BEFORE INSERT OR UPDATE OR DELETE ON service_servicemonth
    FOR EACH ROW EXECUTE FUNCTION service_guard_month();

-- Of a reversal only the words may lose a name, when somebody is erased.
CREATE FUNCTION service_guard_reversal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    found service_servicerecord;
BEGIN
    IF TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND (NEW.record_id, NEW.reversed_by_id, NEW.reversed_at)
        IS DISTINCT FROM (OLD.record_id, OLD.reversed_by_id, OLD.reversed_at)) THEN
        RAISE EXCEPTION 'a reversal stays as it was made' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        RETURN NEW;
    END IF;
    SELECT * INTO found FROM service_servicerecord WHERE id = NEW.record_id;
    PERFORM FROM volunteering_volunteer WHERE id = found.volunteer_id FOR NO KEY UPDATE;
    SELECT * INTO found FROM service_servicerecord WHERE id = NEW.record_id FOR SHARE;
    IF found.state <> 'verified' THEN
        RAISE EXCEPTION 'service_reversal_unverified: only what is verified is reversed'
            USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT FROM service_reversal WHERE record_id = NEW.record_id) THEN
        RAISE EXCEPTION 'service_reversal_once: it is reversed already' USING ERRCODE = 'unique_violation';
    END IF;
    IF EXISTS (SELECT FROM volunteering_volunteer v WHERE v.id = found.volunteer_id
        AND v.person_id = NEW.reversed_by_id) THEN
        RAISE EXCEPTION 'service_record_own: nobody reverses the own service' USING ERRCODE = 'check_violation';
    END IF;
    UPDATE service_servicemonth m SET minutes = m.minutes - found.minutes, times = m.times - 1,
        people_served = m.people_served - coalesce(found.people_served, 0)
        WHERE m.volunteer_id = found.volunteer_id AND m.month = date_trunc('month', found.served_on)::date
        AND m.team_id IS NOT DISTINCT FROM found.team_id
        AND m.organization_id IS NOT DISTINCT FROM found.organization_id
        AND m.area = found.area AND m.task_kind_id = found.task_kind_id;
    RETURN NEW;
END $$;
CREATE TRIGGER service_reversal_kept BEFORE INSERT OR UPDATE OR DELETE ON service_reversal
    FOR EACH ROW EXECUTE FUNCTION service_guard_reversal();
"""
RECORDS_BACK = """
DROP TRIGGER service_reversal_kept ON service_reversal;
DROP FUNCTION service_guard_reversal();
DROP TRIGGER service_month_kept ON service_servicemonth;
DROP FUNCTION service_guard_month();
DROP TRIGGER service_record_counted ON service_servicerecord;
DROP FUNCTION service_add_record();
DROP TRIGGER service_record_kept ON service_servicerecord;
DROP FUNCTION service_guard_record();
"""
