"""What a run of matching proposes for requests; which skills and language help with a request."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from shanzhi.audit.append_only import append_only

# What was proposed stays; only the state goes on, as `lifecycle.MATCH` says.
KEPT = """
CREATE FUNCTION timebank_guard_match() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.run_id, NEW.post_id, NEW.member_id, NEW.score, NEW.parts)
        IS DISTINCT FROM (OLD.run_id, OLD.post_id, OLD.member_id, OLD.score, OLD.parts) THEN
        RAISE EXCEPTION 'a pair stays on record' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state <> OLD.state AND NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[
        'asked>answered', 'asked>declined', 'asked>lapsed', 'proposed>asked', 'proposed>dropped'
    ]) THEN
        RAISE EXCEPTION 'timebank_match_move: no way from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.decided_at IS NOT NULL AND (NEW.decided_at, NEW.decided_by_id)
        IS DISTINCT FROM (OLD.decided_at, OLD.decided_by_id)
        OR OLD.answered_at IS NOT NULL AND NEW.answered_at IS DISTINCT FROM OLD.answered_at THEN
        RAISE EXCEPTION 'what was decided and answered stays as it was' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER timebank_match_kept BEFORE UPDATE OR DELETE ON timebank_helpproposal
    FOR EACH ROW EXECUTE FUNCTION timebank_guard_match();
"""
KEPT_BACK = """
DROP TRIGGER timebank_match_kept ON timebank_helpproposal;
DROP FUNCTION timebank_guard_match();
"""

# The lock makes whoever promises upon the request, closes it or asks somebody else wait.
ASKED = """
CREATE FUNCTION timebank_guard_match_asked() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of record;
BEGIN
    SELECT state, sort, author_id, bank_id INTO of FROM timebank_post WHERE id = NEW.post_id FOR NO KEY UPDATE;
    IF of.sort <> 'request' OR of.state <> 'open' OR EXISTS (SELECT FROM timebank_deal d
        WHERE d.post_id = NEW.post_id AND d.state IN ('promised', 'disputed', 'paid', 'settled')) THEN
        RAISE EXCEPTION 'timebank_match_not_open: nobody is asked for this' USING ERRCODE = 'check_violation';
    END IF;
    IF of.author_id = NEW.member_id OR NOT EXISTS (SELECT FROM timebank_member m
        WHERE m.id = NEW.member_id AND m.bank_id = of.bank_id AND m.closed_at IS NULL) THEN
        RAISE EXCEPTION 'timebank_match_member: another member of the bank is asked' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER timebank_match_asked AFTER INSERT OR UPDATE OF state ON timebank_helpproposal
    NOT DEFERRABLE FOR EACH ROW WHEN (NEW.state = 'asked') EXECUTE FUNCTION timebank_guard_match_asked();
