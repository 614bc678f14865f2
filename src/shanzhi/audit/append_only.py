"""Tables that only grow: migrations of any app put this guard on theirs."""

from django.db.migrations import RunSQL

CREATE_GUARD = """
CREATE OR REPLACE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: rows are added, never changed or removed', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
"""
DROP_GUARD = "DROP FUNCTION IF EXISTS audit_refuse_change();"


def append_only(table: str) -> RunSQL:
    """Give the migration operation that makes `table` refuse UPDATE, DELETE and TRUNCATE (after audit 0001)."""
    if not table.isidentifier():
        raise ValueError(f"not a table name: {table!r}")
    return RunSQL(
        sql=f"""
        CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
        CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
        """,
        reverse_sql=f"""
        DROP TRIGGER {table}_append_only ON {table};
        DROP TRIGGER {table}_no_truncate ON {table};
        """,
    )
