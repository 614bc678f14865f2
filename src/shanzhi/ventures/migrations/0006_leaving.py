"""Proposals that leave a round, also after everybody had seen them, and the notices that tell of it."""

from django.db import migrations, models

STATES = [
    ("draft", "Draft"),
    ("submitted", "Submitted"),
    ("returned", "Returned for mending"),
    ("passed", "Passed review"),
    ("rejected", "Rejected"),
    ("withdrawn", "Withdrawn"),
    ("disqualified", "Disqualified"),
    ("lapsed", "Lapsed"),
    ("on_ballot", "On the ballot"),
    ("won", "Chosen"),
    ("lost", "Not chosen"),
]
NOTICES = [
    ("call", "A call opens"),
    ("terms", "Terms published"),
    ("change", "Terms changed"),
    ("passed", "Proposals that passed review"),
    ("pitch", "Order of the pitches"),
    ("jury", "Scores of the jury"),
    ("result", "Result"),
    ("left", "A project left the round"),
    ("succession", "Next in line"),
    ("cancelled", "Call cancelled"),
]


class Migration(migrations.Migration):
    dependencies = [("ventures", "0005_jury_guards"), ("voting", "0013_left_options")]

    operations = [
        migrations.AddField("proposal", "left_shown", models.BooleanField(default=False, db_default=False)),
        migrations.AlterField("proposal", "state", models.CharField(choices=STATES, default="draft", max_length=12)),
        migrations.AlterField("notice", "kind", models.CharField(choices=NOTICES, max_length=12)),
    ]
