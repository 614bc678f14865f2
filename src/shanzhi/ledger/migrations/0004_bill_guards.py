"""What the database holds of bills by itself: lines that stay, postings that settle one line and add up to it."""

from django.db import migrations

from shanzhi.audit.append_only import append_only
from shanzhi.ledger.migrations._bills import KEPT, KEPT_BACK, MATCHES, MATCHES_BACK


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_bills"), ("audit", "0005_emptied_reasons")]

    operations = [
        append_only("ledger_billmatch"),
        migrations.RunSQL(KEPT, KEPT_BACK),
        migrations.RunSQL(MATCHES, MATCHES_BACK),
    ]
