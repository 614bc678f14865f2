"""The functions and triggers of the ledger as migration 0002 makes them."""

KEPT = """
CREATE FUNCTION ledger_keep_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'an account stays on record' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.id, NEW.book_id, NEW.commodity_id, NEW.owner_kind, NEW.owner_id, NEW.role, NEW.nature, NEW.opened_at)
        IS DISTINCT FROM (OLD.id, OLD.book_id, OLD.commodity_id, OLD.owner_kind, OLD.owner_id, OLD.role, OLD.nature,
            OLD.opened_at) OR OLD.closed_at IS NOT NULL THEN
        RAISE EXCEPTION 'of an account only the name changes, and that it is closed'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_account_kept BEFORE UPDATE OR DELETE ON ledger_account
    FOR EACH ROW EXECUTE FUNCTION ledger_keep_account();

-- The lock on the balance lets no entry slip in between the look and the commit.
CREATE FUNCTION ledger_close_empty() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM FROM ledger_balance WHERE account_id = NEW.id AND amount <> 0 FOR UPDATE;
    IF FOUND THEN
        RAISE EXCEPTION 'ledger_not_empty: an account is closed when nothing is on it' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_account_closed_empty BEFORE UPDATE ON ledger_account FOR EACH ROW
    WHEN (NEW.closed_at IS NOT NULL AND OLD.closed_at IS NULL) EXECUTE FUNCTION ledger_close_empty();

-- Every account has its balance from the first; only the outside world may be below zero from the beginning.
CREATE FUNCTION ledger_begin_balance() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO ledger_balance (account_id, amount, floor)
    VALUES (NEW.id, 0, CASE NEW.owner_kind WHEN 'outside' THEN NULL ELSE 0 END);
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_account_balance AFTER INSERT ON ledger_account
    FOR EACH ROW EXECUTE FUNCTION ledger_begin_balance();

CREATE FUNCTION ledger_keep_commodity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.code, NEW.kind, NEW.digits) IS DISTINCT FROM (OLD.code, OLD.kind, OLD.digits) THEN
        RAISE EXCEPTION 'of a commodity only name and unit change' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_commodity_kept BEFORE UPDATE OR DELETE ON ledger_commodity
    FOR EACH ROW EXECUTE FUNCTION ledger_keep_commodity();

CREATE FUNCTION ledger_keep_book() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.id, NEW.area, NEW.begins_on) IS DISTINCT FROM (OLD.id, OLD.area, OLD.begins_on) THEN
        RAISE EXCEPTION 'a book stays where it is' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.closed_through IS DISTINCT FROM OLD.closed_through AND (
        NEW.closed_through IS NULL OR NEW.closed_through <= OLD.closed_through OR NOT EXISTS (
            SELECT FROM ledger_closing c WHERE c.book_id = NEW.id AND c.through = NEW.closed_through)) THEN
        RAISE EXCEPTION 'a period is closed by its closing and not opened again' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_book_kept BEFORE UPDATE OR DELETE ON ledger_book
    FOR EACH ROW EXECUTE FUNCTION ledger_keep_book();

CREATE FUNCTION ledger_keep_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a balance stays with its account' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER ledger_balance_kept BEFORE DELETE ON ledger_balance
    FOR EACH ROW EXECUTE FUNCTION ledger_keep_balance();
"""
KEPT_BACK = """
DROP TRIGGER ledger_balance_kept ON ledger_balance;
DROP FUNCTION ledger_keep_balance();
DROP TRIGGER ledger_book_kept ON ledger_book;
DROP FUNCTION ledger_keep_book();
DROP TRIGGER ledger_commodity_kept ON ledger_commodity;
DROP FUNCTION ledger_keep_commodity();
DROP TRIGGER ledger_account_balance ON ledger_account;
DROP FUNCTION ledger_begin_balance();
DROP TRIGGER ledger_account_closed_empty ON ledger_account;
DROP FUNCTION ledger_close_empty();
DROP TRIGGER ledger_account_kept ON ledger_account;
DROP FUNCTION ledger_keep_account();
"""

