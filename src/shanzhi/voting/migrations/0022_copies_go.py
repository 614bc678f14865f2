"""What a ballot and its departures copied from a project may be taken out of by the owner's function that says so.

The door is the log's: the setting names the table, and it opens for the owner of the table alone. No figure passes it.
"""

from importlib import import_module

from django.db import migrations

_FROZEN = import_module("shanzhi.voting.migrations.0002_guards").FROZEN
_LEFT = import_module("shanzhi.voting.migrations.0013_left_options").GUARD


DOOR = """BEGIN
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = '@table' AND current_setting('shanzhi.forgetting', true) = TG_TABLE_NAME
        AND current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID)
    THEN @kept
        RETURN @answer;
    END IF;
"""


def door(table: str, answer: str, kept: str = "") -> str:
    """Give the opening of a guard that lets an update by the owner of a table through."""
    return DOOR.replace("@table", table).replace("@answer", answer).replace(" @kept", kept)


def function(statements: str, opening: str = "BEGIN\n") -> str:
    """Give the statement that replaces a guard's function in place."""
    body = statements[: statements.index("END $$;")] + "END $$;"
    return body.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION").replace("BEGIN\n", opening, 1)


OPTIONS = door("voting_option", "NULL")
KEPT = """
        IF to_jsonb(NEW) - 'reason' <> to_jsonb(OLD) - 'reason' THEN
            RAISE EXCEPTION 'what left a vote stays on record' USING ERRCODE = 'restrict_violation';
        END IF;"""


class Migration(migrations.Migration):
    """Replace both guards in place."""

    dependencies = [("voting", "0021_other_entry"), ("audit", "0005_emptied_reasons")]

    operations = [
        migrations.RunSQL(function(_FROZEN, OPTIONS), function(_FROZEN)),
        migrations.RunSQL(function(_LEFT, door("voting_leftoption", "NEW", KEPT)), function(_LEFT)),
    ]
