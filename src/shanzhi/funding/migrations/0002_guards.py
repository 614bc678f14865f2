"""What the database holds by itself: decided things stay, nobody of a team approves its own money, lines add up."""

from django.db import migrations

from shanzhi.audit.append_only import append_only

KEEP = """
-- Rows stay; of what is decided only what the trigger is told may still change (a struck-out picture).
CREATE FUNCTION funding_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'funding: what concerns money stays on record' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state = ANY (string_to_array(TG_ARGV[0], ',')) AND (to_jsonb(NEW) - TG_ARGV[1])
        IS DISTINCT FROM (to_jsonb(OLD) - TG_ARGV[1]) THEN
        RAISE EXCEPTION 'funding: what is decided stays as it was' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER funding_tranche_kept BEFORE UPDATE OR DELETE ON funding_tranche
    FOR EACH ROW EXECUTE FUNCTION funding_keep('paid,cancelled', '');
CREATE TRIGGER funding_payment_kept BEFORE UPDATE OR DELETE ON funding_payment
    FOR EACH ROW EXECUTE FUNCTION funding_keep('paid,refused', '');
CREATE TRIGGER funding_expense_kept BEFORE UPDATE OR DELETE ON funding_expense
    FOR EACH ROW EXECUTE FUNCTION funding_keep('approved,refused', 'public_picture');
CREATE TRIGGER funding_request_kept BEFORE UPDATE OR DELETE ON funding_request
    FOR EACH ROW EXECUTE FUNCTION funding_keep('done,refused', '');
CREATE TRIGGER funding_grant_kept BEFORE UPDATE OR DELETE ON funding_grant
    FOR EACH ROW EXECUTE FUNCTION funding_keep('closed', 'disclose_by');

CREATE FUNCTION funding_keep_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'funding: what concerns money stays on record' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER funding_fund_kept BEFORE DELETE ON funding_fund FOR EACH ROW EXECUTE FUNCTION funding_keep_row();
CREATE TRIGGER funding_donor_kept BEFORE DELETE ON funding_donor FOR EACH ROW EXECUTE FUNCTION funding_keep_row();
CREATE TRIGGER funding_team_kept BEFORE DELETE ON funding_teamplace FOR EACH ROW EXECUTE FUNCTION funding_keep_row();
CREATE TRIGGER funding_line_kept BEFORE DELETE ON funding_budgetline FOR EACH ROW EXECUTE FUNCTION funding_keep_row();

-- What a grant is for, and how much it is, does not change.
CREATE FUNCTION funding_keep_grant() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.fund_id, NEW.proposal, NEW.amount_fen, NEW.custody, NEW.recipient)
        IS DISTINCT FROM (OLD.id, OLD.fund_id, OLD.proposal, OLD.amount_fen, OLD.custody, OLD.recipient) THEN
        RAISE EXCEPTION 'funding: a grant keeps its fund, project, amount and account'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER funding_grant_same BEFORE UPDATE ON funding_grant
    FOR EACH ROW EXECUTE FUNCTION funding_keep_grant();
"""
KEEP_BACK = """
DROP TRIGGER funding_grant_same ON funding_grant;
DROP FUNCTION funding_keep_grant();
DROP TRIGGER funding_line_kept ON funding_budgetline;
DROP TRIGGER funding_team_kept ON funding_teamplace;
DROP TRIGGER funding_donor_kept ON funding_donor;
DROP TRIGGER funding_fund_kept ON funding_fund;
DROP FUNCTION funding_keep_row();
DROP TRIGGER funding_grant_kept ON funding_grant;
DROP TRIGGER funding_request_kept ON funding_request;
DROP TRIGGER funding_expense_kept ON funding_expense;
DROP TRIGGER funding_payment_kept ON funding_payment;
DROP TRIGGER funding_tranche_kept ON funding_tranche;
DROP FUNCTION funding_keep();
"""

