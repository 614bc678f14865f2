"""The database holds the lives of organisations and applications, the circle that parents must not form, numbers
without gaps, and what stays as it was written."""

from django.db import migrations, models

from shanzhi.audit.append_only import append_only

STATES = """
CREATE OR REPLACE FUNCTION organizations_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.closed_at IS NOT NULL THEN
        RAISE EXCEPTION 'an organisation stays on record, a closed one as it was' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.closed_at IS NOT NULL AND EXISTS (SELECT FROM people_rolegrant g WHERE g.organization = NEW.id
        AND (g.ends_at IS NULL OR g.ends_at > greatest(NEW.closed_at, g.starts_at + interval '1 microsecond'))) THEN
        RAISE EXCEPTION 'organizations_closed_without_roles: roles in it end first' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state <> OLD.state THEN
        IF NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[
            'dormant>dissolved', 'dormant>filed', 'dormant>group', 'dormant>hub', 'dormant>project_team',
            'dormant>registered', 'dormant>suspended', 'filed>dissolved', 'filed>dormant', 'filed>group',
            'filed>hub', 'filed>registered', 'filed>suspended', 'group>dissolved', 'group>dormant',
            'group>filed', 'group>project_team', 'group>registered', 'group>suspended', 'hub>dissolved',
            'hub>dormant', 'hub>filed', 'hub>group', 'hub>registered', 'hub>suspended',
            'project_team>dissolved', 'project_team>dormant', 'project_team>filed', 'project_team>registered',
            'project_team>suspended', 'registered>dissolved', 'registered>dormant', 'registered>hub',
            'registered>suspended', 'suspended>dissolved', 'suspended>filed', 'suspended>group',
            'suspended>hub', 'suspended>project_team', 'suspended>registered'
        ]) THEN
            RAISE EXCEPTION 'organizations_move: no way from % to %', OLD.state, NEW.state
                USING ERRCODE = 'check_violation';
        END IF;
        IF OLD.state IN ('dormant', 'suspended') AND NEW.state NOT IN ('dormant', 'suspended', 'dissolved')
            AND NEW.state <> OLD.rests_from THEN
            RAISE EXCEPTION 'organizations_move: it comes back to where it was' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.state IN ('dormant', 'suspended') AND NEW.rests_from <> (CASE
            WHEN OLD.state IN ('dormant', 'suspended') THEN OLD.rests_from ELSE OLD.state END) THEN
            RAISE EXCEPTION 'organizations_move: where it was is kept' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.state = 'filed' AND NOT EXISTS (
            SELECT FROM organizations_filing f WHERE f.organization_id = NEW.id AND f.cancelled_on IS NULL) THEN
            RAISE EXCEPTION 'organizations_filed_by_filing: there is no filing' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
"""
STATES_BACK = """
CREATE OR REPLACE FUNCTION organizations_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.closed_at IS NOT NULL THEN
        RAISE EXCEPTION 'an organisation stays on record, a closed one as it was' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.closed_at IS NOT NULL AND EXISTS (SELECT FROM people_rolegrant g WHERE g.organization = NEW.id
        AND (g.ends_at IS NULL OR g.ends_at > greatest(NEW.closed_at, g.starts_at + interval '1 microsecond'))) THEN
        RAISE EXCEPTION 'organizations_closed_without_roles: roles in it end first' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
"""

# One lock for all links, so that two that would close a circle together wait for one another; links are rare.
LINKS = """
CREATE FUNCTION organizations_guard_link() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND (OLD.ended_at IS NOT NULL OR
        (NEW.organization_id, NEW.other_id, NEW.tie, NEW.created_at)
        IS DISTINCT FROM (OLD.organization_id, OLD.other_id, OLD.tie, OLD.created_at))) THEN
        RAISE EXCEPTION 'a link is ended, never changed or removed' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'INSERT' AND NEW.tie = 'parent' AND NEW.ended_at IS NULL THEN
        PERFORM pg_advisory_xact_lock(hashtext('organizations_link'));
        IF EXISTS (
            WITH RECURSIVE above(id) AS (
                SELECT NEW.other_id
                UNION
                SELECT l.other_id FROM organizations_link l JOIN above ON l.organization_id = above.id
                WHERE l.tie = 'parent' AND l.ended_at IS NULL
            ) SELECT FROM above WHERE id = NEW.organization_id) THEN
            RAISE EXCEPTION 'organizations_parent_circle: it would hang on itself' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER organizations_link_kept BEFORE INSERT OR UPDATE OR DELETE ON organizations_link
    FOR EACH ROW EXECUTE FUNCTION organizations_guard_link();
"""
LINKS_BACK = """
DROP TRIGGER organizations_link_kept ON organizations_link;
DROP FUNCTION organizations_guard_link();
"""

