"""What was copied from a proposal into notices and onto the ballot goes when one of its team is erased.

The site may change none of these tables. The function runs as their owner, for who was erased alone and for the own
handed-in proposals alone, and takes words out of: title, team and reason of leaving in public notices, the summary on
the ballot, and the reason of leaving beside the counts. Figures, numbers, days and the titles on the ballot stay: a
count, and the file by which anyone repeats it, rests on them.
"""

from django.db import migrations

COPIES = """
CREATE FUNCTION ventures_without(told text, words text[], mark text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    word text;
BEGIN
    FOREACH word IN ARRAY words LOOP
        told := replace(told, word, mark);
    END LOOP;
    RETURN told;
END $$;

CREATE FUNCTION ventures_notice_without(n ventures_notice, number integer, code text, words text[], mark text)
    RETURNS jsonb LANGUAGE plpgsql IMMUTABLE SET search_path = public, pg_temp AS $$
DECLARE
    found jsonb := n.content;
    place text[];
    part text;
BEGIN
    IF n.kind = 'passed' THEN
        FOR i IN 0 .. jsonb_array_length(coalesce(found -> 'proposals', '[]')) - 1 LOOP
            CONTINUE WHEN (found #>> ARRAY['proposals', i::text, 'number'])::integer IS DISTINCT FROM number;
            FOREACH part IN ARRAY ARRAY['title', 'team'] LOOP
                place := ARRAY['proposals', i::text, part];
                IF found #>> place IS NOT NULL THEN
                    found := jsonb_set(found, place, to_jsonb(ventures_without(found #>> place, words, mark)));
                END IF;
            END LOOP;
        END LOOP;
    ELSE
        place := CASE n.kind WHEN 'left' THEN ARRAY['title'] ELSE ARRAY['titles', code] END;
        IF found #>> place IS NOT NULL THEN
            found := jsonb_set(found, place, to_jsonb(ventures_without(found #>> place, words, mark)));
        END IF;
    END IF;
    RETURN found;
END $$;

CREATE FUNCTION ventures_forget_copies(whose uuid, words text[], mark text)
    RETURNS TABLE (relation text, key text) LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    own record;
BEGIN
    IF NOT EXISTS (SELECT FROM people_person WHERE id = whose AND erased_at IS NOT NULL) THEN
        RAISE EXCEPTION 'copies let go of nobody but who was erased' USING ERRCODE = 'restrict_violation';
    END IF;
    FOR own IN
        SELECT p.call_id, p.number, c.poll_id,
            coalesce(nullif(p.code, ''), lpad(p.number::text, greatest(3, length(p.number::text)), '0')) AS code
        FROM ventures_proposal p JOIN ventures_call c ON c.id = p.call_id
        WHERE p.number IS NOT NULL AND (p.contact_id = whose OR EXISTS (
            SELECT FROM ventures_teammember m WHERE m.proposal_id = p.id AND m.person_id = whose
        ))
    LOOP
        PERFORM set_config('shanzhi.forgetting', 'ventures_notice', true);
        RETURN QUERY
            WITH said AS (
                SELECT n.id, ventures_notice_without(n, own.number, own.code, words, mark) AS content,
                    CASE WHEN n.kind = 'left' THEN ventures_without(n.title, words, mark) ELSE n.title END AS title,
                    CASE WHEN n.kind = 'left' THEN ventures_without(n.body, words, mark) ELSE n.body END AS body
                FROM ventures_notice n
                WHERE n.call_id = own.call_id AND (n.kind IN ('passed', 'succession')
                    OR (n.kind = 'left' AND (n.content ->> 'number')::integer = own.number))
            )
            UPDATE ventures_notice n SET title = said.title, body = said.body, content = said.content FROM said
                WHERE n.id = said.id
                    AND (n.title, n.body, n.content) IS DISTINCT FROM (said.title, said.body, said.content)
                RETURNING 'ventures_notice', n.id::text;
        PERFORM set_config('shanzhi.forgetting', 'voting_option', true);
        RETURN QUERY
            UPDATE voting_option o SET summary = ventures_without(o.summary, words, mark)
                WHERE o.poll_id = own.poll_id AND o.code = own.code
                    AND o.summary <> ventures_without(o.summary, words, mark)
                RETURNING 'voting_option', o.id::text;
        PERFORM set_config('shanzhi.forgetting', 'voting_leftoption', true);
        RETURN QUERY
            UPDATE voting_leftoption l SET reason = ventures_without(l.reason, words, mark) FROM voting_option o
                WHERE l.option_id = o.id AND o.poll_id = own.poll_id AND o.code = own.code
                    AND l.reason <> ventures_without(l.reason, words, mark)
                RETURNING 'voting_leftoption', l.id::text;
        PERFORM set_config('shanzhi.forgetting', '', true);
    END LOOP;
END $$;
"""
BACK = """
DROP FUNCTION ventures_forget_copies(uuid, text[], text);
DROP FUNCTION ventures_notice_without(ventures_notice, integer, text, text[], text);
DROP FUNCTION ventures_without(text, text[], text);
"""


class Migration(migrations.Migration):
    """Put the function in."""

    dependencies = [("ventures", "0034_answers_go"), ("voting", "0022_copies_go")]

    operations = [migrations.RunSQL(COPIES, BACK)]
