"""The codes by which records may know the places of an area, as a function: guards and queries ask the same one."""

from django.db import migrations

# Links are followed in the order of their days, as in `queries.following`. `inside`: the code itself, and what now holds
# in the place of any that ended there; `back`: ended codes of which at least a part came to lie inside.
KIN = """
CREATE FUNCTION places_kin(area text) RETURNS SETOF text LANGUAGE sql STABLE AS $$
    WITH RECURSIVE steps AS NOT MATERIALIZED (
        SELECT l.old_id, l.new_id, c.on, c.created_at
        FROM places_changelink l JOIN places_areachange c ON c.id = l.change_id
        WHERE l.old_id IS NOT NULL AND l.new_id IS NOT NULL AND c.kind <> 'rename'
    ), forward (code, since, made) AS (
        SELECT a.code, '-infinity'::date, '-infinity'::timestamptz FROM places_area a
        WHERE a.code >= area COLLATE "C" AND a.code < (area || ':') COLLATE "C" AND a.valid_to IS NOT NULL
        UNION
        SELECT s.new_id, s.on, s.created_at
        FROM forward f JOIN steps s ON s.old_id = f.code AND (s.on, s.created_at) >= (f.since, f.made)
    ), inside (code) AS (
        SELECT area COLLATE "C"
        UNION
        SELECT f.code FROM forward f JOIN places_area a ON a.code = f.code WHERE a.valid_to IS NULL
    ), back (code, until, made) AS (
        SELECT s.new_id, 'infinity'::date, 'infinity'::timestamptz
        FROM inside i JOIN steps s ON s.new_id >= i.code AND s.new_id < i.code || ':'
        JOIN places_area a ON a.code = s.new_id WHERE a.valid_to IS NULL
        UNION
        SELECT s.old_id, s.on, s.created_at
        FROM back b JOIN steps s ON s.new_id = b.code AND (s.on, s.created_at) <= (b.until, b.made)
    )
    SELECT i.code FROM inside i
    UNION
    SELECT b.code FROM back b JOIN places_area a ON a.code = b.code WHERE a.valid_to IS NOT NULL
$$;
"""
KIN_BACK = "DROP FUNCTION places_kin(text);"


class Migration(migrations.Migration):
    dependencies = [("places", "0004_sheets_as_they_are")]

    operations = [migrations.RunSQL(KIN, KIN_BACK)]
