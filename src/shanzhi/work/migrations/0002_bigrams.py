"""The function behind every index for parts of texts."""

from django.db import migrations

from shanzhi.work.search import CREATE, DROP


class Migration(migrations.Migration):
    """Create the function; indexes of other apps depend on this migration."""

    dependencies = [("work", "0001_initial")]

    operations = [migrations.RunSQL(CREATE, DROP)]