# For whoever writes past the function: the owner by mistake, a migration. All postings of an entry stand in one statement:
# with the numbers 1 to `legs` in it, and these numbers once for each entry, none can follow in another. It takes the
# place of keys to entry and account too, which would lock rows that every entry of the book needs.
GUARDS = """
CREATE FUNCTION ledger_postings_whole() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    one record;
    entry record;
    own record;
    last uuid;
    met int := 0;
    total numeric := 0;
    sort text;
    mixed boolean := false;
BEGIN
    FOR one IN SELECT * FROM written ORDER BY entry_id, leg LOOP
        IF one.entry_id IS DISTINCT FROM last THEN
            IF last IS NOT NULL THEN
                PERFORM ledger_sums(last, entry.legs, met, total, mixed);
            END IF;
            SELECT book_id, on_day, number, legs INTO entry FROM ledger_entry WHERE id = one.entry_id;
            last := one.entry_id;
            met := 0;
            total := 0;
            mixed := false;
            sort := NULL;
        END IF;
        SELECT book_id, commodity_id INTO own FROM ledger_account WHERE id = one.account_id;
        IF own.book_id IS NULL
            OR (own.book_id, one.on_day, one.number) IS DISTINCT FROM (entry.book_id, entry.on_day, entry.number) THEN
            RAISE EXCEPTION 'ledger_other_book: a posting is of no account, another book, day or entry'
                USING ERRCODE = 'check_violation';
        END IF;
        met := met + 1;
        IF (one.leg, one.legs) IS DISTINCT FROM (met, entry.legs::int) THEN
            RAISE EXCEPTION 'ledger_legs: a posting is too many, or missing' USING ERRCODE = 'check_violation';
        END IF;
        total := total + one.amount;
        mixed := mixed OR own.commodity_id <> coalesce(sort, own.commodity_id);
        sort := own.commodity_id;
    END LOOP;
    IF last IS NOT NULL THEN
        PERFORM ledger_sums(last, entry.legs, met, total, mixed);
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION ledger_sums(p_entry uuid, p_legs int, met int, total numeric, mixed boolean) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF met IS DISTINCT FROM p_legs THEN
        RAISE EXCEPTION 'ledger_legs: the entry has % of % postings', met, p_legs USING ERRCODE = 'check_violation';
    END IF;
    IF mixed THEN
        PERFORM FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
            WHERE p.entry_id = p_entry GROUP BY a.commodity_id HAVING sum(p.amount) <> 0;
        mixed := FOUND;
    END IF;
    IF mixed OR total <> 0 THEN
        RAISE EXCEPTION 'ledger_unbalanced: the postings do not sum to zero' USING ERRCODE = 'check_violation';
    END IF;
END $$;
CREATE TRIGGER ledger_posting_whole AFTER INSERT ON ledger_posting REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_postings_whole();

-- An entry without any posting moved nothing; at the end of its transaction it must have one.
CREATE FUNCTION ledger_entry_moves() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM FROM ledger_posting WHERE entry_id = NEW.id AND leg = 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'ledger_legs: the entry has no postings' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_entry_moved AFTER INSERT ON ledger_entry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION ledger_entry_moves();
"""
GUARDS_BACK = """
DROP TRIGGER ledger_entry_moved ON ledger_entry;
DROP FUNCTION ledger_entry_moves();
DROP TRIGGER ledger_posting_whole ON ledger_posting;
DROP FUNCTION ledger_postings_whole();
DROP FUNCTION ledger_sums(uuid, int, int, numeric, boolean);
"""

