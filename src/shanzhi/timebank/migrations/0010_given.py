"""A bank issues what earnings that stand give, to the minute, and nothing else: whatever enters it, both are compared.

`given` follows the earnings by a trigger alone, so that the comparison on commit reads two rows and sums up nothing.
"""

from importlib import import_module

from django.db import migrations, models

FILL = """
UPDATE timebank_bank b SET given = e.minutes FROM (
    SELECT m.bank_id, sum(e.kept + e.donated) AS minutes FROM timebank_earning e
    JOIN timebank_member m ON m.id = e.member_id WHERE e.reversed_at IS NULL GROUP BY m.bank_id) e
WHERE e.bank_id = b.id;
"""
# Written by the trigger below alone: what somebody else writes comes at no depth of triggers.
OWN = """
CREATE FUNCTION timebank_guard_given() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what a bank gave is the sum of its earnings' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER timebank_given_kept BEFORE UPDATE OF given ON timebank_bank FOR EACH ROW
    WHEN (NEW.given <> OLD.given AND pg_trigger_depth() = 0) EXECUTE FUNCTION timebank_guard_given();
"""
OWN_BACK = """
DROP TRIGGER timebank_given_kept ON timebank_bank;
DROP FUNCTION timebank_guard_given();
"""
SUMMED = """
CREATE FUNCTION timebank_sum_given() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    more bigint := (CASE WHEN NEW.reversed_at IS NULL THEN NEW.kept + NEW.donated ELSE 0 END)
        - (CASE WHEN TG_OP = 'UPDATE' AND OLD.reversed_at IS NULL THEN OLD.kept + OLD.donated ELSE 0 END);
BEGIN
    IF more <> 0 THEN
        UPDATE timebank_bank SET given = given + more
            WHERE id = (SELECT bank_id FROM timebank_member WHERE id = NEW.member_id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER timebank_earning_summed AFTER INSERT OR UPDATE ON timebank_earning
    FOR EACH ROW EXECUTE FUNCTION timebank_sum_given();
"""
SUMMED_BACK = """
DROP TRIGGER timebank_earning_summed ON timebank_earning;
DROP FUNCTION timebank_sum_given();
"""
GUARDS = import_module("shanzhi.timebank.migrations.0005_between_guards")
LEVEL = """
CREATE FUNCTION timebank_look_at_issued(p_account uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM timebank_bank b JOIN ledger_balance i ON i.account_id = b.issued
        WHERE b.issued = p_account AND -i.amount <> b.given) THEN
        RAISE EXCEPTION 'timebank_issued_earned: a bank issues what earnings that stand give, and nothing else'
            USING ERRCODE = 'check_violation';
    END IF;
END $$;
CREATE FUNCTION timebank_given_level() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM timebank_look_at_issued(NEW.issued);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER timebank_given_level AFTER INSERT OR UPDATE OF given ON timebank_bank
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION timebank_given_level();
"""
# The trigger of migration 0005, which looks at accounts for another bank, looks at those from which something is issued
# too: only these may go below zero. One for both, as each costs every transfer.
ISSUED = """    IF NEW.ceiling = 0 THEN
        PERFORM timebank_look_at_issued(NEW.account_id);
        RETURN NULL;
    END IF;
"""
BELOW = (
    GUARDS.BEHIND.replace("timebank_clearing_behind()", "timebank_below_zero()")
    .replace("timebank_clearing_moved", "timebank_below_zero")
    .replace("BEGIN\n", f"BEGIN\n{ISSUED}")
    .replace("NEW.floor = -NEW.ceiling", "(NEW.floor = -NEW.ceiling OR NEW.ceiling = 0)")
)
LEVEL_BACK = """
DROP TRIGGER timebank_given_level ON timebank_bank;
DROP FUNCTION timebank_given_level();
DROP FUNCTION timebank_look_at_issued(uuid);
"""
BELOW_BACK = """
DROP TRIGGER timebank_below_zero ON ledger_balance;
DROP FUNCTION timebank_below_zero();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("timebank", "0009_earned"),
        ("ledger", "0007_joint_entering"),
    ]

    operations = [
        migrations.AddField(
            model_name="bank",
            name="given",
            field=models.BigIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(OWN, OWN_BACK),
        migrations.RunSQL(SUMMED, SUMMED_BACK),
        migrations.RunSQL(GUARDS.BEHIND_BACK, GUARDS.BEHIND),
        migrations.RunSQL(LEVEL, LEVEL_BACK),
        migrations.RunSQL(BELOW, BELOW_BACK),
    ]
