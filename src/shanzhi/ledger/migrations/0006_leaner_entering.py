"""A leaner way into the book; two indexes and three checks less that others already served."""

from django.db import migrations, models
from django.db.models import deletion

from shanzhi.ledger.migrations._entering import ENTER, MOVED, MOVED_BACK
from shanzhi.ledger.migrations._functions import ENTER as ENTER_BEFORE

ENTER_BACK = "DROP FUNCTION ledger_refuse(uuid, uuid, bigint, text);" + ENTER_BEFORE.replace(
    "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
)
# The key sorts by bytes, so its own index serves the beginnings of words too.
LIKE = "DROP INDEX IF EXISTS ledger_entry_key_b3fe1ea3_like"
LIKE_BACK = "CREATE INDEX ledger_entry_key_b3fe1ea3_like ON ledger_entry (key varchar_pattern_ops)"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_firms_named_whole")]

    operations = [
        migrations.RunSQL(LIKE, LIKE_BACK),
        migrations.AlterField(
            model_name="posting",
            name="entry",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=deletion.PROTECT,
                related_name="postings",
                to="ledger.entry",
            ),
        ),
        # Their own constraints say more than that they are not below zero.
        migrations.AlterField("entry", "legs", models.SmallIntegerField()),
        migrations.AlterField("posting", "leg", models.SmallIntegerField()),
        migrations.AlterField("posting", "legs", models.SmallIntegerField()),
        migrations.RunSQL(ENTER, ENTER_BACK),
        migrations.RunSQL(MOVED, MOVED_BACK),
    ]
