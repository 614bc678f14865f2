"""A juror's planned term: it may begin later than the appointment and end before the jury closes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """The planned end of a seat; seats of before have none and last until the jury closes."""

    dependencies = [("ventures", "0035_copies_go")]

    operations = [
        migrations.AddField("juror", "term_ends_at", models.DateTimeField(null=True)),
        migrations.AddConstraint(
            "juror",
            models.CheckConstraint(
                condition=models.Q(term_ends_at__isnull=True)
                | models.Q(chair=False, term_ends_at__gt=models.F("starts_at")),
                name="ventures_juror_term",
            ),
        ),
    ]
