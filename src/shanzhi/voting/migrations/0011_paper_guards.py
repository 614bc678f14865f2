"""Guards of paper: terms freeze, the supplementary roll, no second vote, booths that agree, no entry that outlives the close.

Functions of migration 0002 are replaced in place, so no table with ballots or envelopes is locked.
"""

from django.db import migrations

from shanzhi.audit.append_only import append_only

TERMS = """
CREATE FUNCTION voting_guard_paper_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the terms of paper voting are frozen once the poll is open' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER voting_poll_paper_terms BEFORE UPDATE ON voting_poll FOR EACH ROW
    WHEN (
        OLD.state NOT IN ('draft', 'roll_fixed')
        AND (NEW.booth_registration, NEW.paper_replaces_online)
            IS DISTINCT FROM (OLD.booth_registration, OLD.paper_replaces_online)
        OR OLD.ballots_total IS NOT NULL AND NEW.channels IS DISTINCT FROM OLD.channels
    )
    EXECUTE FUNCTION voting_guard_paper_terms();
"""
TERMS_BACK = "DROP TRIGGER voting_poll_paper_terms ON voting_poll; DROP FUNCTION voting_guard_paper_terms();"

# Onto the roll of an open poll come verified residents of age, put there at an open booth of that poll, and nobody else.
ROLL = """
CREATE FUNCTION voting_guard_roll_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM voting_poll WHERE id IN (SELECT poll_id FROM touched) AND state NOT IN ('draft', 'roll_fixed') LIMIT 1;
    IF NOT FOUND THEN
        PERFORM 1 FROM touched WHERE added_at_booth_id IS NOT NULL LIMIT 1;
        IF NOT FOUND THEN
            RETURN NULL;  -- a draw, however large, costs two looks
        END IF;
    END IF;
    PERFORM 1 FROM touched t JOIN voting_poll p ON p.id = t.poll_id
        LEFT JOIN voting_booth b ON b.id = t.added_at_booth_id
        LEFT JOIN people_person who ON who.id = t.person_id
        WHERE CASE
            WHEN p.state IN ('draft', 'roll_fixed') THEN t.added_at_booth_id IS NOT NULL
            ELSE NOT coalesce(
                p.state = 'open' AND p.booth_registration
                AND b.poll_id = p.id AND b.state = 'open' AND starts_with(t.area, b.area)
                AND who.area = t.area AND who.real_name <> 'declared'
                AND (p.minimum_age = 0 OR who.born_on <= p.roll_date - make_interval(years => p.minimum_age)),
                false
            )
        END LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'voting_rollentry is frozen once the poll is open' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
DROP TRIGGER voting_rollentry_frozen_insert ON voting_rollentry;
CREATE TRIGGER voting_rollentry_frozen_insert AFTER INSERT ON voting_rollentry REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION voting_guard_roll_insert();
"""
ROLL_BACK = """
DROP TRIGGER voting_rollentry_frozen_insert ON voting_rollentry;
CREATE TRIGGER voting_rollentry_frozen_insert AFTER INSERT ON voting_rollentry REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION voting_guard_frozen();
DROP FUNCTION voting_guard_roll_insert();
"""

