"""What constraints cannot hold: frozen terms, append-only records, the limit per project, amounts that add up."""

from django.db import migrations

from shanzhi.audit.append_only import append_only

# All that decides in a call's own row, as it stands in the published terms. Areas and phases have a trigger of their own.
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
_OLD, _NEW = (f"jsonb_build_object({_PAIRS.format(row=row)})" for row in ("OLD", "NEW"))

FROZEN_CALL = f"""
CREATE FUNCTION ventures_keep_call() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state IN ('draft', 'publicity') AND OLD.terms_version = 0 AND NEW.terms_version = 0 THEN
        RETURN NEW;
    END IF;
    IF {_OLD} = {_NEW} AND OLD.terms_version = NEW.terms_version THEN
        RETURN NEW;
    END IF;
    IF NEW.terms_version = OLD.terms_version + 1 AND EXISTS (
        SELECT 1 FROM ventures_callterms t
        WHERE t.call_id = NEW.id AND t.version = NEW.terms_version AND {_NEW} = (
            SELECT jsonb_object_agg(e.key, e.value) FROM jsonb_each(t.terms) e WHERE jsonb_exists({_NEW}, e.key)
        )
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the terms of call % are frozen: publish a new version that says the same', OLD.id
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER ventures_call_frozen BEFORE UPDATE ON ventures_call
    FOR EACH ROW EXECUTE FUNCTION ventures_keep_call();
"""  # noqa: S608 - put together from the names above, nothing from outside

# Dates and areas change only between writing the new version of the terms and taking it over into the call's row.
FROZEN_PARTS = """
CREATE FUNCTION ventures_keep_part() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    whose uuid;
    frozen integer;
BEGIN
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'ventures_phase' THEN
        IF (OLD.call_id, OLD.kind, OLD.position, OLD.starts_at, OLD.ends_at)
            = (NEW.call_id, NEW.kind, NEW.position, NEW.starts_at, NEW.ends_at) THEN
            RETURN NEW;
        END IF;
    END IF;
    whose := CASE WHEN TG_OP = 'INSERT' THEN NEW.call_id ELSE OLD.call_id END;
    SELECT terms_version INTO frozen FROM ventures_call WHERE id = whose;
    IF frozen > 0 AND NOT EXISTS (
        SELECT 1 FROM ventures_callterms t WHERE t.call_id = whose AND t.version = frozen + 1
    ) THEN
        RAISE EXCEPTION 'dates and areas of call % are frozen: publish a new version of its terms', whose
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER ventures_phase_frozen BEFORE INSERT OR UPDATE OR DELETE ON ventures_phase
    FOR EACH ROW EXECUTE FUNCTION ventures_keep_part();
CREATE TRIGGER ventures_callarea_frozen BEFORE INSERT OR UPDATE OR DELETE ON ventures_callarea
    FOR EACH ROW EXECUTE FUNCTION ventures_keep_part();
"""

# A version that was written must be taken over in the same transaction, so that no door stays open behind it.
TERMS_TAKEN = """
CREATE FUNCTION ventures_terms_taken() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM ventures_call c WHERE c.id = NEW.call_id AND c.terms_version < NEW.version) THEN
        RAISE EXCEPTION 'version % of the terms of call % was not taken over', NEW.version, NEW.call_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ventures_callterms_taken AFTER INSERT ON ventures_callterms
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ventures_terms_taken();
"""

LIMIT = """
CREATE FUNCTION ventures_keep_limit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state IN ('submitted', 'passed', 'on_ballot', 'won') AND EXISTS (
        SELECT 1 FROM ventures_call c
        WHERE c.id = NEW.call_id AND NOT c.imported AND NEW.amount_fen > c.limit_fen
    ) THEN
        RAISE EXCEPTION 'proposal % asks for more than the limit of its call', NEW.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ventures_proposal_limit BEFORE INSERT OR UPDATE OF state, amount_fen ON ventures_proposal
    FOR EACH ROW EXECUTE FUNCTION ventures_keep_limit();
"""

AMOUNT = """
ALTER TABLE ventures_budgetline ADD CONSTRAINT ventures_budget_adds_up
    CHECK (amount_fen = round(quantity * unit_price_fen));
"""


class Migration(migrations.Migration):
    dependencies = [("ventures", "0001_initial"), ("audit", "0002_append_only")]

    operations = [
        append_only("ventures_callterms"),
        append_only("ventures_notice"),
        append_only("ventures_award"),
        migrations.RunSQL(
            FROZEN_CALL, "DROP TRIGGER ventures_call_frozen ON ventures_call; DROP FUNCTION ventures_keep_call();"
        ),
        migrations.RunSQL(
            FROZEN_PARTS,
            "DROP TRIGGER ventures_phase_frozen ON ventures_phase;"
            "DROP TRIGGER ventures_callarea_frozen ON ventures_callarea; DROP FUNCTION ventures_keep_part();",
        ),
        migrations.RunSQL(
            TERMS_TAKEN,
            "DROP TRIGGER ventures_callterms_taken ON ventures_callterms; DROP FUNCTION ventures_terms_taken();",
        ),
        migrations.RunSQL(
            LIMIT, "DROP TRIGGER ventures_proposal_limit ON ventures_proposal; DROP FUNCTION ventures_keep_limit();"
        ),
        migrations.RunSQL(AMOUNT, "ALTER TABLE ventures_budgetline DROP CONSTRAINT ventures_budget_adds_up;"),
    ]
