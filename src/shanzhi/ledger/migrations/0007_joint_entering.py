"""Transfers that go together: a function for many at once, and one look at all postings of a statement."""

from django.db import migrations

from shanzhi.ledger.migrations._joint import EACH, EACH_BACK, GIVEN, WHOLE, WHOLE_BACK


class Migration(migrations.Migration):
    dependencies = [("ledger", "0006_leaner_entering")]

    operations = [migrations.RunSQL(GIVEN + EACH, EACH_BACK), migrations.RunSQL(WHOLE, WHOLE_BACK)]
