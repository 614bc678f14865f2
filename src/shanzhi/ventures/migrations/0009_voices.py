"""Versions of proposals, comments with answers, backing before the vote."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0003_lists"),
        ("ventures", "0008_dispute_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="EndorsementCount",
            fields=[
                (
                    "proposal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="endorsement_count",
                        serialize=False,
                        to="ventures.proposal",
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Comment",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[("comment", "A comment"), ("answer", "An answer of the team")], max_length=8
                    ),
                ),
                ("community", models.CharField(blank=True, db_collation="C", max_length=12)),
                ("text", models.CharField(blank=True, max_length=500)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("shown", "Shown"),
                            ("withdrawn", "Withdrawn by its author"),
                            ("hidden", "Hidden by the staff"),
                        ],
                        default="shown",
                        max_length=9,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                (
                    "answers",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="given_answers",
                        to="ventures.comment",
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "hidden_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "proposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="comments", to="ventures.proposal"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["proposal", "-created_at", "id"], name="ventures_comment_newest"),
                    models.Index(fields=["author", "-created_at"], name="ventures_comment_author"),
                    models.Index(fields=["answers", "created_at"], name="ventures_comment_answers"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answers__isnull", True), ("kind", "comment")),
                            models.Q(("answers__isnull", False), ("kind", "answer")),
                            _connector="OR",
                        ),
                        name="ventures_comment_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "withdrawn"), ("text", "")),
                            models.Q(
                                models.Q(("state", "withdrawn"), _negated=True), models.Q(("text", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="ventures_comment_words",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "hidden"), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="ventures_comment_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Endorsement",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "proposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="endorsements", to="ventures.proposal"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("proposal", "person"), name="ventures_endorsement_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ProposalVersion",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("draft", "A day of writing"),
                            ("hand_in", "Handed in"),
                            ("mended", "Handed in again"),
                        ],
                        max_length=8,
                    ),
                ),
                ("content", models.JSONField()),
                ("digest", models.CharField(max_length=71)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "proposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="ventures.proposal"
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(fields=("proposal", "number"), name="ventures_version_number"),
                    models.CheckConstraint(condition=models.Q(("number__gte", 1)), name="ventures_version_counts"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "draft"), _negated=True), ("by__isnull", True), _connector="OR"
                        ),
                        name="ventures_version_by",
                    ),
                ],
            },
        ),
    ]