# An envelope may be emptied for one who votes on paper; an emptied one is never filled, and goes with the mark.
ENVELOPE = """
CREATE OR REPLACE FUNCTION voting_guard_envelope() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    stands text;
    total int;
BEGIN
    IF TG_OP = 'DELETE' THEN
        SELECT state, ballots_total INTO stands, total FROM voting_poll WHERE id = OLD.poll_id;
        IF stands = 'closed' AND total IS NULL OR stands = 'open' AND octet_length(OLD.sealed) = 0 THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'envelopes are emptied at the close alone' USING ERRCODE = 'restrict_violation';
    END IF;
    PERFORM 1 FROM voting_poll WHERE id = NEW.poll_id AND state = 'open';
    IF NOT FOUND OR (TG_OP = 'UPDATE' AND (NEW.poll_id, NEW.voter_mac) IS DISTINCT FROM (OLD.poll_id, OLD.voter_mac)) THEN
        RAISE EXCEPTION 'envelopes come in while the vote runs' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND octet_length(OLD.sealed) = 0 THEN
        RAISE EXCEPTION 'this place is taken by a vote on paper' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""
ENVELOPE_BACK = """
CREATE OR REPLACE FUNCTION voting_guard_envelope() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM 1 FROM voting_poll WHERE id = OLD.poll_id AND state = 'closed' AND ballots_total IS NULL;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'envelopes are emptied at the close alone' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN OLD;
    END IF;
    PERFORM 1 FROM voting_poll WHERE id = NEW.poll_id AND state = 'open';
    IF NOT FOUND OR (TG_OP = 'UPDATE' AND (NEW.poll_id, NEW.voter_mac) IS DISTINCT FROM (OLD.poll_id, OLD.voter_mac)) THEN
        RAISE EXCEPTION 'envelopes come in while the vote runs' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""

BOOTH = """
-- What the marks, sheets and entries of a booth say, beside what was counted by hand.
CREATE FUNCTION voting_booth_figures(
    which uuid, OUT issued bigint, OUT spoiled bigint, OUT returned bigint, OUT carried_off bigint, OUT void bigint,
    OUT boxed bigint, OUT pending bigint, OUT entered bigint, OUT unresolved bigint
) LANGUAGE sql STABLE AS $$
    SELECT m.marks + s.spoiled, s.spoiled, m.returned, m.carried_off, m.void, m.boxed, m.pending, e.entered, e.unresolved
    FROM (
        SELECT count(*) AS marks,
            count(*) FILTER (WHERE state = 'returned') AS returned,
            count(*) FILTER (WHERE state = 'carried_off') AS carried_off,
            count(*) FILTER (WHERE state = 'void') AS void,
            count(*) FILTER (WHERE state IN ('cast', 'opened')) AS boxed,
            count(*) FILTER (WHERE state IN ('awaiting', 'accepted')) AS pending
        FROM voting_papermark WHERE booth_id = which
    ) m, (
        SELECT count(*) AS spoiled FROM voting_sheet WHERE booth_id = which AND spoiled
    ) s, (
        SELECT count(*) FILTER (WHERE settled) AS entered, count(*) FILTER (WHERE NOT settled) AS unresolved
        FROM (
            SELECT bool_or(e.round = 3) OR (count(*) = 2 AND count(DISTINCT e.tag) = 1) AS settled
            FROM voting_paperentry e JOIN voting_sheet s ON s.id = e.sheet_id WHERE s.booth_id = which GROUP BY e.sheet_id
        ) read
    ) e
$$;

CREATE FUNCTION voting_guard_booth() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    f record;
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state <> 'prepared' THEN
            RAISE EXCEPTION 'a booth that was opened is kept' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF OLD.state IN ('reconciled', 'cancelled') THEN
        RAISE EXCEPTION 'a booth that is reconciled or cancelled no longer changes' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.id, NEW.poll_id, NEW.code) IS DISTINCT FROM (OLD.id, OLD.poll_id, OLD.code)
        OR OLD.state <> 'prepared' AND (NEW.area, NEW.kind, NEW.opened_at) IS DISTINCT FROM (OLD.area, OLD.kind, OLD.opened_at)
    THEN
        RAISE EXCEPTION 'what a booth is does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state = OLD.state THEN
        RETURN NEW;
    END IF;
    IF (OLD.state, NEW.state) NOT IN
        (('prepared', 'open'), ('open', 'closed'), ('closed', 'reconciled'), ('prepared', 'cancelled'))
    THEN
        RAISE EXCEPTION 'a booth goes from % to % in no way', OLD.state, NEW.state USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state <> 'cancelled' THEN
        PERFORM 1 FROM voting_poll WHERE id = NEW.poll_id AND state = 'open';
        IF NOT FOUND THEN
            RAISE EXCEPTION 'a booth works while the vote is open' USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    IF NEW.state = 'open' AND
        (SELECT count(*) FROM voting_boothofficer WHERE booth_id = NEW.id AND ended_at IS NULL) < 2
    THEN
        RAISE EXCEPTION 'a booth opens with two officers' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state = 'reconciled' THEN
        SELECT * INTO f FROM voting_booth_figures(NEW.id);
        IF f.pending + f.unresolved > 0
            OR (f.issued, f.spoiled, f.returned, f.carried_off, f.void, f.entered)
                IS DISTINCT FROM (NEW.sheets_issued::bigint, NEW.sheets_spoiled::bigint, NEW.sheets_returned::bigint,
                    NEW.sheets_carried_off::bigint, NEW.sheets_void::bigint, NEW.sheets_entered::bigint)
            OR f.boxed <> NEW.sheets_cast
        THEN
            RAISE EXCEPTION 'the figures of the booth do not agree' USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER voting_booth_guard BEFORE UPDATE OR DELETE ON voting_booth
    FOR EACH ROW EXECUTE FUNCTION voting_guard_booth();

CREATE FUNCTION voting_guard_new_booth() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> 'prepared' THEN
        RAISE EXCEPTION 'a booth begins prepared' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER voting_booth_begins BEFORE INSERT ON voting_booth
    FOR EACH ROW EXECUTE FUNCTION voting_guard_new_booth();
"""
BOOTH_BACK = """
DROP TRIGGER voting_booth_begins ON voting_booth; DROP FUNCTION voting_guard_new_booth();
DROP TRIGGER voting_booth_guard ON voting_booth; DROP FUNCTION voting_guard_booth();
DROP FUNCTION voting_booth_figures(uuid);
"""

