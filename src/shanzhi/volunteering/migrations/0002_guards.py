"""The database holds the lives of volunteers, teams and places in teams, free hours that do not overlap, that a living
team has a leader, and what stays as it was written."""

from django.db import migrations

from shanzhi.audit.append_only import append_only

VOLUNTEERS = """
CREATE FUNCTION volunteering_guard_volunteer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.person_id, NEW.number, NEW.joined_at)
        IS DISTINCT FROM (OLD.person_id, OLD.number, OLD.joined_at) THEN
        RAISE EXCEPTION 'a volunteer stays on record under one number' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state <> OLD.state AND NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[
        'active>left', 'active>paused', 'active>registered', 'left>registered', 'paused>left', 'paused>registered',
        'registered>active', 'registered>left'
    ]) THEN
        RAISE EXCEPTION 'volunteering_move: no way from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER volunteering_volunteer_kept BEFORE UPDATE OR DELETE ON volunteering_volunteer
    FOR EACH ROW EXECUTE FUNCTION volunteering_guard_volunteer();

-- The lock on the volunteer makes two writers wait for one another, so that each sees what the other wrote.
CREATE FUNCTION volunteering_guard_hours() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM volunteering_volunteer WHERE id = NEW.volunteer_id FOR NO KEY UPDATE;
    IF EXISTS (SELECT FROM volunteering_availability a WHERE a.volunteer_id = NEW.volunteer_id AND a.id <> NEW.id
        AND a.weekday = NEW.weekday AND a.starts < NEW.ends AND NEW.starts < a.ends) THEN
        RAISE EXCEPTION 'volunteering_hours_overlap: these hours overlap others' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER volunteering_hours_apart AFTER INSERT OR UPDATE ON volunteering_availability
    FOR EACH ROW EXECUTE FUNCTION volunteering_guard_hours();

-- When somebody is erased, what was seen and why it was taken back may still be dropped.
CREATE FUNCTION volunteering_guard_qualification() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.volunteer_id, NEW.kind_id, NEW.starts_on, NEW.ends_on, NEW.verified_by_id,
        NEW.verified_at) IS DISTINCT FROM (OLD.volunteer_id, OLD.kind_id, OLD.starts_on, OLD.ends_on,
        OLD.verified_by_id, OLD.verified_at)
        OR (OLD.revoked_at IS NOT NULL AND (NEW.revoked_at, NEW.revoked_by_id)
            IS DISTINCT FROM (OLD.revoked_at, OLD.revoked_by_id)) THEN
        RAISE EXCEPTION 'a qualification is taken back once, never changed or removed'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER volunteering_qualification_kept BEFORE UPDATE OR DELETE ON volunteering_qualification
    FOR EACH ROW EXECUTE FUNCTION volunteering_guard_qualification();

-- Words that people and tasks point to by their code.
CREATE FUNCTION volunteering_guard_word() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.area, NEW.code) IS DISTINCT FROM (OLD.area, OLD.code) THEN
        RAISE EXCEPTION 'a word keeps its code and its area' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER volunteering_skill_kept BEFORE UPDATE OR DELETE ON volunteering_skill
    FOR EACH ROW EXECUTE FUNCTION volunteering_guard_word();
CREATE TRIGGER volunteering_qualificationkind_kept BEFORE UPDATE OR DELETE ON volunteering_qualificationkind
    FOR EACH ROW EXECUTE FUNCTION volunteering_guard_word();
CREATE TRIGGER volunteering_taskkind_kept BEFORE UPDATE OR DELETE ON volunteering_taskkind
    FOR EACH ROW EXECUTE FUNCTION volunteering_guard_word();
"""
VOLUNTEERS_BACK = """
DROP TRIGGER volunteering_taskkind_kept ON volunteering_taskkind;
DROP TRIGGER volunteering_qualificationkind_kept ON volunteering_qualificationkind;
DROP TRIGGER volunteering_skill_kept ON volunteering_skill;
DROP FUNCTION volunteering_guard_word();
DROP TRIGGER volunteering_qualification_kept ON volunteering_qualification;
DROP FUNCTION volunteering_guard_qualification();
DROP TRIGGER volunteering_hours_apart ON volunteering_availability;
DROP FUNCTION volunteering_guard_hours();
DROP TRIGGER volunteering_volunteer_kept ON volunteering_volunteer;
DROP FUNCTION volunteering_guard_volunteer();
"""

