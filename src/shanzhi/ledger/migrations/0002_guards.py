"""What the database holds by itself: who writes, sums of zero, floors, closed periods, rows that stay."""

from django.db import migrations

from shanzhi.audit.append_only import append_only
from shanzhi.ledger.migrations._functions import (
    CLOSE,
    CLOSE_BACK,
    ENTER,
    ENTER_BACK,
    GUARDS,
    GUARDS_BACK,
    KEPT,
    KEPT_BACK,
)

# `config.roles` reads this word off the catalogue: the site reads such a table, and only functions of the owner write it.
BY_FUNCTION = "written by functions only"
TABLES = ("ledger_entry", "ledger_posting", "ledger_balance", "ledger_closing", "ledger_closingbalance")


def _marked(table):
    return migrations.RunSQL(f"COMMENT ON TABLE {table} IS '{BY_FUNCTION}'", f"COMMENT ON TABLE {table} IS NULL")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial"), ("audit", "0005_emptied_reasons")]

    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE ledger_entry_number OWNED BY ledger_entry.number", "DROP SEQUENCE ledger_entry_number"
        ),
        migrations.RunSQL("ALTER TABLE ledger_balance SET (fillfactor = 50)", migrations.RunSQL.noop),
        *(append_only(table) for table in TABLES if table != "ledger_balance"),
        migrations.RunSQL(KEPT, KEPT_BACK),
        migrations.RunSQL(GUARDS, GUARDS_BACK),
        migrations.RunSQL(ENTER, ENTER_BACK),
        migrations.RunSQL(CLOSE, CLOSE_BACK),
        *(_marked(table) for table in TABLES),
    ]
