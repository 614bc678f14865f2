"""Rules for the lines of a budget among the terms of a call, and a category for each line.

A call without such rules has no key of theirs in its terms: what was published before keeps its digest.
"""

from django.db import migrations, models

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
    """Give the trigger's function as migration 0013 does, with the columns that are optional."""
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


class Migration(migrations.Migration):
    """Add the columns, then let the guard of the terms know the new one."""

    dependencies = [("ventures", "0015_sheets_resealed")]

    operations = [
        migrations.AddField(
            model_name="call",
            name="budget_rules",
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.AddField(
            model_name="budgetline",
            name="category",
            field=models.CharField(blank=True, db_default="", default="", max_length=40),
        ),
        migrations.RunSQL(keep_call(("jury", "training", "budget_rules")), keep_call(("jury", "training"))),
    ]
