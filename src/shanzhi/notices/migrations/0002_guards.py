"""What constraints cannot hold: what was told stays as it was told, and what has arrived is never sent again."""

from django.db import migrations

GUARD = """
CREATE FUNCTION notices_notice_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.kind, NEW.category, NEW.values, NEW.key, NEW.subject_type, NEW.subject_id, NEW.created_at)
        IS DISTINCT FROM (OLD.kind, OLD.category, OLD.values, OLD.key, OLD.subject_type, OLD.subject_id, OLD.created_at)
    THEN
        RAISE EXCEPTION 'a notice stays as it was told' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER notices_notice_stays BEFORE UPDATE ON notices_notice
    FOR EACH ROW EXECUTE FUNCTION notices_notice_stays();

CREATE FUNCTION notices_delivery_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a delivery that is % does not become %', OLD.state, NEW.state USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER notices_delivery_once BEFORE UPDATE OF state ON notices_delivery
    FOR EACH ROW WHEN (
        (OLD.state IN ('sent', 'read', 'skipped') AND NEW.state NOT IN ('sent', 'read', 'skipped'))
        OR (OLD.state = 'read' AND NEW.state <> 'read')
        OR (OLD.state = 'skipped' AND NEW.state <> 'skipped')
        OR (OLD.state = 'failed' AND NEW.state = 'sending')
        OR (OLD.state = 'waiting' AND NEW.state = 'sent')
    ) EXECUTE FUNCTION notices_delivery_once();
"""
UNGUARD = """
DROP TRIGGER notices_delivery_once ON notices_delivery;
DROP FUNCTION notices_delivery_once();
DROP TRIGGER notices_notice_stays ON notices_notice;
DROP FUNCTION notices_notice_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("notices", "0001_initial")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