TEAMS = """
CREATE FUNCTION volunteering_guard_team() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR NEW.created_at <> OLD.created_at THEN
        RAISE EXCEPTION 'a team stays on record' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state <> OLD.state AND NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[
        'active>dissolved', 'proposed>active', 'proposed>declined', 'proposed>dissolved'
    ]) THEN
        RAISE EXCEPTION 'volunteering_team_move: no way from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state IN ('declined', 'dissolved')
        AND (NEW.name, NEW.kind, NEW.area, NEW.organization_id, NEW.unit, NEW.state, NEW.ended_at)
        IS DISTINCT FROM (OLD.name, OLD.kind, OLD.area, OLD.organization_id, OLD.unit, OLD.state, OLD.ended_at) THEN
        RAISE EXCEPTION 'a team that is over stays as it was' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER volunteering_team_kept BEFORE UPDATE OR DELETE ON volunteering_team
    FOR EACH ROW EXECUTE FUNCTION volunteering_guard_team();

-- The lock on the team lets no dissolving slip in between the look and the commit.
CREATE FUNCTION volunteering_guard_member() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    standing text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a place in a team stays on record' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NOT EXISTS (SELECT FROM volunteering_teamagreement a WHERE a.id = NEW.agreement_id AND a.team_id = NEW.team_id)
    THEN
        RAISE EXCEPTION 'volunteering_member_agreement: of another team' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        SELECT state INTO standing FROM volunteering_team WHERE id = NEW.team_id FOR SHARE;
        IF standing NOT IN ('proposed', 'active') THEN
            RAISE EXCEPTION 'volunteering_member_of_ended: the team is over' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.team_id, NEW.volunteer_id, NEW.asked_at, NEW.by_code, NEW.moves_from_id)
        IS DISTINCT FROM (OLD.team_id, OLD.volunteer_id, OLD.asked_at, OLD.by_code, OLD.moves_from_id)
        OR (OLD.state IN ('refused', 'withdrawn', 'left')
            AND (NEW.role, NEW.state, NEW.agreement_id, NEW.signed_at, NEW.joined_at, NEW.ended_at, NEW.decided_by_id)
            IS DISTINCT FROM (OLD.role, OLD.state, OLD.agreement_id, OLD.signed_at, OLD.joined_at, OLD.ended_at,
                OLD.decided_by_id)) THEN
        RAISE EXCEPTION 'a place in a team that is over stays as it was' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state <> OLD.state AND NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[
        'member>left', 'requested>member', 'requested>refused', 'requested>withdrawn'
    ]) THEN
        RAISE EXCEPTION 'volunteering_member_move: no way from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER volunteering_member_kept BEFORE INSERT OR UPDATE OR DELETE ON volunteering_teammember
    FOR EACH ROW EXECUTE FUNCTION volunteering_guard_member();

-- Looked at when the transaction ends, so that leadership can be handed over inside it.
CREATE FUNCTION volunteering_guard_leader() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wanted uuid;
    standing text;
BEGIN
    IF TG_TABLE_NAME = 'volunteering_team' THEN wanted := NEW.id; ELSE wanted := NEW.team_id; END IF;
    SELECT state INTO standing FROM volunteering_team WHERE id = wanted FOR SHARE;
    IF standing IN ('proposed', 'active') AND NOT EXISTS (SELECT FROM volunteering_teammember
        WHERE team_id = wanted AND state = 'member' AND role = 'leader') THEN
        RAISE EXCEPTION 'volunteering_team_led: a living team has a leader' USING ERRCODE = 'check_violation';
    END IF;
    IF standing IN ('declined', 'dissolved') AND EXISTS (SELECT FROM volunteering_teammember
        WHERE team_id = wanted AND state IN ('requested', 'member')) THEN
        RAISE EXCEPTION 'volunteering_team_empty: a team that is over has no members' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER volunteering_team_led AFTER INSERT OR UPDATE ON volunteering_team
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION volunteering_guard_leader();
CREATE CONSTRAINT TRIGGER volunteering_member_led AFTER UPDATE ON volunteering_teammember
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION volunteering_guard_leader();
"""
TEAMS_BACK = """
DROP TRIGGER volunteering_member_led ON volunteering_teammember;
DROP TRIGGER volunteering_team_led ON volunteering_team;
DROP FUNCTION volunteering_guard_leader();
DROP TRIGGER volunteering_member_kept ON volunteering_teammember;
DROP FUNCTION volunteering_guard_member();
DROP TRIGGER volunteering_team_kept ON volunteering_team;
DROP FUNCTION volunteering_guard_team();
"""


class Migration(migrations.Migration):
    dependencies = [("volunteering", "0001_initial"), ("audit", "0003_tree")]

    operations = [
        migrations.RunSQL(VOLUNTEERS, VOLUNTEERS_BACK),
        migrations.RunSQL(TEAMS, TEAMS_BACK),
        append_only("volunteering_teamagreement"),
    ]
