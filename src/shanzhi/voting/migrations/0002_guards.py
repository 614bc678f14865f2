"""Guards: what is frozen stays frozen, envelopes only while the vote runs, ballots only at the close."""

from django.db import migrations

from shanzhi.audit.append_only import append_only

POLL = """
CREATE FUNCTION voting_guard_poll() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    steps constant text[] := ARRAY['draft', 'roll_fixed', 'open', 'closed', 'counted'];
    was int := array_position(steps, OLD.state::text);
    now int;
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF was > 2 THEN
            RAISE EXCEPTION 'a poll that was opened is kept' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN OLD;
    END IF;
    now := array_position(steps, NEW.state::text);
    IF now < was OR (now > was + 1 AND NOT (OLD.imported AND was = 1 AND now = 4)) THEN
        RAISE EXCEPTION 'a poll goes from % to % in no way', OLD.state, NEW.state USING ERRCODE = 'restrict_violation';
    END IF;
    IF was > 2 AND (
        (NEW.id, NEW.title, NEW.title_en, NEW.areas, NEW.ballot_kind, NEW.min_choices, NEW.purse_limit, NEW.points_scale,
         NEW.blank_allowed, NEW.minimum_age, NEW.roll_date, NEW.budget_fen, NEW.budget_exact, NEW.currency, NEW.spec,
         NEW.opens_at, NEW.closes_at, NEW.imported, NEW.source, NEW.digest, NEW.created_at)
        IS DISTINCT FROM
        (OLD.id, OLD.title, OLD.title_en, OLD.areas, OLD.ballot_kind, OLD.min_choices, OLD.purse_limit, OLD.points_scale,
         OLD.blank_allowed, OLD.minimum_age, OLD.roll_date, OLD.budget_fen, OLD.budget_exact, OLD.currency, OLD.spec,
         OLD.opens_at, OLD.closes_at, OLD.imported, OLD.source, OLD.digest, OLD.created_at)
        OR NEW.max_choices IS DISTINCT FROM OLD.max_choices
        OR NEW.points_total IS DISTINCT FROM OLD.points_total
        OR NEW.roll_total IS DISTINCT FROM OLD.roll_total
    ) THEN
        RAISE EXCEPTION 'the rules of a poll are frozen once it is open' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.ballots_total IS NOT NULL AND
        (NEW.ballots_total, NEW.blank_total, NEW.closed_at, NEW.closed_early_reason)
        IS DISTINCT FROM (OLD.ballots_total, OLD.blank_total, OLD.closed_at, OLD.closed_early_reason)
    THEN
        RAISE EXCEPTION 'the totals of a poll are written once' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER voting_poll_guard BEFORE UPDATE OR DELETE ON voting_poll
    FOR EACH ROW EXECUTE FUNCTION voting_guard_poll();

CREATE FUNCTION voting_guard_new_poll() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> 'draft' THEN
        RAISE EXCEPTION 'a poll begins as a draft' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER voting_poll_begins BEFORE INSERT ON voting_poll
    FOR EACH ROW EXECUTE FUNCTION voting_guard_new_poll();

-- At the end of the closing transaction all ballots are there, no envelope is left, and the totals say so.
CREATE FUNCTION voting_check_closed() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE CONSTRAINT TRIGGER voting_poll_closed AFTER UPDATE OF state ON voting_poll DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.state = 'closed' AND OLD.state <> 'closed') EXECUTE FUNCTION voting_check_closed();
"""
POLL_BACK = """
DROP TRIGGER voting_poll_closed ON voting_poll; DROP FUNCTION voting_check_closed();
DROP TRIGGER voting_poll_begins ON voting_poll; DROP FUNCTION voting_guard_new_poll();
DROP TRIGGER voting_poll_guard ON voting_poll; DROP FUNCTION voting_guard_poll();
"""

# The rows of a statement are looked at together: a roll of 100,000 costs one look at the poll.
FROZEN = """
CREATE FUNCTION voting_guard_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM voting_poll WHERE id IN (SELECT poll_id FROM touched)
        AND state NOT IN ('draft', 'roll_fixed') LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '% is frozen once the poll is open', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
"""
FROZEN_BACK = "DROP FUNCTION voting_guard_frozen();"

SEALED = """
CREATE FUNCTION voting_guard_envelope() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER voting_envelope_guard BEFORE INSERT OR UPDATE OR DELETE ON voting_envelope
    FOR EACH ROW EXECUTE FUNCTION voting_guard_envelope();
CREATE TRIGGER voting_envelope_no_truncate BEFORE TRUNCATE ON voting_envelope
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();

CREATE FUNCTION voting_guard_ballots() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM (SELECT DISTINCT poll_id FROM touched) t JOIN voting_poll p ON p.id = t.poll_id
        WHERE NOT (p.state = 'closed' AND p.ballots_total IS NULL) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'ballots are written at the close alone' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER voting_ballot_at_close AFTER INSERT ON voting_ballot REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION voting_guard_ballots();
"""
SEALED_BACK = """
DROP TRIGGER voting_ballot_at_close ON voting_ballot; DROP FUNCTION voting_guard_ballots();
DROP TRIGGER voting_envelope_no_truncate ON voting_envelope;
DROP TRIGGER voting_envelope_guard ON voting_envelope; DROP FUNCTION voting_guard_envelope();
"""


def frozen(table: str) -> migrations.RunSQL:
    """Give the operation that freezes a table's rows with their poll."""
    return migrations.RunSQL(
        f"""
        CREATE TRIGGER {table}_frozen_insert AFTER INSERT ON {table} REFERENCING NEW TABLE AS touched
            FOR EACH STATEMENT EXECUTE FUNCTION voting_guard_frozen();
        CREATE TRIGGER {table}_frozen_delete AFTER DELETE ON {table} REFERENCING OLD TABLE AS touched
            FOR EACH STATEMENT EXECUTE FUNCTION voting_guard_frozen();
        CREATE TRIGGER {table}_frozen_update AFTER UPDATE ON {table} REFERENCING OLD TABLE AS touched
            FOR EACH STATEMENT EXECUTE FUNCTION voting_guard_frozen();
        CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
        """,
        f"""
        DROP TRIGGER {table}_no_truncate ON {table}; DROP TRIGGER {table}_frozen_update ON {table};
        DROP TRIGGER {table}_frozen_delete ON {table}; DROP TRIGGER {table}_frozen_insert ON {table};
        """,
    )


class Migration(migrations.Migration):
    """Put the guards on the tables."""

    dependencies = [("voting", "0001_initial"), ("audit", "0002_append_only")]

    operations = [
        migrations.RunSQL(POLL, POLL_BACK),
        migrations.RunSQL(FROZEN, FROZEN_BACK),
        frozen("voting_option"),
        frozen("voting_rollentry"),
        migrations.RunSQL(SEALED, SEALED_BACK),
        append_only("voting_ballot"),
        append_only("voting_count"),
    ]
