"""Lists of volunteers that offices keep in Excel, and hours of before; only an import taken back removes anybody."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import shanzhi.people.fields

GUARDS = """
CREATE FUNCTION volunteering_guard_import() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state NOT IN ('read', 'checking', 'checked') THEN
            RAISE EXCEPTION 'an import that was taken stays on record' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF NEW.state <> OLD.state AND NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[
        'checked>checking', 'checked>writing', 'checking>checked', 'checking>read', 'read>checking',
        'undoing>undone', 'writing>written', 'written>undoing'
    ]) THEN
        RAISE EXCEPTION 'volunteering_import_move: no way from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER volunteering_import_kept BEFORE UPDATE OR DELETE ON volunteering_volunteerimport
    FOR EACH ROW EXECUTE FUNCTION volunteering_guard_import();

-- What was stated of before stays as it was stated; it goes with the import that is taken back.
CREATE FUNCTION volunteering_guard_earlier() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND EXISTS (
        SELECT FROM volunteering_volunteerimport i WHERE i.id = OLD.of_import_id AND i.state = 'undoing'
    ) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'hours of before are never changed, and go with their import' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER volunteering_earlier_kept BEFORE UPDATE OR DELETE ON volunteering_earlierhours
    FOR EACH ROW EXECUTE FUNCTION volunteering_guard_earlier();

-- A volunteer and a place in a team stay on record, but for those that an import made which is being taken back.
CREATE OR REPLACE FUNCTION volunteering_guard_volunteer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND EXISTS (
        SELECT FROM volunteering_volunteerrow r JOIN volunteering_volunteerimport i ON i.id = r.of_import_id
        WHERE r.volunteer = OLD.id AND r.step = 'written' AND r.made @> '{"volunteer": true}' AND i.state = 'undoing'
    ) THEN
        RETURN OLD;
    END IF;
    IF TG_OP = 'DELETE' OR (NEW.person_id, NEW.number, NEW.joined_at)
        IS DISTINCT FROM (OLD.person_id, OLD.number, OLD.joined_at) THEN
        RAISE EXCEPTION 'a volunteer stays on record under one number' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state <> OLD.state AND NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[
        'active>left', 'active>paused', 'active>registered', 'left>registered', 'paused>left', 'paused>registered',
        'registered>active', 'registered>left'
    ]) THEN
        RAISE EXCEPTION 'volunteering_move: no way from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION volunteering_guard_member() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    standing text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF EXISTS (
            SELECT FROM volunteering_volunteerrow r JOIN volunteering_volunteerimport i ON i.id = r.of_import_id
            WHERE r.volunteer = OLD.volunteer_id AND r.step = 'written' AND r.made ->> 'place' = OLD.id::text
            AND i.state = 'undoing'
        ) THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'a place in a team stays on record' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NOT EXISTS (SELECT FROM volunteering_teamagreement a WHERE a.id = NEW.agreement_id AND a.team_id = NEW.team_id)
    THEN
        RAISE EXCEPTION 'volunteering_member_agreement: of another team' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        SELECT state INTO standing FROM volunteering_team WHERE id = NEW.team_id FOR SHARE;
        IF standing NOT IN ('proposed', 'active') THEN
            RAISE EXCEPTION 'volunteering_member_of_ended: the team is over' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.team_id, NEW.volunteer_id, NEW.asked_at, NEW.by_code, NEW.moves_from_id)
        IS DISTINCT FROM (OLD.team_id, OLD.volunteer_id, OLD.asked_at, OLD.by_code, OLD.moves_from_id)
        OR (OLD.state IN ('refused', 'withdrawn', 'left')
            AND (NEW.role, NEW.state, NEW.agreement_id, NEW.signed_at, NEW.joined_at, NEW.ended_at, NEW.decided_by_id)
            IS DISTINCT FROM (OLD.role, OLD.state, OLD.agreement_id, OLD.signed_at, OLD.joined_at, OLD.ended_at,
                OLD.decided_by_id)) THEN
        RAISE EXCEPTION 'a place in a team that is over stays as it was' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state <> OLD.state AND NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[
        'member>left', 'requested>member', 'requested>refused', 'requested>withdrawn'
    ]) THEN
        RAISE EXCEPTION 'volunteering_member_move: no way from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
