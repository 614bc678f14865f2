"""The database holds what a time bank promises: lots that add up to the ledger, the cap, one payment for each promise,
two reviewers of a grant, rules that change for the future only, and what stays as it was written."""

from django.db import migrations

from shanzhi.audit.append_only import append_only

KEPT = """
CREATE FUNCTION timebank_guard_bank() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.area, NEW.book_id, NEW.issued, NEW.lapsed, NEW.redeemed, NEW.uncovered, NEW.created_at)
        IS DISTINCT FROM (OLD.area, OLD.book_id, OLD.issued, OLD.lapsed, OLD.redeemed, OLD.uncovered, OLD.created_at)
    THEN
        RAISE EXCEPTION 'of a bank only the name changes' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER timebank_bank_kept BEFORE UPDATE OR DELETE ON timebank_bank
    FOR EACH ROW EXECUTE FUNCTION timebank_guard_bank();

CREATE FUNCTION timebank_guard_policy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM timebank_bank WHERE id = NEW.bank_id FOR NO KEY UPDATE;
    IF EXISTS (SELECT FROM timebank_policyversion v WHERE v.bank_id = NEW.bank_id
        AND (v.version >= NEW.version OR v.from_day >= NEW.from_day OR v.published > NEW.published)) THEN
        RAISE EXCEPTION 'timebank_policy_forward: rules change for days to come' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER timebank_policy_forward BEFORE INSERT ON timebank_policyversion
    FOR EACH ROW EXECUTE FUNCTION timebank_guard_policy();

CREATE FUNCTION timebank_guard_member() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.bank_id, NEW.person_id, NEW.number, NEW.credits, NEW.bound, NEW.held, NEW.opened_at)
        IS DISTINCT FROM (OLD.bank_id, OLD.person_id, OLD.number, OLD.credits, OLD.bound, OLD.held, OLD.opened_at) THEN
        RAISE EXCEPTION 'an account stays with its person and bank' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.closed_at IS NOT NULL AND OLD.closed_at IS NULL AND EXISTS (
        SELECT FROM ledger_balance b WHERE b.account_id IN (NEW.credits, NEW.bound, NEW.held) AND b.amount <> 0) THEN
        RAISE EXCEPTION 'timebank_not_empty: there is something on the account' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.closed_at IS NOT NULL AND OLD.closed_at IS NULL AND (
        EXISTS (SELECT FROM timebank_post p WHERE p.author_id = NEW.id AND p.state = 'open')
        OR EXISTS (SELECT FROM timebank_deal d WHERE NEW.id IN (d.helper_id, d.taker_id)
            AND d.state IN ('asked', 'promised', 'disputed'))) THEN
        RAISE EXCEPTION 'timebank_not_over: something is asked, offered or promised' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER timebank_member_kept BEFORE UPDATE OR DELETE ON timebank_member
    FOR EACH ROW EXECUTE FUNCTION timebank_guard_member();

CREATE FUNCTION timebank_guard_earning() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.reversed_at IS NOT NULL OR NEW.reversed_at IS NULL OR (to_jsonb(NEW)
        - ARRAY['reversed_at', 'returned', 'uncovered']) IS DISTINCT FROM (to_jsonb(OLD)
        - ARRAY['reversed_at', 'returned', 'uncovered']) THEN
        RAISE EXCEPTION 'what was earned stays, and is taken back once' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER timebank_earning_kept BEFORE UPDATE OR DELETE ON timebank_earning
    FOR EACH ROW EXECUTE FUNCTION timebank_guard_earning();
"""
KEPT_BACK = """
DROP TRIGGER timebank_earning_kept ON timebank_earning;
DROP FUNCTION timebank_guard_earning();
DROP TRIGGER timebank_member_kept ON timebank_member;
DROP FUNCTION timebank_guard_member();
DROP TRIGGER timebank_policy_forward ON timebank_policyversion;
DROP FUNCTION timebank_guard_policy();
DROP TRIGGER timebank_bank_kept ON timebank_bank;
DROP FUNCTION timebank_guard_bank();
"""