PAPER = """
CREATE FUNCTION voting_guard_mark() RETURNS trigger LANGUAGE plpgsql AS $$
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
        IF (NEW.id, NEW.booth_id, NEW.officer_id, NEW.cast_at, NEW.kind, NEW.outer, NEW.envelope_void)
            IS DISTINCT FROM
            (OLD.id, OLD.booth_id, OLD.officer_id, OLD.cast_at, OLD.kind, OLD.outer, OLD.envelope_void)
            OR OLD.second_officer_id IS NOT NULL AND NEW.second_officer_id IS DISTINCT FROM OLD.second_officer_id
            OR OLD.state IN ('returned', 'void', 'opened', 'carried_off') AND NEW.state <> OLD.state
        THEN
            RAISE EXCEPTION 'a mark keeps what it says' USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER voting_papermark_guard BEFORE INSERT OR UPDATE OR DELETE ON voting_papermark
    FOR EACH ROW EXECUTE FUNCTION voting_guard_mark();
CREATE TRIGGER voting_papermark_no_truncate BEFORE TRUNCATE ON voting_papermark
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();

CREATE FUNCTION voting_guard_sheet() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    stands text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'printed sheets are kept' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT state INTO stands FROM voting_booth WHERE id = NEW.booth_id;
    IF TG_OP = 'INSERT' AND (stands NOT IN ('prepared', 'open') OR NEW.spoiled)
        OR TG_OP = 'UPDATE' AND (
            stands <> 'open' OR OLD.spoiled AND NOT NEW.spoiled
            OR (NEW.id, NEW.booth_id, NEW.serial, NEW.run) IS DISTINCT FROM (OLD.id, OLD.booth_id, OLD.serial, OLD.run)
        )
    THEN
        RAISE EXCEPTION 'a sheet is printed before the booth closes and spoiled while it is open'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER voting_sheet_guard BEFORE INSERT OR UPDATE OR DELETE ON voting_sheet
    FOR EACH ROW EXECUTE FUNCTION voting_guard_sheet();
CREATE TRIGGER voting_sheet_no_truncate BEFORE TRUNCATE ON voting_sheet
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();

CREATE FUNCTION voting_guard_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    here record;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        RAISE EXCEPTION 'an entry is made anew, never changed' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT s.spoiled, b.state AS booth, p.state AS poll, p.ballots_total INTO here
        FROM voting_sheet s JOIN voting_booth b ON b.id = s.booth_id JOIN voting_poll p ON p.id = b.poll_id
        WHERE s.id = CASE TG_OP WHEN 'DELETE' THEN OLD.sheet_id ELSE NEW.sheet_id END;
    IF here.poll = 'open' AND here.booth = 'closed' AND NOT here.spoiled THEN
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' AND here.poll = 'closed' AND here.ballots_total IS NULL THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'sheets are entered after their booth closed and before it is reconciled'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER voting_paperentry_guard BEFORE INSERT OR UPDATE OR DELETE ON voting_paperentry
    FOR EACH ROW EXECUTE FUNCTION voting_guard_entry();
CREATE TRIGGER voting_paperentry_no_truncate BEFORE TRUNCATE ON voting_paperentry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER voting_invalidsheet_at_close AFTER INSERT ON voting_invalidsheet REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION voting_guard_ballots();
"""
PAPER_BACK = """
DROP TRIGGER voting_invalidsheet_at_close ON voting_invalidsheet;
DROP TRIGGER voting_paperentry_no_truncate ON voting_paperentry;
DROP TRIGGER voting_paperentry_guard ON voting_paperentry; DROP FUNCTION voting_guard_entry();
DROP TRIGGER voting_sheet_no_truncate ON voting_sheet;
DROP TRIGGER voting_sheet_guard ON voting_sheet; DROP FUNCTION voting_guard_sheet();
DROP TRIGGER voting_papermark_no_truncate ON voting_papermark;
DROP TRIGGER voting_papermark_guard ON voting_papermark; DROP FUNCTION voting_guard_mark();
"""

