"""Guard the log: events are added, never changed or removed."""

from django.db import migrations

from shanzhi.audit.append_only import CREATE_GUARD, DROP_GUARD, append_only


class Migration(migrations.Migration):
    """Create the guard and put it on the events."""

    dependencies = [("audit", "0001_initial")]

    operations = [migrations.RunSQL(CREATE_GUARD, DROP_GUARD), append_only("audit_event")]
