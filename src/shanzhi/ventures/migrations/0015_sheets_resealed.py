"""A sheet of a jury may be sealed anew under a newer key after the jury closed; nothing else of it changes then.

The database cannot open a sheet, so it holds what it sees: only the sealed bytes differ, and the version of the key in
front of them grows. The change leaves its digest in the tree like any other.
"""

from django.db import migrations

APART = """
DROP TRIGGER ventures_scoresheet_keep ON ventures_scoresheet;
CREATE TRIGGER ventures_scoresheet_keep BEFORE INSERT OR DELETE ON ventures_scoresheet
    FOR EACH ROW EXECUTE FUNCTION ventures_keep_sheet();
CREATE TRIGGER ventures_scoresheet_keep_change BEFORE UPDATE ON ventures_scoresheet FOR EACH ROW
    WHEN (NOT (
        to_jsonb(NEW) - 'content' = to_jsonb(OLD) - 'content'
        AND get_byte(NEW.content, 0) > get_byte(OLD.content, 0)
    )) EXECUTE FUNCTION ventures_keep_sheet();
"""
TOGETHER = """
DROP TRIGGER ventures_scoresheet_keep_change ON ventures_scoresheet;
DROP TRIGGER ventures_scoresheet_keep ON ventures_scoresheet;
CREATE TRIGGER ventures_scoresheet_keep BEFORE INSERT OR UPDATE OR DELETE ON ventures_scoresheet
    FOR EACH ROW EXECUTE FUNCTION ventures_keep_sheet();
"""


class Migration(migrations.Migration):
    dependencies = [("ventures", "0014_late_interests")]

    operations = [migrations.RunSQL(APART, TOGETHER)]
