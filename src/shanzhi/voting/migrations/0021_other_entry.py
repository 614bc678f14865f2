"""A mark may be void because its voter, whose records were merged, votes by another entry of the roll."""

from django.db import migrations, models

REASONS = [
    ("online_first", "This person had voted online before"),
    ("paper_elsewhere", "This person had voted on paper before"),
    ("other_entry", "This person stands on the roll twice and votes by the other entry"),
    ("not_confirmed", "No second officer confirmed the visit"),
]


class Migration(migrations.Migration):
    """Name one reason more; marks from before keep theirs."""

    dependencies = [("voting", "0020_merged_records")]

    operations = [
        migrations.AlterField("papermark", "void_reason", models.CharField(blank=True, choices=REASONS, max_length=20)),
    ]
