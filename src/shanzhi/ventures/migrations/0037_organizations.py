"""Rounds and proposals name organisations that are on record.

Nothing kept these numbers to anything before, so the keys hold for what is written from now on, like those of roles.
"""

from django.db import migrations

COLUMNS = (
    ("ventures_call", "sponsor_organization"),
    ("ventures_call", "operator_organization"),
    ("ventures_proposal", "organization"),
)


def key(table: str, column: str) -> migrations.RunSQL:
    """Tie a column to the record of organisations, for rows written from now on."""
    name = f"{table}_{column}_key"
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({column})"
        " REFERENCES organizations_organization (id) DEFERRABLE INITIALLY DEFERRED NOT VALID",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


class Migration(migrations.Migration):
    dependencies = [("ventures", "0036_juror_terms"), ("organizations", "0002_guards")]

    operations = [key(table, column) for table, column in COLUMNS]