# The one way into the book. Refusals begin with a word that `operations.posting` knows; DETAIL carries what it says.
# Accounts are locked in the order of their ids, so that writers wait for each other and never in a circle. Rows are
# looked up one by one: a plan for joins, made while the tables were small, reads them whole when they have grown.
ENTER = """
CREATE FUNCTION ledger_enter(
    p_id uuid, p_book uuid, p_on date, p_at timestamptz, p_kind text, p_text text, p_key text, p_request bytea,
    p_reverses uuid, p_accounts uuid[], p_amounts bigint[],
    e_verb text, e_person uuid, e_label text, e_type text, e_area text, e_reason text, e_request text, e_nonce bytea,
    e_digest text, e_change jsonb, OUT entry uuid, OUT repeated boolean
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    n constant int := coalesce(cardinality(p_accounts), 0);
    new_number bigint;
    earlier bytea;
    held date;
    began date;
    one record;
    own record;
    before uuid;
    sort text;
    mixed boolean := false;
    total numeric := 0;
    now_on bigint;
    left_over bigint;
    stood bigint[];
    legs int[];
    accounts uuid[];
BEGIN
    IF n < 2 OR n > 200 OR n <> coalesce(cardinality(p_amounts), 0) THEN
        RAISE EXCEPTION 'ledger_legs' USING ERRCODE = 'check_violation';
    END IF;
    -- A closing takes this lock for itself; those who enter share it.
    PERFORM pg_advisory_xact_lock_shared(hashtext('ledger.book'), hashtext(p_book::text));
    SELECT closed_through, begins_on INTO held, began FROM ledger_book WHERE id = p_book;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'ledger_no_book' USING ERRCODE = 'foreign_key_violation';
    END IF;
    SELECT id, request INTO entry, earlier FROM ledger_entry WHERE key = p_key;
    IF FOUND THEN
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
    FOR one IN SELECT t.account, t.amount, t.leg FROM unnest(p_accounts, p_amounts) WITH ORDINALITY
        AS t (account, amount, leg) ORDER BY 1 LOOP
        IF one.account = before THEN
            RAISE EXCEPTION 'ledger_account_twice' USING ERRCODE = 'check_violation';
        END IF;
        before := one.account;
        SELECT book_id, commodity_id, closed_at IS NOT NULL AS closed INTO own FROM ledger_account
        WHERE id = one.account;
        IF own.book_id IS DISTINCT FROM p_book THEN
            RAISE EXCEPTION 'ledger_no_account' USING ERRCODE = 'foreign_key_violation';
        END IF;
        IF own.closed THEN
            RAISE EXCEPTION 'ledger_account_closed' USING ERRCODE = 'check_violation';
        END IF;
        mixed := mixed OR own.commodity_id <> coalesce(sort, own.commodity_id);
        sort := own.commodity_id;
        total := total + one.amount;
        UPDATE ledger_balance b SET amount = b.amount + one.amount
        WHERE b.account_id = one.account
            AND (one.amount > 0 OR b.floor IS NULL OR b.amount + one.amount >= b.floor)
            AND (one.amount < 0 OR b.ceiling IS NULL OR b.amount + one.amount <= b.ceiling)
        RETURNING b.amount INTO now_on;
        IF NOT FOUND THEN
            -- Whoever waited here for the same entry finds it entered, not its money missing.
            IF EXISTS (SELECT FROM ledger_entry WHERE key = p_key) THEN
                RAISE EXCEPTION 'ledger_entered_meanwhile' USING ERRCODE = 'unique_violation';
            END IF;
            SELECT CASE WHEN one.amount < 0 THEN amount - floor ELSE ceiling - amount END INTO left_over
            FROM ledger_balance WHERE account_id = one.account;
            IF one.amount < 0 THEN
                RAISE EXCEPTION 'ledger_short' USING ERRCODE = 'check_violation',
                    DETAIL = one.account || ' ' || left_over;
            END IF;
            RAISE EXCEPTION 'ledger_full' USING ERRCODE = 'check_violation', DETAIL = one.account || ' ' || left_over;
        END IF;
        accounts := accounts || one.account;
        legs := legs || one.leg::int;
        stood := stood || now_on;
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
    INSERT INTO ledger_entry (id, number, book_id, on_day, at, kind, text, key, request, reverses_id, legs)
    VALUES (p_id, new_number, p_book, p_on, p_at, p_kind, p_text, p_key, p_request, p_reverses, n);
    INSERT INTO ledger_posting (entry_id, leg, legs, account_id, amount, stood, on_day, number)
    SELECT p_id, t.leg, n, t.account, p_amounts[t.leg], t.stood, p_on, new_number
    FROM unnest(legs, accounts, stood) AS t (leg, account, stood);
    IF p_reverses IS NOT NULL THEN
        PERFORM ledger_mirrors(p_id, p_reverses);
    END IF;
    INSERT INTO audit_event (at, verb, actor_person, actor_label, subject_type, subject_id, area, reason, request_id,
        nonce, digest, change)
    VALUES (p_at, e_verb, e_person, e_label, e_type, p_id::text, e_area, e_reason, e_request, e_nonce, e_digest,
        e_change);
    entry := p_id;
    repeated := false;
END $$;

CREATE FUNCTION ledger_mirrors(p_id uuid, p_reverses uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM ledger_entry WHERE id = p_reverses AND reverses_id IS NOT NULL;
    IF FOUND THEN
        RAISE EXCEPTION 'ledger_reversal_reversed' USING ERRCODE = 'check_violation';
    END IF;
    PERFORM FROM (SELECT account_id, amount FROM ledger_posting WHERE entry_id = p_reverses) o
        FULL JOIN (SELECT account_id, amount FROM ledger_posting WHERE entry_id = p_id) r USING (account_id)
        WHERE o.amount IS DISTINCT FROM -r.amount;
    IF FOUND THEN
        RAISE EXCEPTION 'ledger_no_mirror' USING ERRCODE = 'check_violation';
    END IF;
END $$;

-- New bounds of an account. A floor above what is on it is refused by the table itself.
CREATE FUNCTION ledger_bound(p_account uuid, p_floor bigint, p_ceiling bigint) RETURNS void LANGUAGE sql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE ledger_balance SET floor = p_floor, ceiling = p_ceiling WHERE account_id = p_account
$$;
"""
ENTER_BACK = """
DROP FUNCTION ledger_bound(uuid, bigint, bigint);
DROP FUNCTION ledger_mirrors(uuid, uuid);
DROP FUNCTION ledger_enter(uuid, uuid, date, timestamptz, text, text, text, bytea, uuid, uuid[], bigint[], text, uuid,
    text, text, text, text, text, bytea, text, jsonb);
"""

