"""Sealing the empty name of who was erased anew lets no name in: what is sealed keeps its length, which is that of none.

Nor does such a record keep a next mark, under which a number could still be looked up.
"""

from django.db import migrations, models


def guard(more: str) -> str:
    """Give the statements that put the guard of erased records in place; `more` must hold of a name sealed anew."""
    return f"""
DROP TRIGGER people_person_erased ON people_person;
CREATE TRIGGER people_person_erased BEFORE UPDATE ON people_person FOR EACH ROW
    WHEN (OLD.erased_at IS NOT NULL AND NOT (
        to_jsonb(NEW) - 'name' = to_jsonb(OLD) - 'name' AND get_byte(NEW.name, 0) > get_byte(OLD.name, 0){more}
    )) EXECUTE FUNCTION people_guard_erased();
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0006_next_marks")]

    operations = [
        migrations.RunSQL(guard(" AND octet_length(NEW.name) = octet_length(OLD.name)"), guard("")),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(erased_at__isnull=True)
                | models.Q(name_mark_next=None, id_mark_next=None, phone_mark_next=None),
                name="people_person_erased_has_no_next",
            ),
        ),
    ]