CLOSED = """
CREATE OR REPLACE FUNCTION voting_check_closed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    found bigint;
    total int;
BEGIN
    SELECT ballots_total INTO total FROM voting_poll WHERE id = NEW.id;
    SELECT count(*) INTO found FROM voting_ballot WHERE poll_id = NEW.id;
    IF total IS NULL OR total <> found OR EXISTS (SELECT 1 FROM voting_envelope WHERE poll_id = NEW.id) THEN
        RAISE EXCEPTION 'a closed poll has all its ballots, no envelopes, and totals that agree'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM voting_booth WHERE poll_id = NEW.id AND state NOT IN ('reconciled', 'cancelled'))
        OR EXISTS (
            SELECT 1 FROM voting_paperentry e JOIN voting_sheet s ON s.id = e.sheet_id
            JOIN voting_booth b ON b.id = s.booth_id WHERE b.poll_id = NEW.id
        )
    THEN
        RAISE EXCEPTION 'a closed poll has reconciled booths and no entries left' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
"""
CLOSED_BACK = """
CREATE OR REPLACE FUNCTION voting_check_closed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    found bigint;
    total int;
BEGIN
    SELECT ballots_total INTO total FROM voting_poll WHERE id = NEW.id;
    SELECT count(*) INTO found FROM voting_ballot WHERE poll_id = NEW.id;
    IF total IS NULL OR total <> found OR EXISTS (SELECT 1 FROM voting_envelope WHERE poll_id = NEW.id) THEN
        RAISE EXCEPTION 'a closed poll has all its ballots, no envelopes, and totals that agree'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    """Put the guards of paper on the tables."""

    dependencies = [("voting", "0010_paper"), ("people", "0001_initial")]

    operations = [
        migrations.RunSQL(TERMS, TERMS_BACK),
        migrations.RunSQL(BOOTH, BOOTH_BACK),
        migrations.RunSQL(ROLL, ROLL_BACK),
        migrations.RunSQL(ENVELOPE, ENVELOPE_BACK),
        migrations.RunSQL(PAPER, PAPER_BACK),
        migrations.RunSQL(CLOSED, CLOSED_BACK),
        append_only("voting_invalidsheet"),
        append_only("voting_boothlist"),
    ]
