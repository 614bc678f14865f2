"""What the guards let go of when a person is erased: own words, and the person's name in versions of own proposals.

The site may change no version. The function runs as the owner of the tables, for who was erased alone: it takes the
versions of drafts that were never handed in, and words out of the others.
"""

from importlib import import_module

from django.db import migrations

import shanzhi.people.fields

VERSIONS = """
CREATE FUNCTION ventures_forget_versions(whose uuid, words text[], mark text) RETURNS text[] LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    one record;
    word text;
    told text;
    touched text[] := '{}';
BEGIN
    IF NOT EXISTS (SELECT FROM people_person WHERE id = whose AND erased_at IS NOT NULL) THEN
        RAISE EXCEPTION 'versions let go of nobody but who was erased' USING ERRCODE = 'restrict_violation';
    END IF;
    PERFORM set_config('shanzhi.forgetting', 'ventures_proposalversion', true);
    FOR one IN
        SELECT v.id, v.content::text AS content, p.state = 'draft' AND p.number IS NULL AND p.contact_id = whose AS draft
        FROM ventures_proposalversion v JOIN ventures_proposal p ON p.id = v.proposal_id
        WHERE p.contact_id = whose OR EXISTS (
            SELECT FROM ventures_teammember m WHERE m.proposal_id = p.id AND m.person_id = whose
        )
    LOOP
        told := one.content;
        FOREACH word IN ARRAY words LOOP
            told := replace(told, word, mark);
        END LOOP;
        IF one.draft THEN
            DELETE FROM ventures_proposalversion WHERE id = one.id;
        ELSIF told <> one.content THEN
            UPDATE ventures_proposalversion SET content = told::jsonb WHERE id = one.id;
        ELSE
            CONTINUE;
        END IF;
        touched := touched || one.id::text;
    END LOOP;
    PERFORM set_config('shanzhi.forgetting', '', true);
    RETURN touched;
END $$;
"""
VERSIONS_BACK = "DROP FUNCTION ventures_forget_versions(uuid, text[], text);"

# The guards of comments and disputes as they were, with the one case before all else in which words may go.
_COMMENTS = import_module("shanzhi.ventures.migrations.0010_voice_guards").COMMENTS
_DISPUTES = import_module("shanzhi.ventures.migrations.0008_dispute_guards").KEEP
COMMENT_GOES = """
    IF TG_OP = 'UPDATE' THEN
        IF NEW.text = '' AND NEW.state = 'withdrawn'
            AND to_jsonb(NEW) - '{text,state,changed_at}'::text[] = to_jsonb(OLD) - '{text,state,changed_at}'::text[]
            AND EXISTS (SELECT FROM people_person WHERE id = OLD.author_id AND erased_at IS NOT NULL)
        THEN
            RETURN NEW;
        END IF;
    END IF;
"""
DISPUTE_GOES = """
    IF TG_OP = 'UPDATE' THEN
        IF NEW.text <> '' AND to_jsonb(NEW) - 'text' = to_jsonb(OLD) - 'text'
            AND EXISTS (SELECT FROM people_person WHERE id = OLD.filed_by_id AND erased_at IS NOT NULL)
        THEN
            RETURN NEW;
        END IF;
    END IF;
"""


def guard(statements: str, door: str = "") -> str:
    """Give the statement that replaces a guard's function in place, with a door at its head."""
    function = statements[: statements.index("END $$;")] + "END $$;"
    return function.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION").replace(
        "BEGIN\n", f"BEGIN{door or chr(10)}", 1
    )


class Migration(migrations.Migration):
    """Put the doors in."""

    dependencies = [("ventures", "0010_voice_guards"), ("people", "0005_rights")]

    operations = [
        migrations.AlterField(
            model_name="teammember",
            name="name",
            field=shanzhi.people.fields.SealedField(
                editable=False, mask=shanzhi.people.fields.mask_person, purpose="ventures.teammember.name"
            ),
        ),
        migrations.RunSQL(VERSIONS, VERSIONS_BACK),
        migrations.RunSQL(guard(_COMMENTS, COMMENT_GOES), guard(_COMMENTS)),
        migrations.RunSQL(guard(_DISPUTES, DISPUTE_GOES), guard(_DISPUTES)),
    ]
