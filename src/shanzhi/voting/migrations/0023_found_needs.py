"""What losers would have needed, found after the count: one row for each project whose search the count left open."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from shanzhi.audit.append_only import append_only

GUARD = """
CREATE FUNCTION voting_guard_foundneed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM voting_count c, jsonb_array_elements(c.result #> '{outcome,projects}') line
        WHERE c.id = NEW.count_id AND line ->> 'project' = NEW.project
        AND 'unsearched' IN (line #>> '{need,support,verdict}', line #>> '{need,cost,verdict}');
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the count did not leave the search for this project open' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER voting_foundneed_guard BEFORE INSERT ON voting_foundneed
    FOR EACH ROW EXECUTE FUNCTION voting_guard_foundneed();
"""
GUARD_BACK = """
DROP TRIGGER voting_foundneed_guard ON voting_foundneed; DROP FUNCTION voting_guard_foundneed();
"""


class Migration(migrations.Migration):
    dependencies = [("voting", "0022_copies_go"), ("audit", "0002_append_only")]

    operations = [
        migrations.CreateModel(
            name="FoundNeed",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("project", models.CharField(max_length=120)),
                ("need", models.JSONField()),
                ("sentences", models.JSONField()),
                ("found_at", models.DateTimeField()),
                (
                    "count",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="found_needs", to="voting.count"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("count", "project"), name="voting_foundneed_once")],
            },
        ),
        append_only("voting_foundneed"),
        migrations.RunSQL(GUARD, GUARD_BACK),
    ]
