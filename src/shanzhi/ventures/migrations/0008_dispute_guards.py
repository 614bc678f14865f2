"""What constraints cannot hold of a dispute: what was filed stays as filed, a ruling stays, no one of the team rules."""

from django.db import migrations

KEEP = """
CREATE FUNCTION ventures_keep_dispute() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'objections and appeals are kept' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state IN ('ruled', 'withdrawn') THEN
        RAISE EXCEPTION 'dispute % has ended and stays as it is', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF (OLD.proposal_id, OLD.kind, OLD.text, OLD.filed_by_id, OLD.standing, OLD.place, OLD.filed_at, OLD.decided_at)
        IS DISTINCT FROM
       (NEW.proposal_id, NEW.kind, NEW.text, NEW.filed_by_id, NEW.standing, NEW.place, NEW.filed_at, NEW.decided_at)
    THEN
        RAISE EXCEPTION 'what was filed stays as it was filed' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state = 'ruled' AND EXISTS (
        SELECT 1 FROM ventures_proposal p WHERE p.id = NEW.proposal_id AND (
            p.contact_id = NEW.ruled_by_id OR EXISTS (
                SELECT 1 FROM ventures_teammember m WHERE m.proposal_id = p.id AND m.person_id = NEW.ruled_by_id
            )
        )
    ) THEN
        RAISE EXCEPTION 'nobody of the team rules on its own matter' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ventures_dispute_keep BEFORE UPDATE OR DELETE ON ventures_dispute
    FOR EACH ROW EXECUTE FUNCTION ventures_keep_dispute();
CREATE TRIGGER ventures_dispute_no_truncate BEFORE TRUNCATE ON ventures_dispute
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
"""
BACK = """
DROP TRIGGER ventures_dispute_no_truncate ON ventures_dispute;
DROP TRIGGER ventures_dispute_keep ON ventures_dispute;
DROP FUNCTION ventures_keep_dispute();
"""


class Migration(migrations.Migration):
    dependencies = [("ventures", "0007_disputes"), ("audit", "0002_append_only")]

    operations = [migrations.RunSQL(KEEP, BACK)]
