"""The database holds what banks promise each other: moves of agreements, limits that both agreed to, entries that mirror
each other in the two books, rows that stay."""

from django.db import migrations

from shanzhi.audit.append_only import append_only

LINK = """
CREATE FUNCTION timebank_guard_link() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.one_id, NEW.other_id, NEW.proposed_by_id, NEW.proposed_at)
        IS DISTINCT FROM (OLD.one_id, OLD.other_id, OLD.proposed_by_id, OLD.proposed_at)
        OR (OLD.one_account IS NOT NULL
            AND (NEW.one_account, NEW.other_account) IS DISTINCT FROM (OLD.one_account, OLD.other_account)) THEN
        RAISE EXCEPTION 'an agreement stays with its two banks and accounts' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state <> OLD.state AND NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[
        'agreed>ended', 'proposed>agreed', 'proposed>refused', 'proposed>withdrawn'
    ]) THEN
        RAISE EXCEPTION 'timebank_link_move: no way from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.most <> OLD.most AND (OLD.state <> 'agreed' OR OLD.asked_most IS DISTINCT FROM NEW.most
        OR NEW.asked_most IS NOT NULL) THEN
        RAISE EXCEPTION 'timebank_link_limit: a limit changes when it was asked for and both agree'
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.asked_most IS NOT NULL AND OLD.asked_most IS NOT NULL
        AND (NEW.asked_most, NEW.asked_by_id, NEW.asked_person_id, NEW.asked_at)
        IS DISTINCT FROM (OLD.asked_most, OLD.asked_by_id, OLD.asked_person_id, OLD.asked_at) THEN
        RAISE EXCEPTION 'timebank_link_asked_once: what was asked for is answered or taken back first'
            USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.limit_asked, NEW.limit_agreed, NEW.limit_answered_by_id, NEW.limit_answered_at)
        IS DISTINCT FROM (OLD.limit_asked, OLD.limit_agreed, OLD.limit_answered_by_id, OLD.limit_answered_at)
        AND (OLD.asked_most IS NULL OR NEW.asked_most IS NOT NULL OR NEW.limit_asked <> OLD.asked_most
            OR coalesce(NEW.limit_answered_by_id, OLD.asked_person_id) = OLD.asked_person_id) THEN
        RAISE EXCEPTION 'timebank_link_limit_two: somebody else answers what was asked for'
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.most <> OLD.most AND (NEW.limit_asked, NEW.limit_agreed) IS DISTINCT FROM (NEW.most, true) THEN
        RAISE EXCEPTION 'timebank_link_limit: a limit changes when it was asked for and both agree'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER timebank_link_kept BEFORE UPDATE OR DELETE ON timebank_link
    FOR EACH ROW EXECUTE FUNCTION timebank_guard_link();
"""
LINK_BACK = """
DROP TRIGGER timebank_link_kept ON timebank_link;
DROP FUNCTION timebank_guard_link();
"""

# When somebody is erased, names may still be taken out of the reason.
CROSSING = """
CREATE FUNCTION timebank_guard_crossing() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of record;
BEGIN
    IF TG_OP = 'DELETE'
        OR (TG_OP = 'UPDATE' AND (to_jsonb(NEW) - 'reason') IS DISTINCT FROM (to_jsonb(OLD) - 'reason')) THEN
        RAISE EXCEPTION 'what passed between banks stays' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        RETURN NEW;
    END IF;
    SELECT one_id, other_id, state INTO of FROM timebank_link WHERE id = NEW.link_id;
    IF NOT (NEW.source_id IN (of.one_id, of.other_id) AND NEW.target_id IN (of.one_id, of.other_id))
        OR EXISTS (SELECT FROM timebank_member m WHERE (m.id = NEW.sender_id AND m.bank_id <> NEW.source_id)
            OR (m.id = NEW.receiver_id AND m.bank_id <> NEW.target_id))
        OR EXISTS (SELECT FROM timebank_pool p WHERE (p.id = NEW.from_pool_id AND p.bank_id <> NEW.source_id)
            OR (p.id = NEW.to_pool_id AND p.bank_id <> NEW.target_id)) THEN
        RAISE EXCEPTION 'timebank_crossing_of: from one bank of the agreement to the other'
            USING ERRCODE = 'check_violation';
    END IF;
    IF of.state NOT IN ('agreed', 'ended') OR (NEW.sender_id IS NOT NULL AND of.state <> 'agreed') THEN
        RAISE EXCEPTION 'timebank_crossing_agreed: nothing passes without an agreement in force'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER timebank_crossing_kept BEFORE INSERT OR UPDATE OR DELETE ON timebank_crossing
    FOR EACH ROW EXECUTE FUNCTION timebank_guard_crossing();
"""
CROSSING_BACK = """
DROP TRIGGER timebank_crossing_kept ON timebank_crossing;
DROP FUNCTION timebank_guard_crossing();
"""

