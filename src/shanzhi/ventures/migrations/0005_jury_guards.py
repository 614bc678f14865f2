"""What constraints cannot hold of a jury: its terms freeze with the call, sheets keep clear of interests and stay."""

from django.db import migrations

from shanzhi.audit.append_only import append_only

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


def _row(name: str, jury: str) -> str:
    """Write a call's deciding columns as the terms hold them: without a jury there is no key of it."""
    return f"(jsonb_build_object({_PAIRS.format(row=name)}){jury.format(row=name)})"


_JURY = " || CASE WHEN {row}.jury = '{{}}' THEN '{{}}'::jsonb ELSE jsonb_build_object('jury', {row}.jury) END"


def keep_call(jury: str) -> str:
    """Give the trigger's function, with or without the jury among what is frozen."""
    old, new = _row("OLD", jury), _row("NEW", jury)
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
            WHERE jsonb_exists({new}, e.key) OR e.key = 'jury'
        )
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the terms of call % are frozen: publish a new version that says the same', OLD.id
        USING ERRCODE = 'restrict_violation';
END $$;
"""  # noqa: S608 - put together from the names above, nothing from outside


SHEETS = """
CREATE FUNCTION ventures_keep_sheet() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    whose uuid;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'sheets of a jury are kept' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT call_id INTO whose FROM ventures_juror WHERE id = NEW.juror_id;
    IF EXISTS (SELECT 1 FROM ventures_juryclosing WHERE call_id = whose) THEN
        RAISE EXCEPTION 'the jury has closed: its sheets stay as they are' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state <> 'void' AND EXISTS (
        SELECT 1 FROM ventures_conflict WHERE juror_id = NEW.juror_id AND proposal_id = NEW.proposal_id
    ) THEN
        RAISE EXCEPTION 'a juror fills in no sheet of an own interest' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM ventures_proposal WHERE id = NEW.proposal_id AND call_id = whose) THEN
        RAISE EXCEPTION 'a sheet belongs to a project of its own call' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ventures_scoresheet_keep BEFORE INSERT OR UPDATE OR DELETE ON ventures_scoresheet
    FOR EACH ROW EXECUTE FUNCTION ventures_keep_sheet();
CREATE TRIGGER ventures_scoresheet_no_truncate BEFORE TRUNCATE ON ventures_scoresheet
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
"""
SHEETS_BACK = """
DROP TRIGGER ventures_scoresheet_no_truncate ON ventures_scoresheet;
DROP TRIGGER ventures_scoresheet_keep ON ventures_scoresheet;
DROP FUNCTION ventures_keep_sheet();
"""


class Migration(migrations.Migration):
    """Put the guards on the tables."""

    dependencies = [("ventures", "0004_jury"), ("audit", "0002_append_only")]

    operations = [
        migrations.RunSQL(keep_call(_JURY), keep_call("")),
        append_only("ventures_conflict"),
        append_only("ventures_pitchorder"),
        append_only("ventures_juryclosing"),
        migrations.RunSQL(SHEETS, SHEETS_BACK),
    ]
