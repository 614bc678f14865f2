"""Templates for the themes of a call, and what a draft was given to begin from, which then stays."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

# Otherwise the words of a template could be made to count as the team's own.
GUARD = """
CREATE FUNCTION ventures_keep_template() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what a draft began from stays' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER ventures_proposal_keep_template BEFORE UPDATE ON ventures_proposal FOR EACH ROW
    WHEN (OLD.template <> '{}'::jsonb AND NEW.template IS DISTINCT FROM OLD.template)
    EXECUTE FUNCTION ventures_keep_template();
"""
GUARD_BACK = """
DROP TRIGGER ventures_proposal_keep_template ON ventures_proposal;
DROP FUNCTION ventures_keep_template();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0007_erased_stays_empty"),
        ("ventures", "0016_budget_rules"),
    ]

    operations = [
        migrations.AddField(
            model_name="proposal",
            name="template",
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.CreateModel(
            name="Template",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("theme", models.CharField(max_length=60)),
                ("content", models.JSONField()),
                ("version", models.PositiveIntegerField(default=1)),
                ("changed_at", models.DateTimeField()),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="templates", to="ventures.call"
                    ),
                ),
                (
                    "changed_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
            ],
            options={
                "ordering": ["theme"],
                "constraints": [
                    models.UniqueConstraint(fields=("call", "theme"), name="ventures_template_theme"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("content", {}), _negated=True), models.Q(("theme", ""), _negated=True)
                        ),
                        name="ventures_template_whole",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARD, GUARD_BACK),
    ]
