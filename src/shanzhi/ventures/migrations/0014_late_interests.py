"""An interest declared after a sheet voids the sheet, whoever writes it; after the closing there are no new ones.

The juror's row is locked by both, so that a sheet and an interest written at the same moment find each other.
"""

from django.db import migrations

SHEETS = """
CREATE OR REPLACE FUNCTION ventures_keep_sheet() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    whose uuid;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'sheets of a jury are kept' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT call_id INTO whose FROM ventures_juror WHERE id = NEW.juror_id@LOCK@;
    IF EXISTS (SELECT 1 FROM ventures_juryclosing WHERE call_id = whose) THEN
        RAISE EXCEPTION 'the jury has closed: its sheets stay as they are' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state <> 'void' AND EXISTS (
        SELECT 1 FROM ventures_conflict WHERE juror_id = NEW.juror_id AND proposal_id = NEW.proposal_id
    ) THEN
        RAISE EXCEPTION 'a juror fills in no sheet of an own interest' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM ventures_proposal WHERE id = NEW.proposal_id AND call_id = whose) THEN
        RAISE EXCEPTION 'a sheet belongs to a project of its own call' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""
INTERESTS = """
CREATE FUNCTION ventures_keep_interest() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    whose uuid;
BEGIN
    SELECT call_id INTO whose FROM ventures_juror WHERE id = NEW.juror_id FOR NO KEY UPDATE;
    IF EXISTS (SELECT 1 FROM ventures_juryclosing WHERE call_id = whose) THEN
        RAISE EXCEPTION 'the jury has closed: no interest is declared any more' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM ventures_proposal WHERE id = NEW.proposal_id AND call_id = whose) THEN
        RAISE EXCEPTION 'an interest lies in a project of the own call' USING ERRCODE = 'restrict_violation';
    END IF;
    UPDATE ventures_scoresheet SET state = 'void', changed_at = NEW.declared_at
        WHERE juror_id = NEW.juror_id AND proposal_id = NEW.proposal_id AND state <> 'void';
    RETURN NEW;
END $$;
CREATE TRIGGER ventures_conflict_voids BEFORE INSERT ON ventures_conflict
    FOR EACH ROW EXECUTE FUNCTION ventures_keep_interest();
"""
INTERESTS_BACK = """
DROP TRIGGER ventures_conflict_voids ON ventures_conflict;
DROP FUNCTION ventures_keep_interest();
"""


class Migration(migrations.Migration):
    dependencies = [("ventures", "0013_training_guards")]

    operations = [
        migrations.RunSQL(SHEETS.replace("@LOCK@", " FOR NO KEY UPDATE"), SHEETS.replace("@LOCK@", "")),
        migrations.RunSQL(INTERESTS, INTERESTS_BACK),
    ]
