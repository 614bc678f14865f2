"""A verified address stays in use until the code sent to a new one came back."""

from django.db import migrations, models
from django.db.models import Q

import shanzhi.people.fields

# Both columns seal under the same purpose, so what waits for its code moves as it is. A verified row asks for nothing.
MOVE = """
UPDATE notices_emailaddress SET wanted = address, address = NULL WHERE verified_at IS NULL;
UPDATE notices_emailaddress SET code_mark = NULL, code_until = NULL WHERE verified_at IS NOT NULL;
"""
BACK = """
UPDATE notices_emailaddress SET address = wanted WHERE verified_at IS NULL;
UPDATE notices_emailaddress SET wanted = NULL;
"""


def sealed() -> shanzhi.people.fields.SealedField:
    """Give the column of a sealed address."""
    return shanzhi.people.fields.SealedField(
        mask=shanzhi.people.fields.mask_all, null=True, purpose="notices.emailaddress.address"
    )


class Migration(migrations.Migration):
    dependencies = [("notices", "0002_guards"), ("people", "0003_lists")]

    operations = [
        migrations.AddField("emailaddress", "wanted", sealed()),
        migrations.AlterField("emailaddress", "address", sealed()),
        migrations.RunSQL(MOVE, BACK),
        migrations.AddConstraint(
            "emailaddress",
            models.CheckConstraint(
                condition=Q(verified_at__isnull=True) | Q(address__isnull=False),
                name="notices_email_verified_is_known",
            ),
        ),
        migrations.AddConstraint(
            "emailaddress",
            models.CheckConstraint(
                condition=Q(code_mark__isnull=True, wanted__isnull=True)
                | Q(code_mark__isnull=False, wanted__isnull=False),
                name="notices_email_code_is_for_one",
            ),
        ),
    ]