# What one bank owes the other stands in both books; on commit both are looked at together.
MIRROR = """
CREATE FUNCTION timebank_mirror(p_link uuid, p_raised uuid, p_raise_entry uuid, p_lower_entry uuid, p_minutes bigint)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    of record;
    up uuid;
    down uuid;
BEGIN
    SELECT one_id, one_account, other_account INTO of FROM timebank_link WHERE id = p_link;
    up := CASE WHEN p_raised = of.one_id THEN of.one_account ELSE of.other_account END;
    down := CASE WHEN p_raised = of.one_id THEN of.other_account ELSE of.one_account END;
    IF NOT EXISTS (SELECT FROM ledger_posting WHERE entry_id = p_raise_entry AND account_id = up AND amount = p_minutes)
        OR NOT EXISTS (
            SELECT FROM ledger_posting WHERE entry_id = p_lower_entry AND account_id = down AND amount = -p_minutes) THEN
        RAISE EXCEPTION 'timebank_crossing_entered: it stands in both books' USING ERRCODE = 'check_violation';
    END IF;
    IF (SELECT sum(amount) FROM ledger_balance WHERE account_id IN (up, down)) <> 0 THEN
        RAISE EXCEPTION 'timebank_mirror_level: what one owes is what the other is owed' USING ERRCODE = 'check_violation';
    END IF;
END $$;
CREATE FUNCTION timebank_crossing_mirrored() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM timebank_mirror(NEW.link_id, NEW.source_id, NEW.out_entry, NEW.in_entry, NEW.minutes);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER timebank_crossing_mirror AFTER INSERT ON timebank_crossing DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION timebank_crossing_mirrored();
CREATE FUNCTION timebank_clearing_mirrored() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM timebank_mirror(NEW.link_id, NEW.creditor_id, NEW.creditor_entry, NEW.debtor_entry, NEW.minutes);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER timebank_clearing_mirror AFTER INSERT ON timebank_clearingline DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION timebank_clearing_mirrored();
"""
MIRROR_BACK = """
DROP TRIGGER timebank_clearing_mirror ON timebank_clearingline;
DROP FUNCTION timebank_clearing_mirrored();
DROP TRIGGER timebank_crossing_mirror ON timebank_crossing;
DROP FUNCTION timebank_crossing_mirrored();
DROP FUNCTION timebank_mirror(uuid, uuid, uuid, uuid, bigint);
"""

# The limit is held by the bounds of both accounts; on commit they are what the two banks agreed on.
BOUNDS = """
CREATE FUNCTION timebank_link_bounded() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of record;
BEGIN
    IF TG_TABLE_NAME = 'timebank_link' THEN
        SELECT one_account, other_account, most INTO of FROM timebank_link WHERE id = NEW.id;
    ELSE
        SELECT one_account, other_account, most INTO of FROM timebank_link
            WHERE one_account = NEW.account_id OR other_account = NEW.account_id;
    END IF;
    IF of.one_account IS NOT NULL AND (SELECT count(*) FROM ledger_balance
        WHERE account_id IN (of.one_account, of.other_account) AND floor = -of.most AND ceiling = of.most) <> 2 THEN
        RAISE EXCEPTION 'timebank_link_bounds: both accounts are held between the limit' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER timebank_link_bounds AFTER INSERT OR UPDATE OF most, one_account, other_account
    ON timebank_link DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION timebank_link_bounded();
CREATE CONSTRAINT TRIGGER timebank_balance_bounds AFTER UPDATE OF floor, ceiling ON ledger_balance
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION timebank_link_bounded();
"""
BOUNDS_BACK = """
DROP TRIGGER timebank_balance_bounds ON ledger_balance;
DROP TRIGGER timebank_link_bounds ON timebank_link;
DROP FUNCTION timebank_link_bounded();
"""

# What moves on an account for another bank is a crossing or a part of a clearing. Only such accounts are held between
# a bound below zero and the same above, so that nothing is queued or looked up for what moves on any other.
BEHIND = """
CREATE FUNCTION timebank_clearing_behind() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of uuid := (SELECT id FROM timebank_link WHERE one_account = NEW.account_id OR other_account = NEW.account_id);
BEGIN
    IF of IS NOT NULL AND EXISTS (
        SELECT FROM (SELECT entry_id, amount, stood FROM ledger_posting WHERE account_id = NEW.account_id
            ORDER BY number DESC LIMIT 100) p
        WHERE p.amount = NEW.amount - OLD.amount AND p.stood = NEW.amount
            AND NOT EXISTS (SELECT FROM timebank_crossing c WHERE c.out_entry = p.entry_id AND c.link_id = of)
            AND NOT EXISTS (SELECT FROM timebank_crossing c WHERE c.in_entry = p.entry_id AND c.link_id = of)
            AND NOT EXISTS (SELECT FROM timebank_clearingline l
                WHERE l.link_id = of AND p.entry_id IN (l.debtor_entry, l.creditor_entry))) THEN
        RAISE EXCEPTION 'timebank_clearing_behind: on this account only what passed or was cleared moves'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER timebank_clearing_moved AFTER UPDATE OF amount ON ledger_balance
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.floor < 0 AND NEW.floor = -NEW.ceiling AND NEW.amount <> OLD.amount)
    EXECUTE FUNCTION timebank_clearing_behind();
"""
BEHIND_BACK = """
DROP TRIGGER timebank_clearing_moved ON ledger_balance;
DROP FUNCTION timebank_clearing_behind();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("timebank", "0004_between_banks"),
        ("ledger", "0007_joint_entering"),
        ("audit", "0003_tree"),
    ]

    operations = [
        migrations.RunSQL(LINK, LINK_BACK),
        migrations.RunSQL(CROSSING, CROSSING_BACK),
        migrations.RunSQL(MIRROR, MIRROR_BACK),
        migrations.RunSQL(BOUNDS, BOUNDS_BACK),
        migrations.RunSQL(BEHIND, BEHIND_BACK),
        *(append_only(f"timebank_{table}") for table in ("clearing", "clearingline")),
    ]
