"""People who were erased, texts as they were agreed to; what is over lets go of the texts about who was erased."""

from django.db import migrations, models

import shanzhi.people.fields
from shanzhi.audit.append_only import append_only

# What is over stays as it was, but for its reasons, once the person whom they are about is erased.
OVER = """
CREATE OR REPLACE FUNCTION people_guard_over() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    about constant uuid := coalesce(to_jsonb(OLD) ->> 'taken_by_id', to_jsonb(OLD) ->> 'person_id')::uuid;
BEGIN
    IF to_jsonb(NEW) - '{reason,ended_reason}'::text[] = to_jsonb(OLD) - '{reason,ended_reason}'::text[]
        AND EXISTS (SELECT FROM people_person WHERE id = about AND erased_at IS NOT NULL)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'this % is over and stays as it was', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""
OVER_BACK = """
CREATE OR REPLACE FUNCTION people_guard_over() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'this % is over and stays as it was', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""
# Who was erased stays so: the row is changed no more.
GONE = """
CREATE FUNCTION people_guard_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'this person was erased: the record stays empty' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER people_person_erased BEFORE UPDATE ON people_person FOR EACH ROW
    WHEN (OLD.erased_at IS NOT NULL) EXECUTE FUNCTION people_guard_erased();
"""
GONE_BACK = """
DROP TRIGGER people_person_erased ON people_person;
DROP FUNCTION people_guard_erased();
"""


class Migration(migrations.Migration):
    """Add the columns and the guards."""

    dependencies = [("people", "0004_safety"), ("audit", "0005_emptied_reasons")]

    operations = [
        migrations.AddField(model_name="person", name="erased_at", field=models.DateTimeField(null=True)),
        migrations.AlterField(
            model_name="person",
            name="name",
            field=shanzhi.people.fields.SealedField(
                editable=False, mask=shanzhi.people.fields.mask_person, purpose="people.person.name"
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(("erased_at__isnull", True))
                | models.Q(
                    ("born_on", None),
                    ("id_mark", None),
                    ("name_mark", None),
                    ("phone_mark", None),
                    ("real_name", "declared"),
                    ("verified_at", None),
                ),
                name="people_person_erased_is_empty",
            ),
        ),
        migrations.CreateModel(
            name="ConsentText",
            fields=[
                ("digest", models.CharField(max_length=71, primary_key=True, serialize=False)),
                ("purpose", models.CharField(max_length=40)),
                ("version", models.CharField(max_length=20)),
                ("title", models.JSONField()),
                ("paragraphs", models.JSONField()),
                ("kept_at", models.DateTimeField()),
            ],
        ),
        append_only("people_consenttext"),
        migrations.RunSQL(OVER, OVER_BACK),
        migrations.RunSQL(GONE, GONE_BACK),
    ]