FILINGS = """
CREATE FUNCTION organizations_guard_application() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'an application stays on record' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state <> OLD.state AND NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[
        'draft>handed_in', 'draft>opinion_given', 'draft>withdrawn', 'handed_in>opinion_given',
        'handed_in>returned', 'handed_in>withdrawn', 'opinion_given>filed', 'opinion_given>refused',
        'opinion_given>returned', 'opinion_given>withdrawn', 'returned>handed_in',
        'returned>opinion_given', 'returned>withdrawn'
    ]) THEN
        RAISE EXCEPTION 'organizations_filing_move: no way from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    -- Personal data may still be dropped when somebody is erased; everything else stays.
    IF OLD.state IN ('filed', 'refused', 'withdrawn') AND
        (NEW.organization_id, NEW.ask, NEW.state, NEW.area, NEW.name, NEW.purpose, NEW.members, NEW.rules,
            NEW.applicant_id, NEW.opinion, NEW.decided_by_id, NEW.decided_at, NEW.created_at)
        IS DISTINCT FROM (OLD.organization_id, OLD.ask, OLD.state, OLD.area, OLD.name, OLD.purpose, OLD.members,
            OLD.rules, OLD.applicant_id, OLD.opinion, OLD.decided_by_id, OLD.decided_at, OLD.created_at) THEN
        RAISE EXCEPTION 'an application that is over stays as it was' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER organizations_application_kept BEFORE UPDATE OR DELETE ON organizations_filingapplication
    FOR EACH ROW EXECUTE FUNCTION organizations_guard_application();

CREATE FUNCTION organizations_guard_filing() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last integer;
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM pg_advisory_xact_lock(hashtext('organizations_filing'), hashtext(NEW.area || '/' || NEW.year));
        SELECT coalesce(max(serial), 0) INTO last FROM organizations_filing
            WHERE area = NEW.area AND year = NEW.year;
        IF NEW.serial <> last + 1 THEN
            RAISE EXCEPTION 'organizations_filing_gap: the next number is %', last + 1
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' OR OLD.cancelled_on IS NOT NULL OR
        (NEW.organization_id, NEW.application_id, NEW.area, NEW.year, NEW.serial, NEW.number, NEW.code, NEW.filed_on)
        IS DISTINCT FROM (OLD.organization_id, OLD.application_id, OLD.area, OLD.year, OLD.serial, OLD.number,
            OLD.code, OLD.filed_on) OR NEW.valid_to < OLD.valid_to THEN
        RAISE EXCEPTION 'a filing keeps its number and code, a cancelled one all' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER organizations_filing_kept BEFORE INSERT OR UPDATE OR DELETE ON organizations_filing
    FOR EACH ROW EXECUTE FUNCTION organizations_guard_filing();

CREATE FUNCTION organizations_guard_finding() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.taken_back_at IS NOT NULL OR
        (NEW.organization_id, NEW.matter, NEW."on", NEW.year, NEW.result, NEW.created_at)
        IS DISTINCT FROM (OLD.organization_id, OLD.matter, OLD."on", OLD.year, OLD.result, OLD.created_at)
        OR (OLD.ends_on IS NOT NULL AND NEW.ends_on IS DISTINCT FROM OLD.ends_on) THEN
        RAISE EXCEPTION 'a finding is ended or taken back, never changed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER organizations_finding_kept BEFORE UPDATE OR DELETE ON organizations_finding
    FOR EACH ROW EXECUTE FUNCTION organizations_guard_finding();
"""
FILINGS_BACK = """
DROP TRIGGER organizations_finding_kept ON organizations_finding;
DROP FUNCTION organizations_guard_finding();
DROP TRIGGER organizations_filing_kept ON organizations_filing;
DROP FUNCTION organizations_guard_filing();
DROP TRIGGER organizations_application_kept ON organizations_filingapplication;
DROP FUNCTION organizations_guard_application();
"""


class Migration(migrations.Migration):
    dependencies = [("organizations", "0004_states"), ("audit", "0002_append_only")]

    operations = [
        migrations.AddConstraint(
            model_name="organization",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("purpose", ""),
                    ("purpose__in", ["public_benefit", "governance", "mutual_help", "service", "culture_sport"]),
                    _connector="OR",
                ),
                name="organizations_purpose",
            ),
        ),
        migrations.AddConstraint(
            model_name="organization",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        ["group", "project_team", "filed", "registered", "hub", "dormant", "suspended", "dissolved"],
                    )
                ),
                name="organizations_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="organization",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at__isnull", False), ("state", "dissolved")),
                    models.Q(models.Q(("state", "dissolved"), _negated=True), ("closed_at__isnull", True)),
                    _connector="OR",
                ),
                name="organizations_dissolved_is_closed",
            ),
        ),
        migrations.AddConstraint(
            model_name="organization",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ("dormant", "suspended")), models.Q(("rests_from", ""), _negated=True)),
                    models.Q(models.Q(("state__in", ("dormant", "suspended")), _negated=True), ("rests_from", "")),
                    _connector="OR",
                ),
                name="organizations_rests_from",
            ),
        ),
        migrations.RunSQL(STATES, STATES_BACK),
        migrations.RunSQL(LINKS, LINKS_BACK),
        migrations.RunSQL(FILINGS, FILINGS_BACK),
        append_only("organizations_pastname"),
        append_only("organizations_filingrules"),
        append_only("organizations_communitytarget"),
    ]