"""
ASKED_BACK = """
DROP TRIGGER timebank_match_asked ON timebank_helpproposal;
DROP FUNCTION timebank_guard_match_asked();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("assignments", "0003_matching"),
        ("people", "0012_organizations"),
        ("timebank", "0005_between_guards"),
        ("audit", "0003_tree"),
    ]

    operations = [
        migrations.CreateModel(
            name="HelpProposal",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("score", models.IntegerField(verbose_name="Points")),
                ("parts", models.JSONField(default=list)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "Proposed"),
                            ("asked", "Asked"),
                            ("answered", "Offered to help"),
                            ("declined", "Not this one"),
                            ("lapsed", "Did not answer in time"),
                            ("dropped", "Not asked"),
                        ],
                        default="proposed",
                        max_length=12,
                        verbose_name="State",
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="Reason")),
            ],
        ),
        migrations.CreateModel(
            name="OpenRequest",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("hurdles", models.JSONField(default=list)),
                ("engaged", models.JSONField(default=list)),
            ],
        ),
        migrations.AddField(
            model_name="post",
            name="language",
            field=models.CharField(
                blank=True,
                choices=[
                    ("mandarin", "Standard Chinese"),
                    ("dialect", "The local dialect"),
                    ("sign", "Chinese sign language"),
                    ("english", "English"),
                    ("other_chinese", "Another dialect of Chinese"),
                    ("minority", "A language of another people of China"),
                    ("japanese", "Japanese"),
                    ("korean", "Korean"),
                    ("russian", "Russian"),
                    ("french", "French"),
                    ("german", "German"),
                    ("spanish", "Spanish"),
                    ("arabic", "Arabic"),
                ],
                db_default="",
                default="",
                max_length=16,
                verbose_name="Language",
            ),
        ),
        migrations.AddField(
            model_name="post",
            name="skills",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=40),
                db_default=models.Value(
                    [], django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), size=None)
                ),
                default=list,
                size=None,
                verbose_name="Skills that help",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "language__in",
                        [
                            "",
                            "mandarin",
                            "dialect",
                            "sign",
                            "english",
                            "other_chinese",
                            "minority",
                            "japanese",
                            "korean",
                            "russian",
                            "french",
                            "german",
                            "spanish",
                            "arabic",
                        ],
                    )
                ),
                name="timebank_post_language",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(("sort", "request"), models.Q(("language", ""), ("skills", [])), _connector="OR"),
                name="timebank_post_fit",
            ),
        ),
        migrations.AddField(
            model_name="helpproposal",
            name="decided_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
            ),
        ),
        migrations.AddField(
            model_name="helpproposal",
            name="member",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="proposals", to="timebank.member"
            ),
        ),
        migrations.AddField(
            model_name="helpproposal",
            name="post",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="proposals", to="timebank.post"
            ),
        ),
        migrations.AddField(
            model_name="helpproposal",
            name="run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="help_proposals", to="assignments.run"
            ),
        ),
        migrations.AddField(
            model_name="openrequest",
            name="post",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="timebank.post"),
        ),
        migrations.AddField(
            model_name="openrequest",
            name="run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="open_requests", to="assignments.run"
            ),
        ),
        migrations.AddIndex(
            model_name="helpproposal",
            index=models.Index(fields=["run", "state"], name="timebank_matches_of"),
        ),
        migrations.AddIndex(
            model_name="helpproposal",
            index=models.Index(fields=["member", "state"], name="timebank_matches_for"),
        ),
        migrations.AddIndex(
            model_name="helpproposal",
            index=models.Index(fields=["post", "state"], name="timebank_matches_upon"),
        ),
        migrations.AddIndex(
            model_name="helpproposal",
            index=models.Index(
                condition=models.Q(("state__in", ("proposed", "asked"))), fields=["post"], name="timebank_matches_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="helpproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["proposed", "asked", "answered", "declined", "lapsed", "dropped"])),
                name="timebank_match_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="helpproposal",
            constraint=models.UniqueConstraint(fields=("run", "post", "member"), name="timebank_match_once"),
        ),
        migrations.AddConstraint(
            model_name="helpproposal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "asked")), fields=("post",), name="timebank_match_asked_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="helpproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("answered_at__isnull", True),
                        ("decided_at__isnull", True),
                        ("reason", ""),
                        ("state", "proposed"),
                    ),
                    models.Q(
                        ("answered_at__isnull", True), ("decided_at__isnull", False), ("reason", ""), ("state", "asked")
                    ),
                    models.Q(
                        ("answered_at__isnull", True),
                        ("decided_at__isnull", False),
                        ("reason__regex", "\\S"),
                        ("state", "dropped"),
                    ),
                    models.Q(
                        ("answered_at__gte", models.F("decided_at")),
                        ("decided_at__isnull", False),
                        ("reason", ""),
                        ("state", "answered"),
                    ),
                    models.Q(
                        ("answered_at__gte", models.F("decided_at")),
                        ("decided_at__isnull", False),
                        ("state", "declined"),
                    ),
                    models.Q(
                        ("answered_at__isnull", True),
                        ("decided_at__isnull", False),
                        ("reason__regex", "\\S"),
                        ("state", "lapsed"),
                    ),
                    _connector="OR",
                ),
                name="timebank_match_dates",
            ),
        ),
        migrations.AddConstraint(
            model_name="openrequest",
            constraint=models.UniqueConstraint(fields=("run", "post"), name="timebank_open_request_once"),
        ),
        migrations.RunSQL(KEPT, KEPT_BACK),
        migrations.RunSQL(ASKED, ASKED_BACK),
        append_only("timebank_openrequest"),
    ]