"""
GUARDS_BACK = """
CREATE OR REPLACE FUNCTION volunteering_guard_volunteer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.person_id, NEW.number, NEW.joined_at)
        IS DISTINCT FROM (OLD.person_id, OLD.number, OLD.joined_at) THEN
        RAISE EXCEPTION 'a volunteer stays on record under one number' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state <> OLD.state AND NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[
        'active>left', 'active>paused', 'active>registered', 'left>registered', 'paused>left', 'paused>registered',
        'registered>active', 'registered>left'
    ]) THEN
        RAISE EXCEPTION 'volunteering_move: no way from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION volunteering_guard_member() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    standing text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a place in a team stays on record' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NOT EXISTS (SELECT FROM volunteering_teamagreement a WHERE a.id = NEW.agreement_id AND a.team_id = NEW.team_id)
    THEN
        RAISE EXCEPTION 'volunteering_member_agreement: of another team' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        SELECT state INTO standing FROM volunteering_team WHERE id = NEW.team_id FOR SHARE;
        IF standing NOT IN ('proposed', 'active') THEN
            RAISE EXCEPTION 'volunteering_member_of_ended: the team is over' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.team_id, NEW.volunteer_id, NEW.asked_at, NEW.by_code, NEW.moves_from_id)
        IS DISTINCT FROM (OLD.team_id, OLD.volunteer_id, OLD.asked_at, OLD.by_code, OLD.moves_from_id)
        OR (OLD.state IN ('refused', 'withdrawn', 'left')
            AND (NEW.role, NEW.state, NEW.agreement_id, NEW.signed_at, NEW.joined_at, NEW.ended_at, NEW.decided_by_id)
            IS DISTINCT FROM (OLD.role, OLD.state, OLD.agreement_id, OLD.signed_at, OLD.joined_at, OLD.ended_at,
                OLD.decided_by_id)) THEN
        RAISE EXCEPTION 'a place in a team that is over stays as it was' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state <> OLD.state AND NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[
        'member>left', 'requested>member', 'requested>refused', 'requested>withdrawn'
    ]) THEN
        RAISE EXCEPTION 'volunteering_member_move: no way from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER volunteering_earlier_kept ON volunteering_earlierhours;
