"""Credits come of verified records of service alone, and the database holds it: nothing else may stand behind one.

What was credited before stays as it is; only what is credited from now on is looked at.
"""

from django.db import migrations

# What so many minutes of service are worth by the rules, as `kernel.timebank.Policy.value_of` says.
WORTH = """
CREATE FUNCTION timebank_worth(p_rules jsonb, p_kind text, p_minutes bigint) RETURNS bigint
    LANGUAGE sql IMMUTABLE AS $$
    SELECT (p_minutes * gives + CASE rounding WHEN 'half_up' THEN per * step / 2 WHEN 'up' THEN per * step - 1
        ELSE 0 END) / (per * step) * step
    FROM jsonb_to_record(coalesce((SELECT one FROM jsonb_array_elements(p_rules -> 'rates') AS one
        WHERE one ->> 'kind' = p_kind LIMIT 1), p_rules -> 'rate'))
        AS rate(gives bigint, per bigint, step bigint, rounding text)
$$;
"""
WORTH_BACK = "DROP FUNCTION timebank_worth(jsonb, text, bigint);"

# Whoever reverses a record holds its row, so that the two wait for one another and each sees what the other wrote.
EARNED = """
CREATE FUNCTION timebank_guard_earned() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of record;
    own record;
    allowed bigint;
    needed int;
BEGIN
    SELECT r.state, r.minutes, r.served_on, r.volunteer_id, r.area, r.verified_by_id, k.code INTO of
        FROM service_servicerecord r
        JOIN volunteering_taskkind k ON k.id = r.task_kind_id WHERE r.id = NEW.record FOR NO KEY UPDATE OF r;
    IF of.state IS DISTINCT FROM 'verified'
        OR EXISTS (SELECT FROM service_reversal v WHERE v.record_id = NEW.record) THEN
        RAISE EXCEPTION 'timebank_earned_unverified: credits come of a verified record that stands'
            USING ERRCODE = 'check_violation';
    END IF;
    SELECT m.bank_id, b.area, m.person_id, coalesce(p.merged_into_id, p.id) AS human INTO own
        FROM timebank_member m JOIN people_person p ON p.id = m.person_id JOIN timebank_bank b ON b.id = m.bank_id
        WHERE m.id = NEW.member_id;
    IF NOT EXISTS (SELECT FROM volunteering_volunteer v JOIN people_person p ON p.id = v.person_id
        WHERE v.id = of.volunteer_id AND coalesce(p.merged_into_id, p.id) = own.human) THEN
        RAISE EXCEPTION 'timebank_earned_by_another: credits go to who served' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT starts_with(of.area, own.area) THEN
        RAISE EXCEPTION 'timebank_earned_elsewhere: a bank credits what was served in its area'
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.minutes > of.minutes OR NEW.on_day <> of.served_on OR NEW.kind <> of.code THEN
        RAISE EXCEPTION 'timebank_earned_as_recorded: no other day or kind and no more minutes than the record says'
            USING ERRCODE = 'check_violation';
    END IF;
    SELECT CASE WHEN v.id = NEW.policy_id THEN timebank_worth(v.rules::jsonb, NEW.kind, NEW.minutes) END,
        coalesce((v.rules::jsonb ->> 'reviewers')::int, 1) INTO allowed, needed
        FROM timebank_policyversion v WHERE v.bank_id = own.bank_id AND v.from_day <= NEW.on_day
        ORDER BY v.from_day DESC LIMIT 1;
    IF NEW.value > coalesce(allowed, 0) THEN
        RAISE EXCEPTION 'timebank_earned_by_the_rules: more than the rules of the bank give for it'
            USING ERRCODE = 'check_violation';
    END IF;
    -- Who verified it, the system as one of its own, and who reviewed it for the bank; never who served.
    IF NEW.kept + NEW.donated > 0 AND needed > (SELECT count(*) FROM (
        SELECT coalesce(of.verified_by_id, '00000000-0000-0000-0000-000000000000'::uuid) AS who
        UNION SELECT w.reviewer_id FROM timebank_review w WHERE w.record = NEW.record) one
        WHERE one.who NOT IN (own.person_id, own.human)) THEN
        RAISE EXCEPTION 'timebank_earned_reviewers: as many others confirm a record as the rules of the bank demand'
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.lot_id IS NOT NULL AND NOT EXISTS (SELECT FROM timebank_lot l
        WHERE l.id = NEW.lot_id AND l.member_id = NEW.member_id AND l.minutes = NEW.kept) THEN
        RAISE EXCEPTION 'timebank_earned_lot: what is kept is the lot of the same account'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER timebank_earning_earned BEFORE INSERT ON timebank_earning
    FOR EACH ROW EXECUTE FUNCTION timebank_guard_earned();
"""
EARNED_BACK = """
DROP TRIGGER timebank_earning_earned ON timebank_earning;
DROP FUNCTION timebank_guard_earned();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("timebank", "0008_offers"),
        ("service", "0002_guards"),
        ("volunteering", "0001_initial"),
        ("people", "0012_organizations"),
    ]

    operations = [
        migrations.RunSQL(WORTH, WORTH_BACK),
        migrations.RunSQL(EARNED, EARNED_BACK),
    ]
