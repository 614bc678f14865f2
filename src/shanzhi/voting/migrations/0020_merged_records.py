"""No record that gave way to another comes onto a roll, nor a person at a booth who stands there by another record."""

from django.db import migrations

GUARD = """
CREATE FUNCTION voting_guard_merged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM people_person who WHERE who.merged_into_id IS NOT NULL
        AND (who.id IN (SELECT person_id FROM touched)
            OR EXISTS (SELECT FROM touched t WHERE t.person_id = who.merged_into_id AND t.added_at_booth_id IS NOT NULL
                AND EXISTS (SELECT FROM voting_rollentry e WHERE e.poll_id = t.poll_id AND e.person_id = who.id)))
        LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'a person stands on a roll by one record' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER voting_rollentry_merged AFTER INSERT ON voting_rollentry REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION voting_guard_merged();
"""
GUARD_BACK = "DROP TRIGGER voting_rollentry_merged ON voting_rollentry; DROP FUNCTION voting_guard_merged();"


class Migration(migrations.Migration):
    dependencies = [("voting", "0019_booth_codes"), ("people", "0010_merges")]

    operations = [migrations.RunSQL(GUARD, GUARD_BACK)]
