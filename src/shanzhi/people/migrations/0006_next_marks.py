"""A second column beside each blind index: the mark under a newer key, while the key of the index changes."""

from django.db import migrations, models

# The empty name of who was erased is sealed anew like any other when the key changes; nothing else of the row changes.
RESEALED = """
DROP TRIGGER people_person_erased ON people_person;
CREATE TRIGGER people_person_erased BEFORE UPDATE ON people_person FOR EACH ROW
    WHEN (OLD.erased_at IS NOT NULL AND NOT (
        to_jsonb(NEW) - 'name' = to_jsonb(OLD) - 'name' AND get_byte(NEW.name, 0) > get_byte(OLD.name, 0)
    )) EXECUTE FUNCTION people_guard_erased();
"""
KEPT = """
DROP TRIGGER people_person_erased ON people_person;
CREATE TRIGGER people_person_erased BEFORE UPDATE ON people_person FOR EACH ROW
    WHEN (OLD.erased_at IS NOT NULL) EXECUTE FUNCTION people_guard_erased();
"""


def mark() -> models.BinaryField:
    """Give the column, the same in every table."""
    return models.BinaryField(max_length=32, null=True)


def once(table: str, name: str) -> migrations.AddConstraint:
    """Hold that a next mark is there once; partial, so there is nothing to index now."""
    held = models.Q(**{f"{name}__isnull": False})
    constraint = models.UniqueConstraint(condition=held, fields=(name,), name=f"people_{table}_{name}")
    return migrations.AddConstraint(model_name=table, constraint=constraint)


class Migration(migrations.Migration):
    dependencies = [("people", "0005_rights")]

    operations = [
        migrations.AddField("person", "name_mark_next", mark()),
        migrations.AddField("person", "id_mark_next", mark()),
        migrations.AddField("person", "phone_mark_next", mark()),
        migrations.AddField("account", "phone_mark_next", mark()),
        migrations.AddField("invitation", "phone_mark_next", mark()),
        once("person", "id_mark_next"),
        once("person", "phone_mark_next"),
        once("account", "phone_mark_next"),
        migrations.RunSQL(RESEALED, KEPT),
    ]
