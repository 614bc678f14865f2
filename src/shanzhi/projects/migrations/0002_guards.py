"""What was handed in, given, decided and held stays: the database holds it, whoever writes.

Words may still change, since erasing a person takes names out of them; figures, marks, days and who did it may not.
"""

from django.db import migrations

from shanzhi.audit.append_only import append_only

# Tables whose rows stay, with the columns that never change.
FIXED = {
    "projects_report": "project_id, kind, number, held, attended, rated, handed_in_by_id, handed_in_at",
    "projects_sheet": "report_id, reviewer_id, points, mark, created_at",
    "projects_decision": "report_id, outcome, mark, decided_by_id, decided_at, notice_until",
    "projects_visit": "project_id, visited_on, kind, next_on, visitor_id, created_at",
    "projects_step": "visit_id, position, due_on",
    "projects_objection": "project_id, kind, against, decided_at, standing, filed_by_id, filed_at, due_at",
    "projects_activity": "project_id, created_at",
    "projects_project": "proposal_id, community, starts_on, rules, rules_area, rules_version, created_at",
}


def stays(table: str, columns: str) -> migrations.RunSQL:
    """Let the columns of a row never change, and no row go."""
    old, new = (", ".join(f"{row}.{name.strip()}" for name in columns.split(",")) for row in ("OLD", "NEW"))
    return migrations.RunSQL(
        sql=f"""
        CREATE FUNCTION {table}_stays() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' OR ({old}) IS DISTINCT FROM ({new}) THEN
                RAISE EXCEPTION '{table} stays as it was written' USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER {table}_stays BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION {table}_stays();
        """,
        reverse_sql=f"DROP TRIGGER {table}_stays ON {table}; DROP FUNCTION {table}_stays();",
    )


# The lock on the proposal keeps it from leaving its round between the look and the commit.
WON = """
CREATE FUNCTION projects_guard_begin() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    found text;
BEGIN
    SELECT state INTO found FROM ventures_proposal WHERE id = NEW.proposal_id FOR SHARE;
    IF found IS DISTINCT FROM 'won' THEN
        RAISE EXCEPTION 'projects_begin_won: only a chosen proposal is carried out' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER projects_project_begins BEFORE INSERT ON projects_project
    FOR EACH ROW EXECUTE FUNCTION projects_guard_begin();

CREATE FUNCTION projects_guard_proposal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM projects_project p WHERE p.proposal_id = NEW.id) THEN
        RAISE EXCEPTION 'projects_begun_stays_won: its project was begun' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER projects_proposal_stays BEFORE UPDATE OF state ON ventures_proposal
    FOR EACH ROW WHEN (OLD.state = 'won' AND NEW.state <> 'won') EXECUTE FUNCTION projects_guard_proposal();
"""
WON_BACK = """
DROP TRIGGER projects_proposal_stays ON ventures_proposal;
DROP FUNCTION projects_guard_proposal();
DROP TRIGGER projects_project_begins ON projects_project;
DROP FUNCTION projects_guard_begin();
"""

OVER = """
CREATE FUNCTION projects_guard_over() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'graduated' AND (NEW.state, NEW.ceremony_id, NEW.graduated_on, NEW.mark)
        IS DISTINCT FROM (OLD.state, OLD.ceremony_id, OLD.graduated_on, OLD.mark) THEN
        RAISE EXCEPTION 'projects_graduated_stays: a graduation is not undone' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER projects_project_over BEFORE UPDATE ON projects_project
    FOR EACH ROW WHEN (OLD.state = 'graduated') EXECUTE FUNCTION projects_guard_over();

CREATE FUNCTION projects_guard_told() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> OLD.state THEN
        RAISE EXCEPTION 'projects_told_stays: it was reported or cancelled' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER projects_activity_told BEFORE UPDATE ON projects_activity
    FOR EACH ROW WHEN (OLD.state IN ('reported', 'cancelled')) EXECUTE FUNCTION projects_guard_told();

CREATE FUNCTION projects_guard_ruled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.state, NEW.outcome, NEW.ruled_by_id, NEW.ruled_at)
        IS DISTINCT FROM (OLD.state, OLD.outcome, OLD.ruled_by_id, OLD.ruled_at) THEN
        RAISE EXCEPTION 'projects_ruling_stays: it was ruled on or withdrawn' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER projects_objection_ruled BEFORE UPDATE ON projects_objection
    FOR EACH ROW WHEN (OLD.state <> 'filed') EXECUTE FUNCTION projects_guard_ruled();

CREATE FUNCTION projects_guard_ceremony() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (OLD.state <> 'planned' AND (NEW.state, NEW.area, NEW.title, NEW.held_on, NEW.place)
        IS DISTINCT FROM (OLD.state, OLD.area, OLD.title, OLD.held_on, OLD.place)) THEN
        RAISE EXCEPTION 'projects_ceremony_stays: held or cancelled, it stays' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER projects_ceremony_stays BEFORE UPDATE OR DELETE ON projects_ceremony
    FOR EACH ROW EXECUTE FUNCTION projects_guard_ceremony();
"""
OVER_BACK = """
DROP TRIGGER projects_ceremony_stays ON projects_ceremony;
DROP FUNCTION projects_guard_ceremony();
DROP TRIGGER projects_objection_ruled ON projects_objection;
DROP FUNCTION projects_guard_ruled();
DROP TRIGGER projects_activity_told ON projects_activity;
DROP FUNCTION projects_guard_told();
DROP TRIGGER projects_project_over ON projects_project;
DROP FUNCTION projects_guard_over();
"""

IMPARTIAL = """
CREATE FUNCTION projects_guard_sheet() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    theirs uuid;
BEGIN
    SELECT p.proposal_id INTO theirs FROM projects_report r JOIN projects_project p ON p.id = r.project_id
        WHERE r.id = NEW.report_id;
    IF EXISTS (SELECT FROM ventures_proposal v WHERE v.id = theirs AND v.contact_id = NEW.reviewer_id)
        OR EXISTS (SELECT FROM ventures_teammember m WHERE m.proposal_id = theirs AND m.person_id = NEW.reviewer_id)
        OR EXISTS (SELECT FROM ventures_teamseat s WHERE s.proposal_id = theirs AND s.person_id = NEW.reviewer_id) THEN
        RAISE EXCEPTION 'projects_sheet_not_own: a team does not mark itself' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER projects_sheet_given BEFORE INSERT ON projects_sheet
    FOR EACH ROW EXECUTE FUNCTION projects_guard_sheet();
"""
IMPARTIAL_BACK = """
DROP TRIGGER projects_sheet_given ON projects_sheet;
DROP FUNCTION projects_guard_sheet();
"""


class Migration(migrations.Migration):
    dependencies = [("projects", "0001_initial"), ("audit", "0002_append_only")]

    operations = [
        append_only("projects_rules"),
        append_only("projects_feedback"),
        *(stays(table, columns) for table, columns in FIXED.items()),
        migrations.RunSQL(WON, WON_BACK),
        migrations.RunSQL(OVER, OVER_BACK),
        migrations.RunSQL(IMPARTIAL, IMPARTIAL_BACK),
    ]
