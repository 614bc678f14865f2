"""Sessions listed and ended, the way back by two officers, invitations, the yearly review of roles."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import shanzhi.kernel.identifiers
import shanzhi.people.fields

# What is over stays as it was: an invitation that was taken or taken back, a recovery that was finished or stopped.
# A second factor is removed only by a recovery that a second officer approved, and after its time of waiting.
GUARDS = """
CREATE FUNCTION people_guard_over() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'this % is over and stays as it was', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER people_invitation_over BEFORE UPDATE ON people_invitation FOR EACH ROW
    WHEN (OLD.state <> 'open') EXECUTE FUNCTION people_guard_over();
CREATE TRIGGER people_recovery_over BEFORE UPDATE ON people_recovery FOR EACH ROW
    WHEN (OLD.state IN ('done', 'stopped')) EXECUTE FUNCTION people_guard_over();
CREATE FUNCTION people_guard_recovery() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a second factor is removed after two officers and a time of waiting'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER people_recovery_begins BEFORE INSERT ON people_recovery FOR EACH ROW
    WHEN (NEW.state <> 'asked') EXECUTE FUNCTION people_guard_recovery();
CREATE TRIGGER people_recovery_waits BEFORE UPDATE ON people_recovery FOR EACH ROW
    WHEN (NEW.state = 'done' AND (OLD.state <> 'waiting' OR NOT coalesce(NEW.ended_at >= OLD.ready_at, false)))
    EXECUTE FUNCTION people_guard_recovery();
"""
GUARDS_BACK = """
DROP TRIGGER people_invitation_over ON people_invitation;
DROP TRIGGER people_recovery_over ON people_recovery;
DROP TRIGGER people_recovery_begins ON people_recovery;
DROP TRIGGER people_recovery_waits ON people_recovery;
DROP FUNCTION people_guard_over();
DROP FUNCTION people_guard_recovery();
"""


# Roles given before reviews existed are all due at once, but none lapses before people had the time of grace to see it.
DUE_NOT_LAPSED = """
UPDATE people_rolegrant SET confirmed_at = now() - interval '365 days'
    WHERE starts_at < now() - interval '365 days' AND (ends_at IS NULL OR ends_at > now());
"""


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0003_lists"),
    ]

    operations = [
        migrations.AddField(
            model_name="account",
            name="session_count",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="rolegrant",
            name="confirmed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "phone",
                    shanzhi.people.fields.SealedField(
                        mask=shanzhi.kernel.identifiers.mask_phone, null=True, purpose="people.invitation.phone"
                    ),
                ),
                ("phone_mark", models.BinaryField(db_index=True, max_length=32, null=True)),
                ("role", models.CharField(max_length=24)),
                ("area", models.CharField(blank=True, db_collation="C", max_length=21)),
                ("reason", models.TextField()),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Waits to be taken up"), ("taken", "Taken up"), ("ended", "Taken back")],
                        default="open",
                        max_length=12,
                    ),
                ),
                ("secret", models.CharField(max_length=64, unique=True)),
                ("code", models.CharField(max_length=64)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "invited_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "taken_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["area", "-created_at"], name="people_invitation_area")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "taken"), ("taken_by__isnull", False)),
                            models.Q(models.Q(("state", "taken"), _negated=True), ("taken_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="people_invitation_taken_by",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Recovery",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Document seen by one officer"),
                            ("waiting", "Confirmed by a second officer, waiting"),
                            ("done", "Second factor removed"),
                            ("stopped", "Stopped"),
                        ],
                        default="asked",
                        max_length=12,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("document", models.CharField(max_length=40)),
                ("reason", models.TextField()),
                ("approved_at", models.DateTimeField(null=True)),
                ("ready_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_reason", models.TextField(blank=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recoveries",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "approved_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("asked", "waiting"))),
                        fields=("account",),
                        name="people_recovery_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("asked_by", models.F("person")), _negated=True),
                            models.Q(("approved_by", models.F("person")), _negated=True),
                            models.Q(("approved_by", models.F("asked_by")), _negated=True),
                        ),
                        name="people_recovery_two_officers",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ("waiting", "done")), _negated=True),
                            models.Q(("approved_by__isnull", False), ("ready_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="people_recovery_approved",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SignIn",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("session_key", models.CharField(blank=True, db_index=True, max_length=40)),
                ("device", models.CharField(blank=True, max_length=60)),
                ("network", models.CharField(max_length=12)),
                ("started_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_why", models.CharField(blank=True, max_length=12)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sign_ins",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["account", "-started_at"], name="people_signin_account")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ended_at__isnull", True), ("session_key", ""), _connector="OR"),
                        name="people_signin_ended_without_key",
                    )
                ],
            },
        ),
        migrations.RunSQL(DUE_NOT_LAPSED, migrations.RunSQL.noop),
        migrations.RunSQL(GUARDS, GUARDS_BACK),
    ]