# The lots tell days and kinds of credits, the ledger how many there are: they are looked at together on commit.
LOTS = """
CREATE FUNCTION timebank_guard_lot() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (to_jsonb(NEW) - 'remains') IS DISTINCT FROM (to_jsonb(OLD) - 'remains') THEN
        RAISE EXCEPTION 'of a lot only what remains changes' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.remains > OLD.remains
        AND EXISTS (SELECT FROM timebank_member m WHERE m.id = NEW.member_id AND m.closed_at IS NOT NULL) THEN
        RAISE EXCEPTION 'timebank_account_closed: nothing comes on a closed account' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER timebank_lot_kept BEFORE UPDATE OR DELETE ON timebank_lot
    FOR EACH ROW EXECUTE FUNCTION timebank_guard_lot();

-- The lock on the member makes two who add wait for one another, so that each sees what the other added.
CREATE FUNCTION timebank_guard_cap() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    total bigint;
    closed timestamptz;
BEGIN
    SELECT closed_at INTO closed FROM timebank_member WHERE id = NEW.member_id FOR NO KEY UPDATE;
    IF closed IS NOT NULL THEN
        RAISE EXCEPTION 'timebank_account_closed: nothing comes on a closed account' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.cap IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT (SELECT coalesce(sum(l.remains), 0) FROM timebank_lot l WHERE l.member_id = NEW.member_id)
        + (SELECT coalesce(sum(r.minutes), 0) FROM timebank_reserved r JOIN timebank_lot l ON l.id = r.lot_id
            WHERE l.member_id = NEW.member_id) INTO total;
    IF total > NEW.cap THEN
        RAISE EXCEPTION 'timebank_over_cap: nobody holds more than the rules allow' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER timebank_lot_under_cap AFTER INSERT ON timebank_lot
    FOR EACH ROW EXECUTE FUNCTION timebank_guard_cap();

CREATE FUNCTION timebank_level(p_member uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    own record;
    free bigint;
    tied bigint;
    kept bigint;
BEGIN
    SELECT credits, bound, held INTO own FROM timebank_member WHERE id = p_member;
    SELECT coalesce(sum(remains) FILTER (WHERE NOT donate_only), 0), coalesce(sum(remains) FILTER (WHERE donate_only), 0)
        INTO free, tied FROM timebank_lot WHERE member_id = p_member;
    SELECT coalesce(sum(r.minutes), 0) INTO kept FROM timebank_reserved r JOIN timebank_lot l ON l.id = r.lot_id
        WHERE l.member_id = p_member;
    IF (free, tied, kept) IS DISTINCT FROM (
        (SELECT amount FROM ledger_balance WHERE account_id = own.credits),
        (SELECT amount FROM ledger_balance WHERE account_id = own.bound),
        (SELECT amount FROM ledger_balance WHERE account_id = own.held)) THEN
        RAISE EXCEPTION 'timebank_lots_level: the lots are not what the ledger holds' USING ERRCODE = 'check_violation';
    END IF;
END $$;
CREATE FUNCTION timebank_lots_level() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM timebank_level(NEW.member_id);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER timebank_lot_level AFTER INSERT OR UPDATE ON timebank_lot DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION timebank_lots_level();
CREATE FUNCTION timebank_reserved_level() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    lot uuid := CASE TG_OP WHEN 'DELETE' THEN OLD.lot_id ELSE NEW.lot_id END;
BEGIN
    PERFORM timebank_level(l.member_id) FROM timebank_lot l WHERE l.id = lot;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER timebank_reserved_level AFTER INSERT OR UPDATE OR DELETE ON timebank_reserved
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION timebank_reserved_level();
"""
LOTS_BACK = """
DROP TRIGGER timebank_reserved_level ON timebank_reserved;
DROP FUNCTION timebank_reserved_level();
DROP TRIGGER timebank_lot_level ON timebank_lot;
DROP FUNCTION timebank_lots_level();
DROP FUNCTION timebank_level(uuid);
DROP TRIGGER timebank_lot_under_cap ON timebank_lot;
DROP FUNCTION timebank_guard_cap();
DROP TRIGGER timebank_lot_kept ON timebank_lot;
DROP FUNCTION timebank_guard_lot();
"""

