"""The functions and triggers of bills as migration 0004 makes them."""

KEPT = """
-- What is sealed is sealed anew when the key changes; all else stays as it came.
CREATE FUNCTION ledger_keep_bill_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.id, NEW.file_id, NEW.place, NEW.account_id, NEW.mark, NEW.on_day, NEW.at_time, NEW.amount,
        NEW.serial, NEW.balance) IS DISTINCT FROM (OLD.id, OLD.file_id, OLD.place, OLD.account_id, OLD.mark, OLD.on_day,
        OLD.at_time, OLD.amount, OLD.serial, OLD.balance) THEN
        RAISE EXCEPTION 'a line of a bill stays as it came' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_billline_kept BEFORE UPDATE OR DELETE ON ledger_billline
    FOR EACH ROW EXECUTE FUNCTION ledger_keep_bill_line();

CREATE FUNCTION ledger_keep_bill_file() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.state = 'taken'
        OR (NEW.id, NEW.book_id, NEW.digest) IS DISTINCT FROM (OLD.id, OLD.book_id, OLD.digest) THEN
        RAISE EXCEPTION 'a bill that was taken stays as it came' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_billfile_kept BEFORE UPDATE OR DELETE ON ledger_billfile
    FOR EACH ROW EXECUTE FUNCTION ledger_keep_bill_file();
"""
KEPT_BACK = """
DROP TRIGGER ledger_billfile_kept ON ledger_billfile;
DROP FUNCTION ledger_keep_bill_file();
DROP TRIGGER ledger_billline_kept ON ledger_billline;
DROP FUNCTION ledger_keep_bill_line();
"""

# The lock on the account lets two who settle at the same time come one after the other; each query below then sees
# what the one before wrote.
MATCHES = """
CREATE FUNCTION ledger_hold_matches() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT DISTINCT l.account_id FROM written w JOIN ledger_billline l ON l.id = w.line_id ORDER BY 1 LOOP
        PERFORM pg_advisory_xact_lock(hashtextextended('ledger.bills ' || one.account_id, 0));
    END LOOP;
    IF EXISTS (SELECT FROM written w JOIN ledger_billline l ON l.id = w.line_id
        LEFT JOIN ledger_posting p ON p.entry_id = w.entry_id AND p.leg = w.leg AND p.account_id = l.account_id
            AND p.amount = w.amount
        WHERE w.entry_id IS NOT NULL AND p.entry_id IS NULL) THEN
        RAISE EXCEPTION 'ledger_match_other: a line is settled by postings of its own account'
            USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT FROM written w LEFT JOIN ledger_billmatch m ON m.id = w.undoes_id AND m.line_id = w.line_id
        AND m.how <> 'undo' WHERE w.how = 'undo' AND m.id IS NULL) THEN
        RAISE EXCEPTION 'ledger_match_undo: only what settles the same line is undone'
            USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT FROM ledger_billmatch m
        WHERE (m.entry_id, m.leg) IN (SELECT w.entry_id, w.leg FROM written w WHERE w.entry_id IS NOT NULL)
            AND NOT EXISTS (SELECT FROM ledger_billmatch u WHERE u.undoes_id = m.id)
        GROUP BY m.entry_id, m.leg HAVING count(*) > 1) THEN
        RAISE EXCEPTION 'ledger_match_taken: a posting settles one line' USING ERRCODE = 'unique_violation';
    END IF;
    IF EXISTS (SELECT FROM ledger_billmatch m JOIN ledger_billline l ON l.id = m.line_id
        WHERE m.line_id IN (SELECT w.line_id FROM written w) AND m.how <> 'undo'
            AND NOT EXISTS (SELECT FROM ledger_billmatch u WHERE u.undoes_id = m.id)
        GROUP BY l.id, l.amount
        HAVING NOT (count(*) = 1 AND bool_and(m.how = 'left_out')
            OR bool_and(m.how <> 'left_out') AND sum(m.amount) = l.amount)) THEN
        RAISE EXCEPTION 'ledger_match_sum: the postings of a line add up to it' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_billmatch_held AFTER INSERT ON ledger_billmatch REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_hold_matches();
"""
MATCHES_BACK = """
DROP TRIGGER ledger_billmatch_held ON ledger_billmatch;
DROP FUNCTION ledger_hold_matches();
"""
