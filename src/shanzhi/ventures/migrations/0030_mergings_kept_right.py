"""What mergings, merged records and erasure asked of the guards: sections by person, last merging first, drafts gone.

A person whose records were merged is one person; a merging under a later one is not undone; a draft that went into
another is still a draft when its writer is erased; and what a proposal began from follows its texts.
"""

from importlib import import_module

from django.db import migrations

_SECTIONS = import_module("shanzhi.ventures.migrations.0018_sections").GUARD
_MERGERS = import_module("shanzhi.ventures.migrations.0021_twin_guards").MERGERS
_VERSIONS = import_module("shanzhi.ventures.migrations.0011_erasure").VERSIONS
_TEMPLATES = import_module("shanzhi.ventures.migrations.0017_templates").GUARD


def function(statements: str) -> str:
    """Give the statement that puts the function of a guard in place of the one that stands."""
    found = statements[: statements.index("END $$;")] + "END $$;"
    return found.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


def changed(statements: str, old: str, new: str) -> str:
    """Give the same with one part of the function changed."""
    found = function(statements)
    if found.count(old) != 1:
        raise ValueError(old)
    return found.replace(old, new)


SECTIONS = """
CREATE OR REPLACE FUNCTION ventures_keep_section() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    taker uuid := (SELECT coalesce(p.merged_into_id, p.id) FROM people_person p WHERE p.id = NEW.holder_id);
BEGIN
    IF taker IS DISTINCT FROM (SELECT coalesce(p.merged_into_id, p.id) FROM people_person p WHERE p.id = OLD.holder_id)
        AND taker IS DISTINCT FROM (
            SELECT coalesce(c.merged_into_id, c.id) FROM ventures_proposal p JOIN people_person c ON c.id = p.contact_id
            WHERE p.id = NEW.proposal_id
        ) THEN
        RAISE EXCEPTION 'somebody else holds this section until %', OLD.until USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""
LAST_FIRST = """        IF OLD.state = 'merged' AND NEW.state = 'undone' AND EXISTS (
            SELECT 1 FROM ventures_merger m WHERE m.stays_id = NEW.stays_id AND m.state = 'merged' AND m.id <> NEW.id
                AND (m.kept->>'version')::int > (NEW.kept->>'version')::int
        ) THEN
            RAISE EXCEPTION 'the last merging is undone first' USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.state = 'merged' AND OLD.state <> 'merged' AND OLD.state <> 'open' THEN
"""
MERGED = "        IF NEW.state = 'merged' AND OLD.state <> 'merged' AND OLD.state <> 'open' THEN\n"
TEMPLATES = """BEGIN
    IF EXISTS (SELECT FROM ventures_merger m WHERE m.stays_id = NEW.id AND m.state IN ('merged', 'undone'))
        OR NEW.template = '{}'::jsonb
            AND EXISTS (SELECT FROM people_person p WHERE p.id = OLD.contact_id AND p.erased_at IS NOT NULL) THEN
        RETURN NEW;
    END IF;
"""


class Migration(migrations.Migration):
    """Put the functions anew; the triggers stay as they are."""

    dependencies = [("ventures", "0021_twin_guards"), ("people", "0010_merges")]

    operations = [
        migrations.RunSQL(SECTIONS, function(_SECTIONS)),
        migrations.RunSQL(changed(_MERGERS, MERGED, LAST_FIRST), function(_MERGERS)),
        migrations.RunSQL(
            changed(_VERSIONS, "p.state = 'draft' AND", "p.state IN ('draft', 'merged') AND"), function(_VERSIONS)
        ),
        migrations.RunSQL(changed(_TEMPLATES, "BEGIN\n", TEMPLATES), function(_TEMPLATES)),
    ]