MOVES = """
CREATE FUNCTION timebank_guard_grant() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.pool_id, NEW.member_id, NEW.minutes, NEW.proposed_by_id, NEW.proposed_at)
        IS DISTINCT FROM (OLD.pool_id, OLD.member_id, OLD.minutes, OLD.proposed_by_id, OLD.proposed_at)
        OR (OLD.state <> 'proposed' AND (NEW.state, NEW.entry) IS DISTINCT FROM (OLD.state, OLD.entry)) THEN
        RAISE EXCEPTION 'a grant stays as it was proposed, and is decided once' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state = 'given' AND OLD.state = 'proposed' AND (
        SELECT count(*) FROM timebank_grantyes y JOIN timebank_member m ON m.id = NEW.member_id
        WHERE y.grant_id = NEW.id AND y.reviewer_id IS DISTINCT FROM NEW.proposed_by_id
            AND y.reviewer_id <> m.person_id) < 2 THEN
        RAISE EXCEPTION 'timebank_two_reviewers: two others agree first' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER timebank_grant_kept BEFORE UPDATE OR DELETE ON timebank_poolgrant
    FOR EACH ROW EXECUTE FUNCTION timebank_guard_grant();

CREATE FUNCTION timebank_guard_post() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.bank_id, NEW.author_id, NEW.sort, NEW.area, NEW.minutes, NEW.created_at)
        IS DISTINCT FROM (OLD.bank_id, OLD.author_id, OLD.sort, OLD.area, OLD.minutes, OLD.created_at)
        OR (OLD.state = 'closed' AND NEW.state <> 'closed') THEN
        RAISE EXCEPTION 'what was asked or offered stays, and is closed once' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER timebank_post_kept BEFORE UPDATE OR DELETE ON timebank_post
    FOR EACH ROW EXECUTE FUNCTION timebank_guard_post();

-- The lock on the post lets one request be promised once, however many answer at the same moment.
CREATE FUNCTION timebank_guard_deal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of record;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a promise stays on record' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.post_id, NEW.helper_id, NEW.taker_id, NEW.minutes, NEW.asked_at)
        IS DISTINCT FROM (OLD.post_id, OLD.helper_id, OLD.taker_id, OLD.minutes, OLD.asked_at) THEN
        RAISE EXCEPTION 'a promise stays between its two, for its credits' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.state <> OLD.state AND NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[
        'asked>lapsed', 'asked>promised', 'asked>refused', 'asked>withdrawn', 'disputed>settled', 'promised>cancelled',
        'promised>disputed', 'promised>lapsed', 'promised>paid'
    ]) THEN
        RAISE EXCEPTION 'timebank_deal_move: no way from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    SELECT author_id, sort INTO of FROM timebank_post WHERE id = NEW.post_id FOR NO KEY UPDATE;
    IF (of.sort = 'request' AND of.author_id <> NEW.taker_id) OR (of.sort = 'offer' AND of.author_id <> NEW.helper_id)
    THEN
        RAISE EXCEPTION 'timebank_deal_party: who asked pays, who offered helps' USING ERRCODE = 'check_violation';
    END IF;
    IF of.sort = 'request' AND NEW.state IN ('promised', 'disputed', 'paid', 'settled') AND EXISTS (
        SELECT FROM timebank_deal d WHERE d.post_id = NEW.post_id AND d.id <> NEW.id
            AND d.state IN ('promised', 'disputed', 'paid', 'settled')) THEN
        RAISE EXCEPTION 'timebank_promised_once: the request is promised to another' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER timebank_deal_kept BEFORE INSERT OR UPDATE OR DELETE ON timebank_deal
    FOR EACH ROW EXECUTE FUNCTION timebank_guard_deal();

-- When somebody is erased, the words may still be dropped.
CREATE FUNCTION timebank_guard_rating() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.deal_id, NEW.by_id, NEW.stars, NEW.at)
        IS DISTINCT FROM (OLD.deal_id, OLD.by_id, OLD.stars, OLD.at) THEN
        RAISE EXCEPTION 'a rating stays' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER timebank_rating_kept BEFORE UPDATE OR DELETE ON timebank_rating
    FOR EACH ROW EXECUTE FUNCTION timebank_guard_rating();

CREATE FUNCTION timebank_guard_sign() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.bank_id, NEW.kind, NEW.members, NEW.month, NEW.seen_at)
        IS DISTINCT FROM (OLD.bank_id, OLD.kind, OLD.members, OLD.month, OLD.seen_at)
        OR (OLD.state <> 'new' AND NEW.state <> OLD.state) THEN
        RAISE EXCEPTION 'a sign stays, and is decided once' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER timebank_sign_kept BEFORE UPDATE OR DELETE ON timebank_sign
    FOR EACH ROW EXECUTE FUNCTION timebank_guard_sign();
"""
MOVES_BACK = """
DROP TRIGGER timebank_sign_kept ON timebank_sign;
DROP FUNCTION timebank_guard_sign();
DROP TRIGGER timebank_rating_kept ON timebank_rating;
DROP FUNCTION timebank_guard_rating();
DROP TRIGGER timebank_deal_kept ON timebank_deal;
DROP FUNCTION timebank_guard_deal();
DROP TRIGGER timebank_post_kept ON timebank_post;
DROP FUNCTION timebank_guard_post();
DROP TRIGGER timebank_grant_kept ON timebank_poolgrant;
DROP FUNCTION timebank_guard_grant();
"""

