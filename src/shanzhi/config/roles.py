"""Who may do what in the database: a superuser for upkeep, the owner of the tables, and the site.

The site reads and writes rows and nothing else, so that SQL run as the site, by whatever gap, drops no guard, empties
no table, shadows none by a temporary one and changes no row of a table that only grows. Migrations run as the owner.
Tables whose comment says BY_FUNCTION the site only reads: functions that run with the owner's rights write them.
What the site may do is read off the catalogue after each migration, so a new table needs no list of its rights.
"""

from typing import Any, Final

import psycopg
from psycopg import sql

SUPERUSER: Final = "postgres"
OWNER: Final = "shanzhi_owner"
ROLE: Final = "shanzhi"
DATABASE: Final = "shanzhi"
GUARD: Final = "audit_refuse_change"  # whose trigger on UPDATE and DELETE makes a table append-only
BY_FUNCTION: Final = "written by functions only"

# In one transaction: whoever reads meanwhile has the old rights or the new, never none. The bits of `tgtype` are those
# of PostgreSQL's pg_trigger.h: 1 for each row, 8 DELETE, 16 UPDATE.
_GRANT: Final = """
DO $grant$
DECLARE
    site constant text := quote_ident({site});
    rights text;
    one record;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('shanzhi.rights'));
    EXECUTE format('REVOKE CREATE, TEMPORARY ON DATABASE %I FROM PUBLIC, %s', current_database(), site);
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO %s', current_database(), site);
    EXECUTE format('REVOKE CREATE ON SCHEMA public FROM PUBLIC, %s', site);
    EXECUTE format('GRANT USAGE ON SCHEMA public TO %s', site);
    FOR one IN
        SELECT c.oid::regclass AS name, c.relkind AS kind, c.relname = 'django_migrations' AS told,
            coalesce(bit_or(t.tgtype::int), 0) AS refused,
            obj_description(c.oid, 'pg_class') IS NOT DISTINCT FROM {by_function} AS by_function
        FROM pg_class c LEFT JOIN pg_trigger t ON t.tgrelid = c.oid AND t.tgtype & 1 = 1 AND t.tgqual IS NULL
            AND t.tgattr = ''::int2vector AND t.tgfoid = to_regproc({guard})
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
            AND pg_has_role(c.relowner, 'USAGE')
        GROUP BY c.oid ORDER BY c.oid
    LOOP
        IF one.kind = 'S' THEN
            EXECUTE format('REVOKE ALL ON SEQUENCE %s FROM PUBLIC, %s', one.name, site);
            EXECUTE format('GRANT USAGE, SELECT ON SEQUENCE %s TO %s', one.name, site);
            CONTINUE;
        END IF;
        rights := 'SELECT';
        IF one.kind IN ('r', 'p') AND NOT one.told AND NOT one.by_function THEN
            rights := rights || ', INSERT';
            IF one.refused & 16 = 0 THEN
                rights := rights || ', UPDATE';
            END IF;
            IF one.refused & 8 = 0 THEN
                rights := rights || ', DELETE';
            END IF;
        END IF;
        EXECUTE format('REVOKE ALL ON TABLE %s FROM PUBLIC, %s', one.name, site);
        EXECUTE format('GRANT %s ON TABLE %s TO %s', rights, one.name, site);
    END LOOP;
    FOR one IN
        SELECT p.oid::regprocedure AS name, p.prorettype = 'trigger'::regtype AS fires
        FROM pg_proc p
        WHERE p.pronamespace = 'public'::regnamespace AND pg_has_role(p.proowner, 'USAGE')
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    LOOP
        EXECUTE format('REVOKE ALL ON ROUTINE %s FROM PUBLIC, %s', one.name, site);
        IF NOT one.fires THEN
            EXECUTE format('GRANT EXECUTE ON ROUTINE %s TO %s', one.name, site);
        END IF;
    END LOOP;
END $grant$
"""


def ensure(connection: psycopg.Connection[Any]) -> None:
    """Make the roles and the database where they are missing; `connection` is the superuser's, in autocommit."""
    for role in (OWNER, ROLE):
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
        command = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0")
        connection.execute(command.format(sql.Identifier(DATABASE), sql.Identifier(OWNER)))


def take_over(connection: psycopg.Connection[Any]) -> None:
    """Give the owner what the site still owns, as it did in the first version; the superuser's, in the database."""
    command = sql.SQL("REASSIGN OWNED BY {} TO {}")
    connection.execute(command.format(sql.Identifier(ROLE), sql.Identifier(OWNER)))


def grant(cursor: Any, *, site: str) -> None:
    """Give the site exactly its rights on all that the connected role owns; again, it changes nothing."""
    command = sql.SQL(_GRANT).format(
        site=sql.Literal(site), guard=sql.Literal(f"public.{GUARD}"), by_function=sql.Literal(BY_FUNCTION)
    )
    cursor.execute(command)
