"""How the counterparty of a bill's line is shown: firms by their whole names. Nothing in the table changes."""

from django.db import migrations

import shanzhi.kernel.identifiers
import shanzhi.people.fields


class Migration(migrations.Migration):
    """Name another mask for the sealed counterparty."""

    dependencies = [("ledger", "0004_bill_guards")]
    operations = [
        migrations.AlterField(
            model_name="billline",
            name="counterparty",
            field=shanzhi.people.fields.SealedField(
                mask=shanzhi.kernel.identifiers.mask_party, purpose="ledger.billline.counterparty"
            ),
        ),
    ]
