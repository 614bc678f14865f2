"""A mark stays that of its person and poll; officers of booths are kept, end once, and two stay while the booth is open.

The function of migration 0011 is replaced in place, so no table with ballots or envelopes is locked.
"""

from django.db import migrations

MARK = """
CREATE OR REPLACE FUNCTION voting_guard_mark() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    b record;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'marks are kept' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT * INTO b FROM voting_booth WHERE id = NEW.booth_id;
    IF b.poll_id <> NEW.poll_id OR b.state NOT IN ('open', 'closed')
        OR TG_OP = 'INSERT' AND NEW.kind = 'booth' AND b.state <> 'open'
        OR (NEW.kind = 'home_visit') <> (b.kind = 'home_visit')
        OR NOT EXISTS (SELECT 1 FROM voting_rollentry WHERE poll_id = NEW.poll_id AND person_id = NEW.person_id)
    THEN
        RAISE EXCEPTION 'marks are set at an open booth for who is on the roll' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.id, @NEW@NEW.booth_id, NEW.officer_id, NEW.cast_at, NEW.kind, NEW.outer, NEW.envelope_void)
            IS DISTINCT FROM
            (OLD.id, @OLD@OLD.booth_id, OLD.officer_id, OLD.cast_at, OLD.kind, OLD.outer, OLD.envelope_void)
            OR OLD.second_officer_id IS NOT NULL AND NEW.second_officer_id IS DISTINCT FROM OLD.second_officer_id
            OR OLD.state IN ('returned', 'void', 'opened', 'carried_off') AND NEW.state <> OLD.state
        THEN
            RAISE EXCEPTION 'a mark keeps what it says' USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
"""
MARK_KEPT = MARK.replace("@NEW@", "NEW.poll_id, NEW.person_id, ").replace("@OLD@", "OLD.poll_id, OLD.person_id, ")
MARK_BACK = MARK.replace("@NEW@", "").replace("@OLD@", "")

# The booth is locked before the others are counted, so that two who end at once do not both find a third.
OFFICER = """
CREATE FUNCTION voting_guard_officer() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    stands text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'officers of a booth are kept' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.id, NEW.booth_id, NEW.person_id, NEW.given_by_id, NEW.given_at)
        IS DISTINCT FROM (OLD.id, OLD.booth_id, OLD.person_id, OLD.given_by_id, OLD.given_at)
        OR OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at
    THEN
        RAISE EXCEPTION 'the work of an officer is ended once and changes in no other way'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL THEN
        SELECT state INTO stands FROM voting_booth WHERE id = NEW.booth_id FOR NO KEY UPDATE;
        IF stands = 'open' AND 2 > (
            SELECT count(*) FROM voting_boothofficer
            WHERE booth_id = NEW.booth_id AND ended_at IS NULL AND id <> NEW.id
        ) THEN
            RAISE EXCEPTION 'an open booth keeps two officers' USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER voting_boothofficer_guard BEFORE UPDATE OR DELETE ON voting_boothofficer
    FOR EACH ROW EXECUTE FUNCTION voting_guard_officer();
CREATE TRIGGER voting_boothofficer_no_truncate BEFORE TRUNCATE ON voting_boothofficer
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
"""
OFFICER_BACK = """
DROP TRIGGER voting_boothofficer_no_truncate ON voting_boothofficer;
DROP TRIGGER voting_boothofficer_guard ON voting_boothofficer; DROP FUNCTION voting_guard_officer();
"""


class Migration(migrations.Migration):
    """Keep marks and officers."""

    dependencies = [("voting", "0016_visit_again")]

    operations = [
        migrations.RunSQL(MARK_KEPT, MARK_BACK),
        migrations.RunSQL(OFFICER, OFFICER_BACK),
    ]
