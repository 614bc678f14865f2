"""The guard of disputes lets the words of an answer or a ruling go when who wrote them is erased, and no others."""

from importlib import import_module

from django.db import migrations

_erasure = import_module("shanzhi.ventures.migrations.0011_erasure")
_DISPUTES = import_module("shanzhi.ventures.migrations.0008_dispute_guards").KEEP

GOES = (
    "\n    IF TG_OP = 'UPDATE' THEN"
    + "".join(
        f"""
        IF NEW.{words} <> '' AND to_jsonb(NEW) - '{words}' = to_jsonb(OLD) - '{words}'
            AND EXISTS (SELECT FROM people_person WHERE id = OLD.{writer} AND erased_at IS NOT NULL)
        THEN
            RETURN NEW;
        END IF;"""
        for words, writer in (("text", "filed_by_id"), ("answer", "answered_by_id"), ("ruling", "ruled_by_id"))
    )
    + "\n    END IF;\n"
)


class Migration(migrations.Migration):
    """Replace the guard in place."""

    dependencies = [("ventures", "0033_seats_of_teams")]

    operations = [
        migrations.RunSQL(_erasure.guard(_DISPUTES, GOES), _erasure.guard(_DISPUTES, _erasure.DISPUTE_GOES)),
    ]
