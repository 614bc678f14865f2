"""What the database holds of seats: a person has one that runs, who leads has none, and nothing given is written over.

A person whose records were merged is one person. Merging two records rewrites no seat, so the guard looks at what is
given from then on; each record keeps what it had, for when the merge is undone.
"""

from django.db import migrations

GUARDS = """
CREATE FUNCTION ventures_home_of(asked uuid) RETURNS uuid LANGUAGE sql STABLE AS
    'SELECT coalesce(p.merged_into_id, p.id) FROM people_person p WHERE p.id = asked';

CREATE FUNCTION ventures_keep_seat() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    home uuid := ventures_home_of(NEW.person_id);
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.ended_at IS NOT NULL OR (NEW.proposal_id, NEW.person_id, NEW.role, NEW.given_by_id, NEW.since)
            IS DISTINCT FROM (OLD.proposal_id, OLD.person_id, OLD.role, OLD.given_by_id, OLD.since) THEN
            RAISE EXCEPTION 'a seat stays as it was given' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.ended_at IS NULL THEN
        PERFORM FROM ventures_proposal WHERE id = NEW.proposal_id FOR SHARE;  -- no hand-over meanwhile
        IF home = (SELECT ventures_home_of(contact_id) FROM ventures_proposal WHERE id = NEW.proposal_id) THEN
            RAISE EXCEPTION 'the contact person has no seat beside' USING ERRCODE = 'restrict_violation';
        END IF;
        IF EXISTS (SELECT FROM ventures_teamseat s WHERE s.proposal_id = NEW.proposal_id AND s.ended_at IS NULL
                AND s.id <> NEW.id AND ventures_home_of(s.person_id) = home) THEN
            RAISE EXCEPTION 'the person has a seat in this team' USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ventures_seat_keep BEFORE INSERT OR UPDATE ON ventures_teamseat FOR EACH ROW
    EXECUTE FUNCTION ventures_keep_seat();

CREATE FUNCTION ventures_keep_contact() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM ventures_teamseat WHERE proposal_id = NEW.id AND ended_at IS NULL
            AND ventures_home_of(person_id) = ventures_home_of(NEW.contact_id)) THEN
        RAISE EXCEPTION 'the contact person has no seat beside' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ventures_proposal_contact_seat BEFORE UPDATE OF contact_id ON ventures_proposal FOR EACH ROW
    WHEN (NEW.contact_id IS DISTINCT FROM OLD.contact_id)
    EXECUTE FUNCTION ventures_keep_contact();

CREATE FUNCTION ventures_keep_seatlink() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an invitation stays as it was given' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER ventures_seatlink_keep BEFORE UPDATE ON ventures_teaminvitation FOR EACH ROW
    WHEN (OLD.ended_at IS NOT NULL OR (NEW.proposal_id, NEW.role, NEW.secret, NEW.made_by_id, NEW.created_at,
        NEW.expires_at) IS DISTINCT FROM (OLD.proposal_id, OLD.role, OLD.secret, OLD.made_by_id, OLD.created_at,
        OLD.expires_at))
    EXECUTE FUNCTION ventures_keep_seatlink();
"""
BACK = """
DROP TRIGGER ventures_seatlink_keep ON ventures_teaminvitation;
DROP FUNCTION ventures_keep_seatlink();
DROP TRIGGER ventures_proposal_contact_seat ON ventures_proposal;
DROP FUNCTION ventures_keep_contact();
DROP TRIGGER ventures_seat_keep ON ventures_teamseat;
DROP FUNCTION ventures_keep_seat();
DROP FUNCTION ventures_home_of(uuid);
"""


class Migration(migrations.Migration):
    dependencies = [("ventures", "0031_seats")]

    operations = [migrations.RunSQL(GUARDS, BACK)]
