"""Guardian links, and the consents that guardians give for minors; minors hold no role of grown-ups."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import shanzhi.people.fields

# The ages hold on the day on which staff saw the document, in the time of the place, and full years count as people
# count them: `age` makes who was born on 29 February a year older on 1 March.
GUARDS = """
CREATE FUNCTION people_guard_guardianship_new() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    day constant timestamp := date_trunc('day', NEW.verified_at AT TIME ZONE 'Asia/Shanghai');
BEGIN
    IF NOT EXISTS (SELECT FROM people_person WHERE id = NEW.ward_id AND extract(year FROM age(day, born_on)) < 18) THEN
        RAISE EXCEPTION 'the ward of a guardian is known to be under 18' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NOT EXISTS (
        SELECT FROM people_person
        WHERE id = NEW.guardian_id AND real_name <> 'declared' AND extract(year FROM age(day, born_on)) >= 18
    ) THEN
        RAISE EXCEPTION 'a guardian is a grown-up whose real name is verified' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER people_guardianship_new BEFORE INSERT ON people_guardianship FOR EACH ROW
    EXECUTE FUNCTION people_guard_guardianship_new();

-- What was verified stays: a link is ended, not changed. The last characters of the document may be sealed under a newer
-- key or dropped; the reason of an end is dropped with the person whom it tells of.
CREATE FUNCTION people_guard_guardianship() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free constant text[] := CASE WHEN OLD.ended_at IS NULL
        THEN '{document_tail,ended_at,ended_by_id,ended_reason}'::text[] ELSE '{document_tail,ended_reason}'::text[] END;
BEGIN
    IF to_jsonb(NEW) - free <> to_jsonb(OLD) - free
        OR NOT coalesce(NEW.document_tail IS NULL OR NEW.document_tail = OLD.document_tail
            OR get_byte(NEW.document_tail, 0) > get_byte(OLD.document_tail, 0), false)
        OR (OLD.ended_at IS NOT NULL AND NEW.ended_reason <> OLD.ended_reason AND NOT (
            NEW.ended_reason = '' AND EXISTS (
                SELECT FROM people_person WHERE id IN (OLD.ward_id, OLD.guardian_id) AND erased_at IS NOT NULL)))
    THEN
        RAISE EXCEPTION 'a guardian link stays as it was verified; end it and make another'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER people_guardianship_stays BEFORE UPDATE ON people_guardianship FOR EACH ROW
    EXECUTE FUNCTION people_guard_guardianship();

CREATE FUNCTION people_guard_consent_of_ward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM people_guardianship WHERE id = NEW.guardianship_id AND ward_id = NEW.person_id) THEN
        RAISE EXCEPTION 'a guardian consents for the own ward alone' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER people_consent_of_ward BEFORE INSERT OR UPDATE ON people_consent FOR EACH ROW
    WHEN (NEW.guardianship_id IS NOT NULL) EXECUTE FUNCTION people_guard_consent_of_ward();

CREATE FUNCTION people_guard_role_of_minor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM people_person WHERE id = NEW.person_id AND extract(year FROM
            age(date_trunc('day', NEW.starts_at AT TIME ZONE 'Asia/Shanghai'), born_on)) < 18
    ) THEN
        RAISE EXCEPTION 'jurors and staff are grown-ups' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER people_rolegrant_of_minor BEFORE INSERT ON people_rolegrant FOR EACH ROW
    WHEN (NEW.role NOT IN ('volunteer', 'team_leader')) EXECUTE FUNCTION people_guard_role_of_minor();
"""
GUARDS_BACK = """
DROP TRIGGER people_guardianship_new ON people_guardianship;
DROP TRIGGER people_guardianship_stays ON people_guardianship;
DROP TRIGGER people_consent_of_ward ON people_consent;
DROP TRIGGER people_rolegrant_of_minor ON people_rolegrant;
DROP FUNCTION people_guard_guardianship_new();
DROP FUNCTION people_guard_guardianship();
DROP FUNCTION people_guard_consent_of_ward();
DROP FUNCTION people_guard_role_of_minor();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0007_erased_stays_empty"),
    ]

    operations = [
        migrations.CreateModel(
            name="Guardianship",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("parent", "Father or mother"),
                            ("relative", "Grandparent, grown brother or sister"),
                            ("other", "Another person, agreed to or appointed"),
                            ("institution", "For the residents' committee or the civil affairs department"),
                        ],
                        max_length=12,
                    ),
                ),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(null=True)),
                (
                    "document",
                    models.CharField(
                        choices=[
                            ("household_register", "Household register"),
                            ("birth_certificate", "Birth certificate"),
                            ("court_decision", "Decision of a court"),
                            ("appointment", "Appointment by the residents' committee or the civil affairs department"),
                            ("will_or_agreement", "Will of the parents, or agreement among those entitled"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "document_tail",
                    shanzhi.people.fields.SealedField(
                        mask=shanzhi.people.fields.mask_tail, null=True, purpose="people.guardianship.document_tail"
                    ),
                ),
                ("verified_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_reason", models.TextField(blank=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="consent",
            name="people_consent_once",
        ),
        migrations.AddField(
            model_name="consent",
            name="withdrawn_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
            ),
        ),
        migrations.AddField(
            model_name="guardianship",
            name="ended_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
            ),
        ),
        migrations.AddField(
            model_name="guardianship",
            name="guardian",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="wardships", to="people.person"
            ),
        ),
        migrations.AddField(
            model_name="guardianship",
            name="verified_by",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"),
        ),
        migrations.AddField(
            model_name="guardianship",
            name="ward",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="guardianships", to="people.person"
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="guardianship",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="consents",
                to="people.guardianship",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("withdrawn_at__isnull", True)),
                fields=("person", "guardianship", "purpose", "text_version"),
                name="people_consent_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(("guardianship__isnull", True), ("purpose", "minor"), _connector="XOR"),
                name="people_consent_of_whom",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(("withdrawn_at__isnull", False), ("withdrawn_by__isnull", True), _connector="OR"),
                name="people_consent_withdrawn_by",
            ),
        ),
        migrations.AddIndex(
            model_name="guardianship",
            index=models.Index(fields=["-verified_at", "id"], name="people_guardianship_newest"),
        ),
        migrations.AddConstraint(
            model_name="guardianship",
            constraint=models.CheckConstraint(
                condition=models.Q(("ward", models.F("guardian")), _negated=True),
                name="people_guardianship_not_oneself",
            ),
        ),
        migrations.AddConstraint(
            model_name="guardianship",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("verified_by", models.F("ward")), _negated=True),
                    models.Q(("verified_by", models.F("guardian")), _negated=True),
                ),
                name="people_guardianship_by_a_third",
            ),
        ),
        migrations.AddConstraint(
            model_name="guardianship",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__isnull", True), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                name="people_guardianship_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="guardianship",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_at__isnull", False),
                    models.Q(("ended_by__isnull", True), ("ended_reason", "")),
                    _connector="OR",
                ),
                name="people_guardianship_ended",
            ),
        ),
        migrations.AddConstraint(
            model_name="guardianship",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("ward", "guardian"),
                name="people_guardianship_once",
            ),
        ),
        migrations.RunSQL(GUARDS, GUARDS_BACK),
    ]
