"""What constraints cannot hold of twins and mergers: both of one call, nobody's draft among twins, no merging alone."""

from django.db import migrations

TWINS = """
CREATE FUNCTION ventures_keep_twin() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) FROM ventures_proposal p
        WHERE p.id IN (NEW.one_id, NEW.other_id) AND p.call_id = NEW.call_id AND p.number IS NOT NULL) <> 2 THEN
        RAISE EXCEPTION 'twins are two proposals of one call that were handed in' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ventures_twin_keep BEFORE INSERT OR UPDATE ON ventures_twin
    FOR EACH ROW EXECUTE FUNCTION ventures_keep_twin();
"""
TWINS_BACK = """
DROP TRIGGER ventures_twin_keep ON ventures_twin;
DROP FUNCTION ventures_keep_twin();
"""

MERGERS = """
CREATE FUNCTION ventures_keep_merger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state IN ('merged', 'undone') OR NOT EXISTS (
            SELECT 1 FROM ventures_proposal p WHERE p.id IN (OLD.first_id, OLD.second_id) AND p.number IS NULL
        ) THEN
            RAISE EXCEPTION 'mergers are kept' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF (SELECT count(*) FROM ventures_proposal p
            WHERE p.id IN (NEW.first_id, NEW.second_id) AND p.call_id = NEW.call_id) <> 2 THEN
            RAISE EXCEPTION 'two proposals of one call are merged' USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.state NOT IN ('proposed', 'open') THEN
            RAISE EXCEPTION 'a merger begins by being proposed' USING ERRCODE = 'restrict_violation';
        END IF;
    ELSE
        IF (OLD.id, OLD.call_id, OLD.first_id, OLD.second_id, OLD.suggested, OLD.created_at)
            IS DISTINCT FROM (NEW.id, NEW.call_id, NEW.first_id, NEW.second_id, NEW.suggested, NEW.created_at) THEN
            RAISE EXCEPTION 'a merger stays between the same two' USING ERRCODE = 'restrict_violation';
        END IF;
        IF OLD.state NOT IN ('proposed', 'open') AND NEW.state <> OLD.state
            AND NOT (OLD.state = 'merged' AND NEW.state = 'undone') THEN
            RAISE EXCEPTION 'merger % has ended', OLD.id USING ERRCODE = 'restrict_violation';
        END IF;
        IF OLD.state IN ('merged', 'undone') AND
            (OLD.plan, OLD.first_consent, OLD.second_consent, OLD.stays_id, OLD.goes_id, OLD.kept, OLD.merged_at)
            IS DISTINCT FROM
            (NEW.plan, NEW.first_consent, NEW.second_consent, NEW.stays_id, NEW.goes_id, NEW.kept, NEW.merged_at) THEN
            RAISE EXCEPTION 'what both consented to stays' USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.state = 'merged' AND OLD.state <> 'merged' AND OLD.state <> 'open' THEN
            RAISE EXCEPTION 'merged without being agreed on' USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    IF NEW.state IN ('proposed', 'open') THEN
        PERFORM 1 FROM ventures_call c WHERE c.id = NEW.call_id FOR NO KEY UPDATE;
        IF EXISTS (
            SELECT 1 FROM ventures_merger m
            WHERE m.id <> NEW.id AND m.state IN ('proposed', 'open')
                AND (m.first_id IN (NEW.first_id, NEW.second_id) OR m.second_id IN (NEW.first_id, NEW.second_id))
        ) THEN
            RAISE EXCEPTION 'a proposal is in one live merger' USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ventures_merger_keep BEFORE INSERT OR UPDATE OR DELETE ON ventures_merger
    FOR EACH ROW EXECUTE FUNCTION ventures_keep_merger();
CREATE TRIGGER ventures_merger_no_truncate BEFORE TRUNCATE ON ventures_merger
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
"""
MERGERS_BACK = """
DROP TRIGGER ventures_merger_no_truncate ON ventures_merger;
DROP TRIGGER ventures_merger_keep ON ventures_merger;
DROP FUNCTION ventures_keep_merger();
"""

# A proposal is merged away by a merger alone, which in turn cannot be without both consents.
PROPOSALS = """
CREATE FUNCTION ventures_keep_merged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM ventures_merger m WHERE m.goes_id = NEW.id AND m.state = 'merged') THEN
        RAISE EXCEPTION 'proposal % is merged by no merger', NEW.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ventures_proposal_merged BEFORE INSERT OR UPDATE OF state ON ventures_proposal
    FOR EACH ROW WHEN (NEW.state = 'merged') EXECUTE FUNCTION ventures_keep_merged();
"""
PROPOSALS_BACK = """
DROP TRIGGER ventures_proposal_merged ON ventures_proposal;
DROP FUNCTION ventures_keep_merged();
"""


class Migration(migrations.Migration):
    dependencies = [("ventures", "0020_twins"), ("audit", "0002_append_only")]

    operations = [
        migrations.RunSQL(TWINS, TWINS_BACK),
        migrations.RunSQL(MERGERS, MERGERS_BACK),
        migrations.RunSQL(PROPOSALS, PROPOSALS_BACK),
    ]
