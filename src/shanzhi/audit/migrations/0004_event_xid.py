"""Find unsealed events quickly; the index is built while others write."""

from django.db import migrations


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("audit", "0003_tree")]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX CONCURRENTLY IF NOT EXISTS audit_event_xid ON audit_event (xid);",
            "DROP INDEX CONCURRENTLY IF EXISTS audit_event_xid;",
        )
    ]
