"""Roles and invitations name organisations that are on record and open; a closed organisation stays as it was.

Nothing kept the number of a role's organisation to anything before, so old rows may name organisations that nobody put
on record. They stay as they are: the key holds for what is written from now on, and such a role ends as any other.
"""

from django.db import migrations

KEYS = """
ALTER TABLE people_rolegrant ADD CONSTRAINT organizations_role_key FOREIGN KEY (organization)
    REFERENCES organizations_organization (id) DEFERRABLE INITIALLY DEFERRED NOT VALID;
ALTER TABLE people_invitation ADD CONSTRAINT organizations_invitation_key FOREIGN KEY (organization)
    REFERENCES organizations_organization (id) DEFERRABLE INITIALLY DEFERRED;
"""
KEYS_BACK = """
ALTER TABLE people_invitation DROP CONSTRAINT organizations_invitation_key;
ALTER TABLE people_rolegrant DROP CONSTRAINT organizations_role_key;
"""

# The lock on the organisation lets no closing slip in between the look and the commit.
GUARDS = """
CREATE FUNCTION organizations_guard_role() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ended timestamptz;
BEGIN
    IF NEW.role NOT IN ('volunteer', 'team_leader', 'operator') THEN
        RAISE EXCEPTION 'organizations_role_of_an_area: % is held in an area', NEW.role USING ERRCODE = 'check_violation';
    END IF;
    SELECT closed_at INTO ended FROM organizations_organization WHERE id = NEW.organization FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'organizations_role_nowhere: no such organisation' USING ERRCODE = 'foreign_key_violation';
    END IF;
    IF ended IS NOT NULL THEN
        RAISE EXCEPTION 'organizations_role_in_closed: it takes no roles' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER organizations_role_given BEFORE INSERT ON people_rolegrant
    FOR EACH ROW WHEN (NEW.organization IS NOT NULL) EXECUTE FUNCTION organizations_guard_role();
CREATE TRIGGER organizations_role_moved BEFORE UPDATE ON people_rolegrant
    FOR EACH ROW WHEN (NEW.organization IS NOT NULL AND (
        (NEW.organization, NEW.role) IS DISTINCT FROM (OLD.organization, OLD.role)
        OR OLD.ends_at IS NOT NULL AND (NEW.ends_at IS NULL OR NEW.ends_at > OLD.ends_at)
    )) EXECUTE FUNCTION organizations_guard_role();

CREATE FUNCTION organizations_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.closed_at IS NOT NULL THEN
        RAISE EXCEPTION 'an organisation stays on record, a closed one as it was' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.closed_at IS NOT NULL AND EXISTS (SELECT FROM people_rolegrant g WHERE g.organization = NEW.id
        AND (g.ends_at IS NULL OR g.ends_at > greatest(NEW.closed_at, g.starts_at + interval '1 microsecond'))) THEN
        RAISE EXCEPTION 'organizations_closed_without_roles: roles in it end first' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER organizations_kept BEFORE UPDATE OR DELETE ON organizations_organization
    FOR EACH ROW EXECUTE FUNCTION organizations_guard();
"""
GUARDS_BACK = """
DROP TRIGGER organizations_kept ON organizations_organization;
DROP FUNCTION organizations_guard();
DROP TRIGGER organizations_role_moved ON people_rolegrant;
DROP TRIGGER organizations_role_given ON people_rolegrant;
DROP FUNCTION organizations_guard_role();
"""


class Migration(migrations.Migration):
    dependencies = [("organizations", "0001_initial"), ("people", "0012_organizations")]

    operations = [migrations.RunSQL(KEYS, KEYS_BACK), migrations.RunSQL(GUARDS, GUARDS_BACK)]
