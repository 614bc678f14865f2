"""A stop that did not hold is undone, so a tranche that was cancelled may wait again; what is paid stays as it was."""

from django.db import migrations

PAID = """
DROP TRIGGER funding_tranche_kept ON funding_tranche;
CREATE TRIGGER funding_tranche_kept BEFORE UPDATE OR DELETE ON funding_tranche
    FOR EACH ROW EXECUTE FUNCTION funding_keep('paid', '');
"""
BEFORE = PAID.replace("'paid', ''", "'paid,cancelled', ''")


class Migration(migrations.Migration):
    dependencies = [("funding", "0002_guards")]

    operations = [migrations.RunSQL(PAID, BEFORE)]
