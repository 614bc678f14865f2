"""A door through the guard of append-only tables for erasing a person, and the one function of the log that uses it.

The site has no right to change the log. The function runs as the owner of the tables and can do one thing: empty the
reason of an event together with its nonce, and cut its area to the community. The guard lets it pass while the setting
names the table, and only for the owner: for the site, which may set what it likes, its rights end before the guard.
"""

from django.db import migrations

from shanzhi.audit.append_only import CREATE_GUARD

DOOR = """
CREATE OR REPLACE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP IN ('UPDATE', 'DELETE') AND TG_LEVEL = 'ROW'
        AND current_setting('shanzhi.forgetting', true) = TG_TABLE_NAME
        AND current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID)
    THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    RAISE EXCEPTION '% is append-only: rows are added, never changed or removed', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION audit_empty_reasons(numbers bigint[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM set_config('shanzhi.forgetting', 'audit_event', true);
    UPDATE audit_event SET reason = '', nonce = '', area = left(area, 12) WHERE id = ANY (numbers);
    PERFORM set_config('shanzhi.forgetting', '', true);
END $$;
"""
BACK = f"""
DROP FUNCTION audit_empty_reasons(bigint[]);
{CREATE_GUARD}
"""


class Migration(migrations.Migration):
    """Cut the door."""

    dependencies = [("audit", "0004_event_xid")]

    operations = [migrations.RunSQL(DOOR, BACK)]
