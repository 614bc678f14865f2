"""What constraints cannot hold of versions, comments and backing: what stays, what may change, and until when."""

from django.db import migrations

from shanzhi.audit.append_only import append_only

COMMENTS = """
CREATE FUNCTION ventures_keep_comment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'comments are kept' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.answers_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM ventures_comment c
            WHERE c.id = NEW.answers_id AND c.proposal_id = NEW.proposal_id AND c.kind = 'comment'
        ) THEN
            RAISE EXCEPTION 'an answer belongs to a comment on the same project' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state <> 'shown' OR NEW.state = 'shown'
        OR (NEW.state = 'hidden' AND NEW.text <> OLD.text)
        OR (OLD.id, OLD.proposal_id, OLD.kind, OLD.author_id, OLD.community, OLD.created_at)
            <> (NEW.id, NEW.proposal_id, NEW.kind, NEW.author_id, NEW.community, NEW.created_at)
        OR OLD.answers_id IS DISTINCT FROM NEW.answers_id THEN
        RAISE EXCEPTION 'a comment is taken back or hidden once, and never rewritten'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ventures_comment_keep BEFORE INSERT OR UPDATE OR DELETE ON ventures_comment
    FOR EACH ROW EXECUTE FUNCTION ventures_keep_comment();
CREATE TRIGGER ventures_comment_no_truncate BEFORE TRUNCATE ON ventures_comment
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
"""
COMMENTS_BACK = """
DROP TRIGGER ventures_comment_no_truncate ON ventures_comment;
DROP TRIGGER ventures_comment_keep ON ventures_comment;
DROP FUNCTION ventures_keep_comment();
"""

# The call's row is locked for sharing: whoever opens the vote waits for backing that is being written, and backing that
# comes later sees the vote open. So the number frozen then is the number of rows for good.
BACKING = """
CREATE FUNCTION ventures_keep_endorsement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    whose uuid;
    stands varchar;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        RAISE EXCEPTION 'backing is given or taken back, never changed' USING ERRCODE = 'restrict_violation';
    END IF;
    whose := CASE WHEN TG_OP = 'INSERT' THEN NEW.proposal_id ELSE OLD.proposal_id END;
    SELECT c.state INTO stands FROM ventures_call c JOIN ventures_proposal p ON p.call_id = c.id
        WHERE p.id = whose FOR SHARE OF c;
    IF stands IS DISTINCT FROM 'notice' THEN
        RAISE EXCEPTION 'backing of project % ended with the public notice', whose
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER ventures_endorsement_keep BEFORE INSERT OR UPDATE OR DELETE ON ventures_endorsement
    FOR EACH ROW EXECUTE FUNCTION ventures_keep_endorsement();
CREATE TRIGGER ventures_endorsement_no_truncate BEFORE TRUNCATE ON ventures_endorsement
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
"""
BACKING_BACK = """
DROP TRIGGER ventures_endorsement_no_truncate ON ventures_endorsement;
DROP TRIGGER ventures_endorsement_keep ON ventures_endorsement;
DROP FUNCTION ventures_keep_endorsement();
"""


class Migration(migrations.Migration):
    """Put the guards on the tables."""

    dependencies = [("ventures", "0009_voices"), ("audit", "0002_append_only")]

    operations = [
        append_only("ventures_proposalversion"),
        append_only("ventures_endorsementcount"),
        migrations.RunSQL(COMMENTS, COMMENTS_BACK),
        migrations.RunSQL(BACKING, BACKING_BACK),
    ]