# At the end of the transaction, so that lines and tranches may be written one by one.
SUMS = """
CREATE FUNCTION funding_add_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    whose constant uuid := CASE TG_TABLE_NAME WHEN 'funding_grant' THEN NEW.id ELSE (to_jsonb(NEW) ->> 'grant_id')::uuid
        END;
    wanted bigint;
BEGIN
    SELECT amount_fen INTO wanted FROM funding_grant WHERE id = whose;
    IF wanted IS DISTINCT FROM (SELECT sum(amount_fen) FROM funding_budgetline WHERE grant_id = whose) THEN
        RAISE EXCEPTION 'funding: the lines of a grant add up to its amount' USING ERRCODE = 'check_violation';
    END IF;
    IF wanted IS DISTINCT FROM (SELECT sum(amount_fen) FROM funding_tranche WHERE grant_id = whose) THEN
        RAISE EXCEPTION 'funding: the tranches of a grant add up to its amount' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER funding_grant_adds_up AFTER INSERT ON funding_grant DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION funding_add_up();
CREATE CONSTRAINT TRIGGER funding_lines_add_up AFTER INSERT OR UPDATE ON funding_budgetline
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION funding_add_up();
CREATE CONSTRAINT TRIGGER funding_tranches_add_up AFTER INSERT OR UPDATE OF amount_fen ON funding_tranche
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION funding_add_up();
"""
SUMS_BACK = """
DROP TRIGGER funding_tranches_add_up ON funding_tranche;
DROP TRIGGER funding_lines_add_up ON funding_budgetline;
DROP TRIGGER funding_grant_adds_up ON funding_grant;
DROP FUNCTION funding_add_up();
"""

# Whoever writes: nobody of the team decides on the team's money, and a line belongs to the grant of its expense.
TEAMS = """
CREATE FUNCTION funding_of_the_team(one uuid, person uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM funding_teamplace WHERE grant_id = one AND person_id = person)
$$;
CREATE FUNCTION funding_guard_payment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    one uuid;
BEGIN
    SELECT grant_id INTO one FROM funding_tranche WHERE id = NEW.tranche_id;
    IF funding_of_the_team(one, NEW.first_by) OR funding_of_the_team(one, NEW.second_by) THEN
        RAISE EXCEPTION 'funding_own_money: nobody of the team approves it' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER funding_payment_of_others BEFORE INSERT OR UPDATE ON funding_payment
    FOR EACH ROW EXECUTE FUNCTION funding_guard_payment();

CREATE FUNCTION funding_guard_claim() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF funding_of_the_team(NEW.grant_id, NEW.decided_by) THEN
        RAISE EXCEPTION 'funding_own_money: nobody of the team approves it' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER funding_expense_of_others BEFORE INSERT OR UPDATE ON funding_expense
    FOR EACH ROW EXECUTE FUNCTION funding_guard_claim();
CREATE TRIGGER funding_request_of_others BEFORE INSERT OR UPDATE ON funding_request
    FOR EACH ROW EXECUTE FUNCTION funding_guard_claim();

CREATE FUNCTION funding_guard_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM funding_budgetline WHERE id = NEW.line_id AND grant_id = NEW.grant_id) THEN
        RAISE EXCEPTION 'funding_other_line: the line is of another grant' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER funding_expense_own_line BEFORE INSERT OR UPDATE OF line_id, grant_id ON funding_expense
    FOR EACH ROW EXECUTE FUNCTION funding_guard_line();
"""
TEAMS_BACK = """
DROP TRIGGER funding_expense_own_line ON funding_expense;
DROP FUNCTION funding_guard_line();
DROP TRIGGER funding_request_of_others ON funding_request;
DROP TRIGGER funding_expense_of_others ON funding_expense;
DROP FUNCTION funding_guard_claim();
DROP TRIGGER funding_payment_of_others ON funding_payment;
DROP FUNCTION funding_guard_payment();
DROP FUNCTION funding_of_the_team(uuid, uuid);
"""
GROWING = ("income", "approvallimit", "agreement", "signature", "disclosure")


class Migration(migrations.Migration):
    dependencies = [("funding", "0001_initial"), ("audit", "0002_append_only")]

    operations = [
        migrations.RunSQL(KEEP, KEEP_BACK),
        migrations.RunSQL(SUMS, SUMS_BACK),
        migrations.RunSQL(TEAMS, TEAMS_BACK),
        *(append_only(f"funding_{table}") for table in GROWING),
    ]
