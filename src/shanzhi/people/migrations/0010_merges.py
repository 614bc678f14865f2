"""Two records of one person: one gives way to the other, and can be brought back; nothing that hangs on them moves."""

import uuid

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

PERSON = "people.person"

# What constraints cannot hold: no chains and no circles, steps in their order, the last merge undone first, and the
# record says what the standing merge says. Texts of who was erased may go.
GUARDS = """
CREATE FUNCTION people_guard_merge() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a merge stays on record' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'INSERT' AND NEW.state <> 'proposed' THEN
        RAISE EXCEPTION 'a merge begins with a proposal' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - '{reason,ended_reason}'::text[] = to_jsonb(OLD) - '{reason,ended_reason}'::text[]
        AND EXISTS (SELECT FROM people_person WHERE id IN (OLD.kept_id, OLD.merged_id) AND erased_at IS NOT NULL)
    THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND (
        (OLD.state, NEW.state) NOT IN (('proposed', 'done'), ('proposed', 'refused'), ('done', 'undone'))
        OR (NEW.id, NEW.kept_id, NEW.merged_id, NEW.needs_second, NEW.reason, NEW.proposed_by_id, NEW.proposed_at)
            IS DISTINCT FROM
            (OLD.id, OLD.kept_id, OLD.merged_id, OLD.needs_second, OLD.reason, OLD.proposed_by_id, OLD.proposed_at)
        OR OLD.state = 'done' AND (NEW.decided_by_id, NEW.decided_at, NEW.place)
            IS DISTINCT FROM (OLD.decided_by_id, OLD.decided_at, OLD.place)
    ) THEN
        RAISE EXCEPTION 'a merge takes its next step alone' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state IN ('proposed', 'done') THEN
        PERFORM 1 FROM people_person WHERE id IN (NEW.kept_id, NEW.merged_id) ORDER BY id FOR NO KEY UPDATE;
        IF EXISTS (SELECT FROM people_personmerge m WHERE m.id <> NEW.id AND m.state IN ('proposed', 'done')
            AND (m.merged_id IN (NEW.kept_id, NEW.merged_id) OR m.kept_id = NEW.merged_id)) THEN
            RAISE EXCEPTION 'people_merge_no_chain: one of the records stands in another merge'
                USING ERRCODE = 'unique_violation';
        END IF;
    END IF;
    IF NEW.state = 'undone' AND EXISTS (SELECT FROM people_personmerge m
        WHERE m.kept_id = NEW.kept_id AND m.state = 'done' AND m.place > NEW.place) THEN
        RAISE EXCEPTION 'people_merge_last_first: a later merge stands on this one' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER people_personmerge_guard BEFORE INSERT OR UPDATE OR DELETE ON people_personmerge
    FOR EACH ROW EXECUTE FUNCTION people_guard_merge();

CREATE FUNCTION people_merge_agrees() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    whose uuid;
BEGIN
    whose := CASE WHEN TG_TABLE_NAME = 'people_person' THEN (to_jsonb(NEW)->>'id')::uuid
        ELSE (to_jsonb(NEW)->>'merged_id')::uuid END;
    IF (SELECT merged_into_id FROM people_person WHERE id = whose) IS DISTINCT FROM
        (SELECT kept_id FROM people_personmerge WHERE merged_id = whose AND state = 'done') THEN
        RAISE EXCEPTION 'a record points to another exactly while a merge says so' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER people_personmerge_agrees AFTER INSERT OR UPDATE ON people_personmerge
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION people_merge_agrees();
CREATE CONSTRAINT TRIGGER people_person_merge_agrees AFTER UPDATE OF merged_into_id ON people_person
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.merged_into_id IS DISTINCT FROM NEW.merged_into_id)
    EXECUTE FUNCTION people_merge_agrees();
CREATE CONSTRAINT TRIGGER people_person_merge_new AFTER INSERT ON people_person
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.merged_into_id IS NOT NULL)
    EXECUTE FUNCTION people_merge_agrees();
"""
GUARDS_BACK = """
DROP TRIGGER people_person_merge_new ON people_person;
DROP TRIGGER people_person_merge_agrees ON people_person;
DROP TRIGGER people_personmerge_agrees ON people_personmerge;
DROP TRIGGER people_personmerge_guard ON people_personmerge;
DROP FUNCTION people_merge_agrees();
DROP FUNCTION people_guard_merge();
"""
STATES = [
    ("proposed", "Waits for a second member of staff"),
    ("done", "Merged"),
    ("refused", "Not merged"),
    ("undone", "Undone, two records again"),
]


def somebody(*, null: bool = False, index: bool = True) -> models.ForeignKey:
    """Give a column that names a person."""
    return models.ForeignKey(
        null=null, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=PERSON, db_index=index
    )


class Migration(migrations.Migration):
    dependencies = [("people", "0009_guardians")]

    operations = [
        migrations.AddField("person", "merged_into", somebody(null=True, index=False)),
        migrations.AddIndex(
            "person",
            models.Index(
                condition=Q(merged_into__isnull=False), fields=["merged_into"], name="people_person_merged_into"
            ),
        ),
        migrations.CreateModel(
            name="PersonMerge",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("kept", somebody()),
                ("merged", somebody()),
                ("state", models.CharField(choices=STATES, default="proposed", max_length=12)),
                ("place", models.PositiveIntegerField(null=True)),
                ("needs_second", models.BooleanField()),
                ("reason", models.TextField()),
                ("proposed_by", somebody()),
                ("proposed_at", models.DateTimeField()),
                ("decided_by", somebody(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("undone_by", somebody(null=True)),
                ("undone_at", models.DateTimeField(null=True)),
                ("ended_reason", models.TextField(blank=True)),
            ],
            options={
                "indexes": [models.Index(fields=["-proposed_at", "id"], name="people_merge_newest")],
                "constraints": [
                    models.CheckConstraint(condition=~Q(kept=F("merged")), name="people_merge_two_records"),
                    models.CheckConstraint(
                        condition=Q(needs_second=False)
                        | ~Q(state__in=("done", "undone"))
                        | ~Q(decided_by=F("proposed_by")),
                        name="people_merge_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=~Q(state__in=("done", "undone"))
                        | Q(decided_by__isnull=False, decided_at__isnull=False, place__isnull=False),
                        name="people_merge_decided",
                    ),
                    models.CheckConstraint(
                        condition=~Q(state="undone") | Q(undone_by__isnull=False, undone_at__isnull=False),
                        name="people_merge_undone_by",
                    ),
                    models.UniqueConstraint(
                        fields=["merged"],
                        condition=Q(state__in=("proposed", "done")),
                        name="people_merge_gives_way_once",
                    ),
                    models.UniqueConstraint(
                        fields=["kept"], condition=Q(state="proposed"), name="people_merge_one_proposal"
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARDS, GUARDS_BACK),
    ]
