"""Who writes on which section of a proposal. Nobody but the contact person takes it before its time is over."""

import django.db.models.deletion
from django.db import migrations, models

GUARD = """
CREATE FUNCTION ventures_keep_section() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.holder_id IS DISTINCT FROM (SELECT contact_id FROM ventures_proposal WHERE id = NEW.proposal_id) THEN
        RAISE EXCEPTION 'somebody else holds this section until %', OLD.until USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ventures_section_keep BEFORE UPDATE ON ventures_section FOR EACH ROW
    WHEN (OLD.holder_id IS NOT NULL AND NEW.holder_id IS NOT NULL AND NEW.holder_id <> OLD.holder_id
        AND OLD.until > NEW.since)
    EXECUTE FUNCTION ventures_keep_section();
"""
# A form that was open before this version must not be saved over what it did not show.
BEGUN = """
INSERT INTO ventures_section (proposal_id, part, changed_version)
    SELECT p.id, s.part, p.version FROM ventures_proposal p
    CROSS JOIN unnest(ARRAY['idea', 'need', 'team', 'plan', 'budget', 'risks']) AS s(part)
    WHERE p.state IN ('draft', 'returned');
"""
GUARD_BACK = """
DROP TRIGGER ventures_section_keep ON ventures_section;
DROP FUNCTION ventures_keep_section();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0007_erased_stays_empty"),
        ("ventures", "0017_templates"),
    ]

    operations = [
        migrations.CreateModel(
            name="Section",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("part", models.CharField(max_length=12)),
                ("changed_version", models.PositiveIntegerField(default=0)),
                ("since", models.DateTimeField(null=True)),
                ("until", models.DateTimeField(null=True)),
                (
                    "holder",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "proposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="sections", to="ventures.proposal"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["holder"], name="ventures_section_holder")],
                "constraints": [
                    models.UniqueConstraint(fields=("proposal", "part"), name="ventures_section_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("holder__isnull", True), ("since__isnull", True), ("until__isnull", True)),
                            models.Q(
                                ("holder__isnull", False), ("since__isnull", False), ("until__gte", models.F("since"))
                            ),
                            _connector="OR",
                        ),
                        name="ventures_section_held",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARD, GUARD_BACK),
        migrations.RunSQL(BEGUN, migrations.RunSQL.noop),
    ]
