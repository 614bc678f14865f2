"""The reason beside a mark goes when the voter is erased; all else of it stays."""

from importlib import import_module

from django.db import migrations

_MARK = import_module("shanzhi.voting.migrations.0017_marks_and_officers_kept").MARK_KEPT
REASON_GOES = """BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF to_jsonb(NEW) - 'reason' = to_jsonb(OLD) - 'reason'
            AND EXISTS (SELECT FROM people_person WHERE id = OLD.person_id AND erased_at IS NOT NULL)
        THEN
            RETURN NEW;
        END IF;
    END IF;
"""


class Migration(migrations.Migration):
    """Replace the guard in place."""

    dependencies = [("voting", "0017_marks_and_officers_kept"), ("people", "0005_rights")]

    operations = [migrations.RunSQL(_MARK.replace("BEGIN\n", REASON_GOES, 1), _MARK)]
