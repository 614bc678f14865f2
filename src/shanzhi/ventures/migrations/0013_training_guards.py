"""What constraints cannot hold of training: its rule and what is required freeze with the call; lists stay closed."""

from django.db import migrations

DECIDING = (
    "title",
    "purse_fen",
    "limit_fen",
    "currency",
    "themes",
    "proposers",
    "propose_where",
    "minimum_age",
    "roll_date",
    "ballot",
    "rule",
    "exclusive_groups",
    "checklist",
    "reviews_needed",
    "notice_days",
)
_PAIRS = ", ".join(f"'{name}', {{row}}.{name}" for name in DECIDING)
_OPTIONAL = " || CASE WHEN {{row}}.{name} = '{{{{}}}}' THEN '{{{{}}}}'::jsonb ELSE jsonb_build_object('{name}', {{row}}.{name}) END"


def keep_call(optional: tuple[str, ...]) -> str:
    """Give the trigger's function; what is optional has no key in the terms where a call has none of it."""
    parts = "".join(_OPTIONAL.format(name=name) for name in optional)
    old, new = (f"(jsonb_build_object({_PAIRS.format(row=row)}){parts.format(row=row)})" for row in ("OLD", "NEW"))
    names = ", ".join(f"'{name}'" for name in optional)
    return f"""
CREATE OR REPLACE FUNCTION ventures_keep_call() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state IN ('draft', 'publicity') AND OLD.terms_version = 0 AND NEW.terms_version = 0 THEN
        RETURN NEW;
    END IF;
    IF {old} = {new} AND OLD.terms_version = NEW.terms_version THEN
        RETURN NEW;
    END IF;
    IF NEW.terms_version = OLD.terms_version + 1 AND EXISTS (
        SELECT 1 FROM ventures_callterms t
        WHERE t.call_id = NEW.id AND t.version = NEW.terms_version AND {new} = (
            SELECT jsonb_object_agg(e.key, e.value) FROM jsonb_each(t.terms) e
            WHERE jsonb_exists({new}, e.key) OR e.key IN ({names})
        )
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the terms of call % are frozen: publish a new version that says the same', OLD.id
        USING ERRCODE = 'restrict_violation';
END $$;
"""  # noqa: S608 - put together from the names above, nothing from outside


# The call's row is locked for sharing, so that no session becomes required while the terms are being frozen.
SESSIONS = """
CREATE FUNCTION ventures_keep_training() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    frozen integer;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'sessions of training are cancelled, not deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT terms_version INTO frozen FROM ventures_call WHERE id = NEW.call_id FOR SHARE;
    IF TG_OP = 'INSERT' THEN
        IF frozen > 0 AND NEW.required THEN
            RAISE EXCEPTION 'what is required is frozen with the terms' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.call_id <> NEW.call_id OR (frozen > 0 AND OLD.required <> NEW.required) THEN
        RAISE EXCEPTION 'what is required is frozen with the terms' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state = 'cancelled' THEN
        RAISE EXCEPTION 'a cancelled session stays as it is' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ventures_trainingsession_keep BEFORE INSERT OR UPDATE OR DELETE ON ventures_trainingsession
    FOR EACH ROW EXECUTE FUNCTION ventures_keep_training();
"""
SESSIONS_BACK = """
DROP TRIGGER ventures_trainingsession_keep ON ventures_trainingsession;
DROP FUNCTION ventures_keep_training();
"""

LISTS = """
CREATE FUNCTION ventures_keep_attendance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    stands varchar;
    whose uuid;
    mine uuid;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        RAISE EXCEPTION 'attendance is recorded or removed, never changed' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT state, call_id INTO stands, whose FROM ventures_trainingsession
        WHERE id = CASE WHEN TG_OP = 'INSERT' THEN NEW.session_id ELSE OLD.session_id END FOR SHARE;
    IF stands IS DISTINCT FROM 'planned' THEN
        RAISE EXCEPTION 'this list of attendance is closed' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF NEW.proposal_id IS NOT NULL THEN
        SELECT call_id INTO mine FROM ventures_proposal WHERE id = NEW.proposal_id;
        IF mine <> whose THEN
            RAISE EXCEPTION 'a team attends the training of its own call' USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ventures_attendance_keep BEFORE INSERT OR UPDATE OR DELETE ON ventures_attendance
    FOR EACH ROW EXECUTE FUNCTION ventures_keep_attendance();
"""
LISTS_BACK = """
DROP TRIGGER ventures_attendance_keep ON ventures_attendance;
DROP FUNCTION ventures_keep_attendance();
"""


class Migration(migrations.Migration):
    """Put the guards on the tables."""

    dependencies = [("ventures", "0012_training")]

    operations = [
        migrations.RunSQL(keep_call(("jury", "training")), keep_call(("jury",))),
        migrations.RunSQL(SESSIONS, SESSIONS_BACK),
        migrations.RunSQL(LISTS, LISTS_BACK),
    ]
