"""Proves the check of small electorates on polls from before, beside running votes."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("voting", "0014_small_electorates")]

    operations = [ValidateConstraint("poll", "voting_poll_small_groups")]
