"""A pool is locked by whoever moves its credits, and to lock a row the site needs the right to update it.

The guard that is common to tables that only grow takes that right away, so that on a server, where the site has its
own role, nothing could expire into a pool or be granted out of one. A guard of the room refuses each change as before.
"""

from django.db import migrations

LOCKED = """
CREATE FUNCTION timebank_guard_pool() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'timebank_pool is append-only: rows are added, never changed or removed'
        USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER timebank_pool_append_only ON timebank_pool;
CREATE TRIGGER timebank_pool_kept BEFORE UPDATE ON timebank_pool
    FOR EACH ROW EXECUTE FUNCTION timebank_guard_pool();
CREATE TRIGGER timebank_pool_append_only BEFORE DELETE ON timebank_pool
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
"""
LOCKED_BACK = """
DROP TRIGGER timebank_pool_append_only ON timebank_pool;
DROP TRIGGER timebank_pool_kept ON timebank_pool;
DROP FUNCTION timebank_guard_pool();
CREATE TRIGGER timebank_pool_append_only BEFORE UPDATE OR DELETE ON timebank_pool
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("timebank", "0006_matching"), ("audit", "0003_tree")]

    operations = [migrations.RunSQL(LOCKED, LOCKED_BACK)]