CLOSE = """
CREATE FUNCTION ledger_close(p_id uuid, p_book uuid, p_through date, p_at timestamptz) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    counted bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('ledger.book'), hashtext(p_book::text));
    SELECT count(*) INTO counted FROM ledger_entry WHERE book_id = p_book AND on_day <= p_through;
    INSERT INTO ledger_closing (id, book_id, through, at, entries, digest)
    SELECT p_id, p_book, p_through, p_at, counted, 'sha256:' || encode(sha256(convert_to(
        coalesce(string_agg(s.account_id || ' ' || s.amount, chr(10) ORDER BY s.account_id), ''), 'UTF8')), 'hex')
    FROM (SELECT p.account_id, sum(p.amount) AS amount FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
        WHERE a.book_id = p_book AND p.on_day <= p_through GROUP BY p.account_id HAVING sum(p.amount) <> 0) s;
    INSERT INTO ledger_closingbalance (closing_id, account_id, amount)
    SELECT p_id, p.account_id, sum(p.amount) FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
    WHERE a.book_id = p_book AND p.on_day <= p_through GROUP BY p.account_id HAVING sum(p.amount) <> 0;
    UPDATE ledger_book SET closed_through = p_through, version = version + 1 WHERE id = p_book;
END $$;
"""
CLOSE_BACK = "DROP FUNCTION ledger_close(uuid, uuid, date, timestamptz);"
