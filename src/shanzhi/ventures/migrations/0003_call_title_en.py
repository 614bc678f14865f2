"""An English title of a call; imported ones had theirs on the poll alone."""

from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def take_over(apps, schema_editor):
    """Give each call the English title that its poll has."""
    poll = apps.get_model("voting", "Poll").objects.filter(pk=OuterRef("poll"))
    calls = apps.get_model("ventures", "Call").objects.filter(poll__isnull=False)
    calls.update(title_en=Subquery(poll.values("title_en")[:1]))


class Migration(migrations.Migration):
    dependencies = [("ventures", "0002_guards"), ("voting", "0001_initial")]

    operations = [
        migrations.AddField("call", "title_en", models.CharField(blank=True, max_length=200)),
        migrations.RunPython(take_over, migrations.RunPython.noop),
    ]