# The lock on the thing makes two who take the last piece wait for one another. Pieces are counted on commit.
SHOP = """
CREATE FUNCTION timebank_guard_good() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.bank_id, NEW.organization_id, NEW.minutes, NEW.created_at)
        IS DISTINCT FROM (OLD.bank_id, OLD.organization_id, OLD.minutes, OLD.created_at)
        OR (OLD.state = 'closed' AND NEW.state <> 'closed') THEN
        RAISE EXCEPTION 'a thing stays at its bank and price, and is closed once' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER timebank_good_kept BEFORE UPDATE OR DELETE ON timebank_good
    FOR EACH ROW EXECUTE FUNCTION timebank_guard_good();

CREATE FUNCTION timebank_guard_voucher() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of record;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a voucher stays on record' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT state, minutes, bank_id INTO of FROM timebank_good WHERE id = NEW.good_id FOR NO KEY UPDATE;
    IF TG_OP = 'INSERT' THEN
        IF of.state <> 'open' OR of.minutes <> NEW.minutes
            OR of.bank_id <> (SELECT bank_id FROM timebank_member WHERE id = NEW.member_id) THEN
            RAISE EXCEPTION 'timebank_voucher_of: of an open thing of the bank, at its price'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.good_id, NEW.member_id, NEW.number, NEW.minutes, NEW.taken_at, NEW.until)
        IS DISTINCT FROM (OLD.good_id, OLD.member_id, OLD.number, OLD.minutes, OLD.taken_at, OLD.until) THEN
        RAISE EXCEPTION 'a voucher stays as it was taken' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state <> 'issued' AND (to_jsonb(NEW)) IS DISTINCT FROM (to_jsonb(OLD)) THEN
        RAISE EXCEPTION 'timebank_voucher_once: it is handed out, or ends, once' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER timebank_voucher_kept BEFORE INSERT OR UPDATE OR DELETE ON timebank_voucher
    FOR EACH ROW EXECUTE FUNCTION timebank_guard_voucher();

CREATE FUNCTION timebank_pieces(p_good uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM timebank_good g WHERE g.id = p_good AND g.supplied - g.stock <> (
        SELECT count(*) FROM timebank_voucher v WHERE v.good_id = p_good AND v.state IN ('issued', 'redeemed'))) THEN
        RAISE EXCEPTION 'timebank_pieces_level: what is left is not what vouchers leave'
            USING ERRCODE = 'check_violation';
    END IF;
END $$;
CREATE FUNCTION timebank_good_pieces() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM timebank_pieces(NEW.id);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER timebank_good_level AFTER INSERT OR UPDATE ON timebank_good DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION timebank_good_pieces();
CREATE FUNCTION timebank_voucher_pieces() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM timebank_pieces(NEW.good_id);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER timebank_voucher_level AFTER INSERT OR UPDATE ON timebank_voucher
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION timebank_voucher_pieces();
"""
SHOP_BACK = """
DROP TRIGGER timebank_voucher_level ON timebank_voucher;
DROP FUNCTION timebank_voucher_pieces();
DROP TRIGGER timebank_good_level ON timebank_good;
DROP FUNCTION timebank_good_pieces();
DROP FUNCTION timebank_pieces(uuid);
DROP TRIGGER timebank_voucher_kept ON timebank_voucher;
DROP FUNCTION timebank_guard_voucher();
DROP TRIGGER timebank_good_kept ON timebank_good;
DROP FUNCTION timebank_guard_good();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("timebank", "0001_initial"),
        ("ledger", "0007_joint_entering"),
        ("audit", "0003_tree"),
    ]

    operations = [
        migrations.RunSQL(KEPT, KEPT_BACK),
        migrations.RunSQL(LOTS, LOTS_BACK),
        migrations.RunSQL(MOVES, MOVES_BACK),
        migrations.RunSQL(SHOP, SHOP_BACK),
        *(append_only(f"timebank_{table}") for table in ("policyversion", "pool", "review", "gift", "grantyes")),
    ]
