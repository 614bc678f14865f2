"""A booth takes whoever's record bears a code of its area, of today or from before: the guard asks as operations do.

The function of migration 0011 is replaced in place, so no table with ballots or envelopes is locked.
"""

from django.db import migrations

ROLL = """
CREATE OR REPLACE FUNCTION voting_guard_roll_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM voting_poll WHERE id IN (SELECT poll_id FROM touched) AND state NOT IN ('draft', 'roll_fixed') LIMIT 1;
    IF NOT FOUND THEN
        PERFORM 1 FROM touched WHERE added_at_booth_id IS NOT NULL LIMIT 1;
        IF NOT FOUND THEN
            RETURN NULL;  -- a draw, however large, costs two looks
        END IF;
    END IF;
    PERFORM 1 FROM touched t JOIN voting_poll p ON p.id = t.poll_id
        LEFT JOIN voting_booth b ON b.id = t.added_at_booth_id
        LEFT JOIN people_person who ON who.id = t.person_id
        WHERE CASE
            WHEN p.state IN ('draft', 'roll_fixed') THEN t.added_at_booth_id IS NOT NULL
            ELSE NOT coalesce(
                p.state = 'open' AND p.booth_registration
                AND b.poll_id = p.id AND b.state = 'open' AND @HERE@
                AND who.area = t.area AND who.real_name <> 'declared'
                AND (p.minimum_age = 0 OR who.born_on <= p.roll_date - make_interval(years => p.minimum_age)),
                false
            )
        END LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'voting_rollentry is frozen once the poll is open' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
"""
BY_CODE = ROLL.replace("@HERE@", "starts_with(t.area, b.area)")
BY_KIN = ROLL.replace("@HERE@", "EXISTS (SELECT FROM places_kin(b.area) AS code WHERE starts_with(t.area, code))")


class Migration(migrations.Migration):
    dependencies = [("voting", "0018_erasure"), ("places", "0005_kin")]

    operations = [migrations.RunSQL(BY_KIN, BY_CODE)]
