"""Registers of offices are read, taken and taken back; only an import that is taken back removes an organisation."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import shanzhi.people.fields

GUARDS = """
CREATE FUNCTION organizations_guard_register() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state NOT IN ('read', 'checking', 'checked') THEN
            RAISE EXCEPTION 'a register that was taken stays on record' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF NEW.state <> OLD.state AND NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[
        'checked>checking', 'checked>writing', 'checking>checked', 'checking>read', 'read>checking',
        'undoing>undone', 'writing>written', 'written>undoing'
    ]) THEN
        RAISE EXCEPTION 'organizations_register_move: no way from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER organizations_register_kept BEFORE UPDATE OR DELETE ON organizations_registerimport
    FOR EACH ROW EXECUTE FUNCTION organizations_guard_register();

-- An organisation stays on record, but for one that a register made which is being taken back, left as it was made.
CREATE FUNCTION organizations_guard_removal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.closed_at IS NULL AND EXISTS (
        SELECT FROM organizations_registerrow r JOIN organizations_registerimport i ON i.id = r.register_id
        WHERE r.organization = OLD.id AND r.step = 'written' AND r.made @> '{"made": true}' AND i.state = 'undoing'
    ) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'an organisation stays on record, a closed one as it was' USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER organizations_kept ON organizations_organization;
CREATE TRIGGER organizations_kept BEFORE UPDATE ON organizations_organization
    FOR EACH ROW EXECUTE FUNCTION organizations_guard();
CREATE TRIGGER organizations_removed BEFORE DELETE ON organizations_organization
    FOR EACH ROW EXECUTE FUNCTION organizations_guard_removal();
"""
GUARDS_BACK = """
DROP TRIGGER organizations_removed ON organizations_organization;
DROP TRIGGER organizations_kept ON organizations_organization;
CREATE TRIGGER organizations_kept BEFORE UPDATE OR DELETE ON organizations_organization
    FOR EACH ROW EXECUTE FUNCTION organizations_guard();
DROP FUNCTION organizations_guard_removal();
DROP TRIGGER organizations_register_kept ON organizations_registerimport;
DROP FUNCTION organizations_guard_register();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("organizations", "0005_registry_guards"),
        ("people", "0012_organizations"),
    ]

    operations = [
        migrations.CreateModel(
            name="RegisterImport",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("area", models.CharField(blank=True, db_collation="C", max_length=12, verbose_name="Area")),
                ("name", models.CharField(max_length=200, verbose_name="Name of the file")),
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
                        mask=shanzhi.people.fields.mask_all, null=True, purpose="organizations.register.file"
                    ),
                ),
                (
                    "sample",
                    shanzhi.people.fields.SealedField(
                        mask=shanzhi.people.fields.mask_all, null=True, purpose="organizations.register.sample"
                    ),
                ),
                ("sheets", models.JSONField(default=list)),
                ("columns", models.JSONField(default=dict)),
                ("counts", models.JSONField(default=dict)),
                ("job", models.UUIDField(null=True)),
                ("created_at", models.DateTimeField()),
                ("written_at", models.DateTimeField(null=True)),
                ("undone_at", models.DateTimeField(null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["-created_at", "id"], name="organizations_registers_newest"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["read", "checking", "checked", "writing", "written", "undoing", "undone"])
                        ),
                        name="organizations_register_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ("writing", "written", "undoing", "undone")),
                            ("file__isnull", False),
                            _connector="OR",
                        ),
                        name="organizations_register_file",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "written"), _negated=True),
                            ("written_at__isnull", False),
                            _connector="OR",
                        ),
                        name="organizations_register_written",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RegisterEntry",
            fields=[
                (
                    "organization",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="register_entry",
                        serialize=False,
                        to="organizations.organization",
                    ),
                ),
                ("number", models.CharField(blank=True, max_length=60, verbose_name="Filing number")),
                ("filed_on", models.DateField(null=True, verbose_name="Date of filing")),
                (
                    "filed_exact",
                    models.CharField(
                        blank=True, choices=[("day", "Day"), ("month", "Month"), ("year", "Year")], max_length=5
                    ),
                ),
                ("founded_on", models.DateField(null=True, verbose_name="Founded on")),
                (
                    "founded_exact",
                    models.CharField(
                        blank=True, choices=[("day", "Day"), ("month", "Month"), ("year", "Year")], max_length=5
                    ),
                ),
                ("sort", models.CharField(blank=True, max_length=60, verbose_name="Sort")),
                ("former", models.JSONField(default=list)),
                ("created_at", models.DateTimeField()),
                (
                    "register",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.registerimport"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("filed_exact", ""), ("filed_on__isnull", True)),
                            models.Q(("filed_exact__in", ["day", "month", "year"]), ("filed_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="organizations_entry_filed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("founded_exact", ""), ("founded_on__isnull", True)),
                            models.Q(("founded_exact__in", ["day", "month", "year"]), ("founded_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="organizations_entry_founded",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RegisterMapping",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("area", models.CharField(db_collation="C", max_length=12)),
                ("headings", models.CharField(max_length=71)),
                ("columns", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField()),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("area", "headings"), name="organizations_register_mapping_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="RegisterRow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("sheet", models.CharField(max_length=100, verbose_name="Worksheet")),
                ("number", models.PositiveIntegerField(verbose_name="Row")),
                ("name", models.CharField(blank=True, max_length=100, verbose_name="Name of the organisation")),
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
                            ("code", "Credit code"),
                            ("name", "Name"),
                            ("former", "Former name"),
                            ("phone", "Phone"),
                        ],
                        max_length=8,
                        verbose_name="Known by",
                    ),
                ),
                ("organization", models.UUIDField(null=True)),
                ("of_row", models.PositiveIntegerField(null=True)),
                ("twins", models.JSONField(default=list)),
                ("field", models.CharField(blank=True, max_length=20, verbose_name="Column")),
                ("differs", models.BooleanField(default=False)),
                (
                    "told",
                    shanzhi.people.fields.SealedField(
                        mask=shanzhi.people.fields.mask_all, null=True, purpose="organizations.register.row"
                    ),
                ),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("same", "The same organisation"),
                            ("another", "Another one: new"),
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
                (
                    "register",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="organizations.registerimport",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["register", "outcome", "id"], name="organizations_register_rows"),
                    models.Index(fields=["organization"], name="organizations_register_of"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("register", "sheet", "number"), name="organizations_register_row_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ["new", "merge", "doubtful", "refused"])),
                        name="organizations_register_outcome",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "merge"), _negated=True),
                            models.Q(("organization__isnull", False), models.Q(("mark", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="organizations_register_merge",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARDS, GUARDS_BACK),
    ]
