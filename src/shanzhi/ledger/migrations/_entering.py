"""The way into the book as migration 0006 makes it: fewer statements, the same checks.

A book's account and its balance are found together, and entry, postings and event are written in one statement. The
triggers look at the end of that statement, no longer at the end of the transaction.
"""

# `enable_seqscan`: a plan made while the tables were small would read them whole when they have grown.
ENTER = """
CREATE OR REPLACE FUNCTION ledger_enter(
    p_id uuid, p_book uuid, p_on date, p_at timestamptz, p_kind text, p_text text, p_key text, p_request bytea,
    p_reverses uuid, p_accounts uuid[], p_amounts bigint[],
    e_verb text, e_person uuid, e_label text, e_type text, e_area text, e_reason text, e_request text, e_nonce bytea,
    e_digest text, e_change jsonb, OUT entry uuid, OUT repeated boolean
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off AS $$
DECLARE
    n constant int := coalesce(cardinality(p_accounts), 0);
    new_number bigint;
    earlier bytea;
    held date;
    began date;
    i int;
    turns int[];
    stood bigint[] := array_fill(NULL::bigint, ARRAY[n]);
    before uuid;
    own text;
    sort text;
    mixed boolean := false;
    total numeric := 0;
    now_on bigint;
BEGIN
    IF n < 2 OR n > 200 OR n <> coalesce(cardinality(p_amounts), 0) THEN
        RAISE EXCEPTION 'ledger_legs' USING ERRCODE = 'check_violation';
    END IF;
    -- A closing takes this lock for itself; those who enter share it.
    PERFORM pg_advisory_xact_lock_shared(hashtext('ledger.book'), hashtext(p_book::text));
    SELECT b.closed_through, b.begins_on, e.id, e.request INTO held, began, entry, earlier
    FROM ledger_book b LEFT JOIN ledger_entry e ON e.key = p_key WHERE b.id = p_book;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'ledger_no_book' USING ERRCODE = 'foreign_key_violation';
    END IF;
    IF entry IS NOT NULL THEN
        IF earlier IS DISTINCT FROM p_request THEN
            RAISE EXCEPTION 'ledger_key_reused' USING ERRCODE = 'unique_violation';
        END IF;
        repeated := true;
        RETURN;
    END IF;
    IF p_on <= held OR p_on < began THEN
        RAISE EXCEPTION 'ledger_period_closed' USING ERRCODE = 'check_violation',
            DETAIL = coalesce(held, began - 1)::text;
    END IF;
    -- In the order of their ids, so that writers wait for each other and never in a circle.
    IF n = 2 THEN
        turns := CASE WHEN p_accounts[1] <= p_accounts[2] THEN '{1,2}'::int[] ELSE '{2,1}'::int[] END;
    ELSE
        SELECT array_agg(t.leg ORDER BY t.account) INTO turns
        FROM unnest(p_accounts) WITH ORDINALITY AS t (account, leg);
    END IF;
    FOREACH i IN ARRAY turns LOOP
        IF p_accounts[i] = before THEN
            RAISE EXCEPTION 'ledger_account_twice' USING ERRCODE = 'check_violation';
        END IF;
        before := p_accounts[i];
        UPDATE ledger_balance b SET amount = b.amount + p_amounts[i] FROM ledger_account a
        WHERE b.account_id = before AND a.id = before AND a.book_id = p_book AND a.closed_at IS NULL
            AND (p_amounts[i] > 0 OR b.floor IS NULL OR b.amount + p_amounts[i] >= b.floor)
            AND (p_amounts[i] < 0 OR b.ceiling IS NULL OR b.amount + p_amounts[i] <= b.ceiling)
        RETURNING b.amount, a.commodity_id INTO now_on, own;
        IF NOT FOUND THEN
            PERFORM ledger_refuse(p_book, before, p_amounts[i], p_key);
        END IF;
        mixed := mixed OR own <> coalesce(sort, own);
        sort := own;
        total := total + p_amounts[i];
        stood[i] := now_on;
    END LOOP;
    IF mixed THEN
        PERFORM FROM unnest(p_accounts, p_amounts) AS t (account, amount) JOIN ledger_account a ON a.id = t.account
            GROUP BY a.commodity_id HAVING sum(t.amount) <> 0;
        mixed := FOUND;
    END IF;
    IF mixed OR total IS DISTINCT FROM 0 THEN
        RAISE EXCEPTION 'ledger_unbalanced' USING ERRCODE = 'check_violation';
    END IF;
    -- Taken while the balances are held: so the numbers on an account are in the order in which it moved.
    new_number := nextval('ledger_entry_number');
    WITH written AS (
        INSERT INTO ledger_entry (id, number, book_id, on_day, at, kind, text, key, request, reverses_id, legs)
        VALUES (p_id, new_number, p_book, p_on, p_at, p_kind, p_text, p_key, p_request, p_reverses, n)
    ), moved AS (
        INSERT INTO ledger_posting (entry_id, leg, legs, account_id, amount, stood, on_day, number)
        SELECT p_id, t.leg, n, p_accounts[t.leg], p_amounts[t.leg], stood[t.leg], p_on, new_number
        FROM generate_series(1, n) AS t (leg)
    )
    INSERT INTO audit_event (at, verb, actor_person, actor_label, subject_type, subject_id, area, reason, request_id,
        nonce, digest, change)
    VALUES (p_at, e_verb, e_person, e_label, e_type, p_id::text, e_area, e_reason, e_request, e_nonce, e_digest,
        e_change);
    IF p_reverses IS NOT NULL THEN
        PERFORM ledger_mirrors(p_id, p_reverses);
    END IF;
    entry := p_id;
    repeated := false;
END $$;

-- Why an account was not moved.
CREATE FUNCTION ledger_refuse(p_book uuid, p_account uuid, p_amount bigint, p_key text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    own record;
    left_over bigint;
BEGIN
    SELECT book_id, closed_at IS NOT NULL AS closed INTO own FROM ledger_account WHERE id = p_account;
    IF own.book_id IS DISTINCT FROM p_book THEN
        RAISE EXCEPTION 'ledger_no_account' USING ERRCODE = 'foreign_key_violation';
    END IF;
    IF own.closed THEN
        RAISE EXCEPTION 'ledger_account_closed' USING ERRCODE = 'check_violation';
    END IF;
    IF p_amount IS NULL THEN
        RAISE EXCEPTION 'ledger_unbalanced' USING ERRCODE = 'check_violation';
    END IF;
    -- Whoever waited here for the same entry finds it entered, not its money missing.
    IF EXISTS (SELECT FROM ledger_entry WHERE key = p_key) THEN
        RAISE EXCEPTION 'ledger_entered_meanwhile' USING ERRCODE = 'unique_violation';
    END IF;
    SELECT CASE WHEN p_amount < 0 THEN amount - floor ELSE ceiling - amount END INTO left_over
    FROM ledger_balance WHERE account_id = p_account;
    IF p_amount < 0 THEN
        RAISE EXCEPTION 'ledger_short' USING ERRCODE = 'check_violation', DETAIL = p_account || ' ' || left_over;
    END IF;
    RAISE EXCEPTION 'ledger_full' USING ERRCODE = 'check_violation', DETAIL = p_account || ' ' || left_over;
END $$;
"""

MOVED = """
DROP TRIGGER ledger_entry_moved ON ledger_entry;
CREATE CONSTRAINT TRIGGER ledger_entry_moved AFTER INSERT ON ledger_entry DEFERRABLE INITIALLY IMMEDIATE
    FOR EACH ROW EXECUTE FUNCTION ledger_entry_moves();
"""
MOVED_BACK = """
DROP TRIGGER ledger_entry_moved ON ledger_entry;
CREATE CONSTRAINT TRIGGER ledger_entry_moved AFTER INSERT ON ledger_entry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION ledger_entry_moves();
"""