DROP FUNCTION volunteering_guard_earlier();
DROP TRIGGER volunteering_import_kept ON volunteering_volunteerimport;
DROP FUNCTION volunteering_guard_import();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0012_organizations"),
        ("volunteering", "0002_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="EarlierHours",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("minutes", models.PositiveIntegerField(verbose_name="Minutes of service before")),
                ("as_of", models.DateField(verbose_name="Hours counted until")),
                ("source", models.CharField(max_length=200, verbose_name="Name of the file")),
                ("created_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="VolunteerColumns",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("area", models.CharField(db_collation="C", max_length=12)),
                ("headings", models.CharField(max_length=71)),
                ("columns", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="VolunteerImport",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("area", models.CharField(blank=True, db_collation="C", max_length=12, verbose_name="Area")),
                ("name", models.CharField(max_length=200, verbose_name="Name of the file")),
                ("digest", models.CharField(max_length=71)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("read", "Waits for its columns"),
                            ("checking", "Is being checked"),
                            ("checked", "Waits for a yes"),
                            ("writing", "Is being taken"),
                            ("written", "Taken"),
                            ("undoing", "Is being taken back"),
                            ("undone", "Taken back"),
                        ],
                        default="read",
                        max_length=12,
                        verbose_name="State",
                    ),
                ),
                (
                    "file",
                    shanzhi.people.fields.SealedField(
                        mask=shanzhi.people.fields.mask_all, null=True, purpose="volunteering.import.file"
                    ),
                ),
                (
                    "sample",
                    shanzhi.people.fields.SealedField(
                        mask=shanzhi.people.fields.mask_all, null=True, purpose="volunteering.import.sample"
                    ),
                ),
                ("sheets", models.JSONField(default=list)),
                ("columns", models.JSONField(default=dict)),
                ("counts", models.JSONField(default=dict)),
                ("job", models.UUIDField(null=True)),
                ("created_at", models.DateTimeField()),
                ("written_at", models.DateTimeField(null=True)),
                ("undone_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="VolunteerRow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("sheet", models.CharField(max_length=100, verbose_name="Worksheet")),
                ("number", models.PositiveIntegerField(verbose_name="Row")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("new", "New"),
                            ("merge", "Goes into one on record"),
                            ("doubtful", "Doubtful, decide"),
                            ("refused", "Refused"),
                        ],
                        max_length=12,
                        verbose_name="Outcome",
                    ),
                ),
                (
                    "mark",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("id", "Identity number"),
                            ("phone", "Phone"),
                            ("number", "Volunteer number"),
                            ("birth", "Name and day of birth"),
                        ],
                        max_length=8,
                        verbose_name="Known by",
                    ),
                ),
                ("person", models.UUIDField(null=True)),
                ("volunteer", models.UUIDField(null=True)),
                ("of_row", models.PositiveIntegerField(null=True)),
                ("field", models.CharField(blank=True, max_length=20, verbose_name="Column")),
                ("differs", models.BooleanField(default=False)),
                (
                    "told",
                    shanzhi.people.fields.SealedField(
                        mask=shanzhi.people.fields.mask_all, null=True, purpose="volunteering.import.row"
                    ),
                ),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("same", "The same person"),
                            ("another", "Another person: new"),
                            ("leave_out", "Leave the row out"),
                        ],
                        max_length=12,
                        verbose_name="Decision",
                    ),
                ),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("written", "Written"),
                            ("passed", "Left out"),
                            ("undone", "Taken back"),
                            ("stays", "Stays"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("why", models.CharField(blank=True, max_length=20)),
                ("made", models.JSONField(default=dict)),
                ("version_after", models.PositiveIntegerField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="volunteer",
            name="earlier_number",
            field=models.CharField(
                blank=True, db_collation="C", max_length=30, verbose_name="Number at the office before"
            ),
        ),
        migrations.AlterField(
            model_name="teammember",
            name="signed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="volunteer",
            index=models.Index(
                condition=models.Q(("earlier_number", ""), _negated=True),
                fields=["earlier_number"],
                name="volunteering_by_earlier_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="teammember",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("signed_at__isnull", False),
                    models.Q(("role", "member"), ("state__in", ("member", "left"))),
                    _connector="OR",
                ),
                name="volunteering_member_signed",
            ),
        ),
        migrations.AddField(
            model_name="earlierhours",
            name="volunteer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="earlier_hours", to="volunteering.volunteer"
            ),
        ),
        migrations.AddField(
            model_name="volunteercolumns",
            name="created_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
            ),
        ),
        migrations.AddField(
            model_name="volunteerimport",
            name="owner",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
            ),
        ),
        migrations.AddField(
            model_name="earlierhours",
            name="of_import",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="volunteering.volunteerimport"
            ),
        ),
        migrations.AddField(
            model_name="volunteerrow",
            name="of_import",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="volunteering.volunteerimport"
            ),
        ),
        migrations.AddConstraint(
            model_name="volunteercolumns",
            constraint=models.UniqueConstraint(fields=("area", "headings"), name="volunteering_columns_once"),
        ),
        migrations.AddIndex(
            model_name="volunteerimport",
            index=models.Index(fields=["-created_at", "id"], name="volunteering_imports_newest"),
        ),
        migrations.AddConstraint(
            model_name="volunteerimport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["read", "checking", "checked", "writing", "written", "undoing", "undone"])
                ),
                name="volunteering_import_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="volunteerimport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ("writing", "written", "undoing", "undone")), ("file__isnull", False), _connector="OR"
                ),
                name="volunteering_import_file",
            ),
        ),
        migrations.AddConstraint(
            model_name="volunteerimport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "written"), _negated=True),
                    models.Q(("file__isnull", True), ("written_at__isnull", False)),
                    _connector="OR",
                ),
                name="volunteering_import_written",
            ),
        ),
        migrations.AddConstraint(
            model_name="volunteerimport",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "undone"), _negated=True),
                fields=("digest",),
                name="volunteering_import_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="earlierhours",
            constraint=models.UniqueConstraint(fields=("volunteer",), name="volunteering_earlier_once"),
        ),
        migrations.AddConstraint(
            model_name="earlierhours",
            constraint=models.CheckConstraint(
                condition=models.Q(("minutes__gt", 0)), name="volunteering_earlier_minutes"
            ),
        ),
        migrations.AddIndex(
            model_name="volunteerrow",
            index=models.Index(fields=["of_import", "outcome", "id"], name="volunteering_rows"),
        ),
        migrations.AddIndex(
            model_name="volunteerrow",
            index=models.Index(fields=["volunteer"], name="volunteering_row_of"),
        ),
        migrations.AddConstraint(
            model_name="volunteerrow",
            constraint=models.UniqueConstraint(fields=("of_import", "sheet", "number"), name="volunteering_row_once"),
        ),
        migrations.AddConstraint(
            model_name="volunteerrow",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome__in", ["new", "merge", "doubtful", "refused"])),
                name="volunteering_row_outcome",
            ),
        ),
        migrations.AddConstraint(
            model_name="volunteerrow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome__in", ("merge", "doubtful")), _negated=True),
                    models.Q(("person__isnull", False), models.Q(("mark", ""), _negated=True)),
                    _connector="OR",
                ),
                name="volunteering_row_merge",
            ),
        ),
        migrations.RunSQL(GUARDS, GUARDS_BACK),
    ]
