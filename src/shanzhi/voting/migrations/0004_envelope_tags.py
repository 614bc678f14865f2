"""Tags of requests beside envelopes: two empty columns, added without rewriting or reading a row."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Ballots cast before keep empty tags, which refuse nothing."""

    dependencies = [("voting", "0003_uploads")]

    operations = [
        migrations.AddField("envelope", "request_tag", models.BinaryField(max_length=16, null=True)),
        migrations.AddField("envelope", "content_tag", models.BinaryField(max_length=16, null=True)),
    ]
