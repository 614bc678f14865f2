"""The totals of a finished month stay as they were counted."""

from django.db import migrations

from shanzhi.audit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("timebank", "0002_guards"),
        ("audit", "0003_tree"),
    ]

    operations = [append_only("timebank_bankmonth")]
