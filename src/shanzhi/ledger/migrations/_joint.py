"""Transfers entered together, as migration 0007 makes it: many in one statement and one commit.

`ledger_transfer_each` knows only the good case: two accounts of one book and commodity, a day that is open, bounds that
hold, a key that is new or means the same. What else is asked for it leaves out, and `ledger_enter` says why. Each that
it enters is checked by itself, in the order given, against what those before it left; so a refusal touches no other.
"""

from shanzhi.ledger.migrations._functions import GUARDS

GIVEN = """
CREATE TYPE ledger_given AS (
    n int, may boolean, freely boolean, persons uuid[], id uuid, book uuid, on_day date, at timestamptz, kind text,
    text text, key text, request text, source uuid, target uuid, amount bigint, verb text, person uuid, label text,
    type text, area text, reason text, request_id text, nonce text, digest text, change jsonb
);
"""

# Locks are taken as `ledger_enter` takes them: books, then balances in the order of their ids; then keys, in theirs.
# `may` says that the area's right is there, else a keeper's is looked for; `freely`, that any account may be moved.
EACH = """
CREATE FUNCTION ledger_transfer_each(p_given json, p_by_hand text[])
RETURNS TABLE (n int, entry uuid, repeated boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
    given constant ledger_given[] := ARRAY(SELECT g FROM json_populate_recordset(NULL::ledger_given, p_given) g);
    one record;
    accounts uuid[];
    amounts bigint[];
    floors bigint[];
    ceilings bigint[];
    books uuid[];
    sorts text[];
    opens boolean[];
    by_hand boolean[];
    left_on bigint;
    now_on bigint;
    keys text[] := '{}';
    turns int[] := '{}';
    numbers bigint[] := '{}';
    sources bigint[] := '{}';
    targets bigint[] := '{}';
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtext('ledger.book'), b.book)
    FROM (SELECT DISTINCT hashtext(g.book::text) AS book FROM unnest(given) g ORDER BY 1) b;
    SELECT array_agg(b.account_id), array_agg(b.amount), array_agg(b.floor), array_agg(b.ceiling)
    INTO accounts, amounts, floors, ceilings
    FROM (
        SELECT account_id, amount, floor, ceiling FROM ledger_balance
        WHERE account_id = ANY (ARRAY(SELECT unnest(ARRAY[g.source, g.target]) FROM unnest(given) g))
        ORDER BY account_id FOR NO KEY UPDATE
    ) b;
    -- Looked at only now: what was closed while this one waited for its balance is closed.
    SELECT array_agg(a.book_id ORDER BY u.i), array_agg(a.commodity_id ORDER BY u.i),
        array_agg(a.closed_at IS NULL ORDER BY u.i), array_agg(a.owner_kind = ANY (p_by_hand) ORDER BY u.i)
    INTO books, sorts, opens, by_hand
    FROM unnest(accounts) WITH ORDINALITY AS u (id, i) JOIN ledger_account a ON a.id = u.id;
    FOR one IN
        SELECT g.n, g.id, g.book, g.key, g.request::bytea = e.request AS same, e.id AS there, g.amount, g.freely,
            array_position(accounts, g.source) AS source, array_position(accounts, g.target) AS target
        FROM unnest(given) g JOIN ledger_book b ON b.id = g.book LEFT JOIN ledger_entry e ON e.key = g.key
        WHERE g.source <> g.target AND g.amount > 0
            AND g.on_day >= b.begins_on AND (b.closed_through IS NULL OR g.on_day > b.closed_through)
            AND (g.may OR EXISTS (SELECT FROM ledger_keeper k WHERE k.book_id = b.id AND k.until IS NULL
                AND k.person_id = ANY (g.persons)))
        ORDER BY g.n
    LOOP
        CONTINUE WHEN (books[one.source] = one.book AND books[one.target] = one.book
            AND sorts[one.source] = sorts[one.target] AND opens[one.source] AND opens[one.target]
            AND (one.freely OR (by_hand[one.source] AND by_hand[one.target]))) IS NOT TRUE;
        IF one.there IS NOT NULL THEN
            IF one.same THEN
                n := one.n;
                entry := one.there;
                repeated := true;
                RETURN NEXT;
            END IF;
            CONTINUE;
        END IF;
        left_on := amounts[one.source] - one.amount;
        now_on := amounts[one.target] + one.amount;
        CONTINUE WHEN one.key = ANY (keys) OR left_on < floors[one.source] OR now_on > ceilings[one.target];
        amounts[one.source] := left_on;
        amounts[one.target] := now_on;
        keys := keys || one.key;
        turns := turns || one.n;
        -- Taken while the balances are held: so the numbers on an account are in the order in which it moved.
        numbers := numbers || nextval('ledger_entry_number');
        sources := sources || left_on;
        targets := targets || now_on;
        n := one.n;
        entry := one.id;
        repeated := false;
        RETURN NEXT;
    END LOOP;
    IF cardinality(turns) = 0 THEN
        RETURN;
    END IF;
    UPDATE ledger_balance b SET amount = t.amount FROM unnest(accounts, amounts) AS t (account, amount)
    WHERE b.account_id = t.account AND b.amount <> t.amount;
    WITH good AS (
        SELECT g.*, t.number, t.source_stood, t.target_stood
        FROM unnest(turns, numbers, sources, targets) AS t (n, number, source_stood, target_stood)
        JOIN unnest(given) g ON g.n = t.n
    ), written AS (
        INSERT INTO ledger_entry (id, number, book_id, on_day, at, kind, text, key, request, legs)
        SELECT id, number, book, on_day, at, kind, text, key, request::bytea, 2 FROM good ORDER BY key
    ), moved AS (
        INSERT INTO ledger_posting (entry_id, leg, legs, account_id, amount, stood, on_day, number)
        SELECT g.id, l.leg, 2, l.account, l.amount, l.stood, g.on_day, g.number FROM good g
        CROSS JOIN LATERAL (
            VALUES (1, g.source, -g.amount, g.source_stood), (2, g.target, g.amount, g.target_stood)
        ) AS l (leg, account, amount, stood)
    )
    INSERT INTO audit_event (at, verb, actor_person, actor_label, subject_type, subject_id, area, reason, request_id,
        nonce, digest, change)
    SELECT at, verb, person, label, type, id::text, area, reason, request_id, nonce::bytea, digest, change FROM good
    ORDER BY number;
END $$;
"""
EACH_BACK = "DROP FUNCTION ledger_transfer_each(json, text[]); DROP TYPE ledger_given;"

# One look at all postings that were written; only where it finds something, one after the other, for the right word.
GLANCE = """
    PERFORM FROM written p
        LEFT JOIN ledger_entry e ON e.id = p.entry_id
        LEFT JOIN ledger_account a ON a.id = p.account_id
        GROUP BY p.entry_id
        HAVING sum(p.amount) <> 0 OR count(DISTINCT a.commodity_id) <> 1
            OR min(p.leg) <> 1 OR max(p.leg) <> count(*)
            OR bool_and(a.book_id = e.book_id AND p.on_day = e.on_day AND p.number = e.number AND p.legs = e.legs)
                IS NOT TRUE
            OR max(e.legs) <> count(*);
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
"""
# A plan made while the tables were small would read them whole when they have grown.
_BY_KEY = "SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off"
_FIRST = "\n    FOR one IN SELECT * FROM written"
_SET = "SET search_path = pg_catalog, public, pg_temp"
_END = GUARDS.index("CREATE FUNCTION ledger_sums")
WHOLE_BACK = GUARDS[:_END].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
WHOLE = WHOLE_BACK.replace(_FIRST, GLANCE + _FIRST).replace(_SET, f"{_SET}\n{_BY_KEY}")
