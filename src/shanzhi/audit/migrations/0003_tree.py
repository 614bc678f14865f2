"""Row changes, the tree over them and the events, its heads; and who wrote what in which transaction.

Adding `xid` to the events rewrites nothing: the column is empty for old rows, and its default counts for new ones.
"""

import django.contrib.postgres.fields
from django.db import migrations, models

from shanzhi.audit.append_only import append_only

XID = """
ALTER TABLE audit_event ADD COLUMN xid xid8;
ALTER TABLE audit_event ALTER COLUMN xid SET DEFAULT pg_current_xact_id();
ALTER TABLE audit_rowchange ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX audit_rowchange_xid ON audit_rowchange (xid);
"""
XID_BACK = """
ALTER TABLE audit_rowchange DROP COLUMN xid;
ALTER TABLE audit_event DROP COLUMN xid;
"""

# A salt may be emptied, so that erased values can never be tried against their digests; nothing else may change.
ROWCHANGE = """
CREATE FUNCTION audit_keep_rowchange() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.salt IS NULL AND to_jsonb(NEW) - 'salt' = to_jsonb(OLD) - 'salt' THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% is append-only: a salt may be emptied, nothing else', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER audit_rowchange_kept BEFORE UPDATE OR DELETE ON audit_rowchange
    FOR EACH ROW EXECUTE FUNCTION audit_keep_rowchange();
CREATE TRIGGER audit_rowchange_no_truncate BEFORE TRUNCATE ON audit_rowchange
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
"""
ROWCHANGE_BACK = """
DROP TRIGGER audit_rowchange_no_truncate ON audit_rowchange;
DROP TRIGGER audit_rowchange_kept ON audit_rowchange;
DROP FUNCTION audit_keep_rowchange();
"""

# Told by triggers of the covered tables, see `shanzhi.audit.coverage`. The arguments of a trigger are the mode, the key
# or group column, the order inside a group, and columns that are left out. One statement leaves one row, whatever it
# touched: that is what keeps the cost of it small.
TELL = """
CREATE FUNCTION audit_row_digest(salt bytea, key text, told jsonb, left_out text[]) RETURNS bytea LANGUAGE sql STABLE
AS $$ SELECT sha256(salt || convert_to(key || chr(10) || (told - left_out)::text, 'UTF8')) $$;

CREATE FUNCTION audit_tell() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    fresh constant bytea := uuid_send(gen_random_uuid());
    key_column constant text := TG_ARGV[1];
    left_out constant text[] := coalesce(TG_ARGV[3:], '{}');
BEGIN
    INSERT INTO audit_rowchange ("table", op, keys, digests, salt)
    SELECT TG_TABLE_NAME, left(TG_OP, 1), array_agg(r.key),
        CASE TG_OP WHEN 'DELETE' THEN '{}' ELSE array_agg(audit_row_digest(fresh, r.key, r.told, left_out)) END, fresh
    FROM (SELECT j.told, j.told ->> key_column AS key FROM (SELECT to_jsonb(t) AS told FROM touched t) j) r
    HAVING count(*) > 0;
    RETURN NULL;
END $$;

-- The same for updates where some columns may change unseen: rows in which only those changed leave nothing.
CREATE FUNCTION audit_tell_seen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    fresh constant bytea := uuid_send(gen_random_uuid());
    key_column constant text := TG_ARGV[1];
    left_out constant text[] := TG_ARGV[3:];
BEGIN
    INSERT INTO audit_rowchange ("table", op, keys, digests, salt)
    SELECT TG_TABLE_NAME, 'U', array_agg(r.key), array_agg(audit_row_digest(fresh, r.key, r.told, left_out)), fresh
    FROM (
        SELECT j.told, j.told ->> key_column AS key FROM (SELECT to_jsonb(t) AS told FROM touched t) j
        WHERE NOT EXISTS (SELECT FROM before b WHERE to_jsonb(b) - left_out = j.told - left_out)
    ) r
    HAVING count(*) > 0;
    RETURN NULL;
END $$;

CREATE FUNCTION audit_group_digest(whose regclass, group_column text, order_column text, which text, salt bytea)
RETURNS bytea LANGUAGE plpgsql STABLE AS $$
DECLARE
    found bytea;
BEGIN
    EXECUTE format(
        'SELECT sha256($1 || convert_to($2 || chr(10) || coalesce(string_agg(t::text, chr(10) ORDER BY t.%I), ''''), '
        '''UTF8'')) FROM %s t WHERE t.%I = %L', order_column, whose, group_column, which)
        INTO found USING salt, which;
    RETURN found;
END $$;

CREATE FUNCTION audit_tell_groups() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    fresh constant bytea := uuid_send(gen_random_uuid());
    key_column constant text := TG_ARGV[1];
    order_column constant text := TG_ARGV[2];
    later constant boolean := TG_ARGV[0] = 'later';
BEGIN
    INSERT INTO audit_rowchange ("table", op, keys, digests, salt)
    SELECT TG_TABLE_NAME, CASE WHEN later THEN 'L' ELSE left(TG_OP, 1) END, array_agg(g.key),
        CASE WHEN later THEN '{}'
        ELSE array_agg(audit_group_digest(TG_RELID, key_column, order_column, g.key, fresh)) END, fresh
    FROM (SELECT DISTINCT to_jsonb(t) ->> key_column AS key FROM touched t) g
    HAVING count(*) > 0;
    RETURN NULL;
END $$;

CREATE FUNCTION audit_refuse_emptying() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    found boolean;
BEGIN
    EXECUTE format('SELECT EXISTS (SELECT FROM %s)', TG_RELID::regclass) INTO found;
    IF found THEN
        RAISE EXCEPTION '% is audited: it is never emptied', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
"""
TELL_BACK = """
DROP FUNCTION audit_tell() CASCADE;
DROP FUNCTION audit_tell_seen() CASCADE;
DROP FUNCTION audit_tell_groups() CASCADE;
DROP FUNCTION audit_refuse_emptying() CASCADE;
DROP FUNCTION audit_group_digest(regclass, text, text, text, bytea);
DROP FUNCTION audit_row_digest(bytea, text, jsonb, text[]);
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_append_only")]

    operations = [
        migrations.CreateModel(
            name="RowChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("table", models.CharField(max_length=63)),
                ("op", models.CharField(max_length=1)),
                ("keys", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                (
                    "digests",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BinaryField(max_length=32), size=None),
                ),
                ("salt", models.BinaryField(max_length=16, null=True)),
                ("follows", models.BigIntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="SealMark",
            fields=[
                ("id", models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ("xid", models.BigIntegerField()),
                ("event", models.BigIntegerField(default=0)),
                ("rowchange", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="TreeNode",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "level", "index", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("level", models.PositiveSmallIntegerField()),
                ("index", models.BigIntegerField()),
                ("hash", models.BinaryField(max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name="Leaf",
            fields=[
                ("position", models.BigIntegerField(primary_key=True, serialize=False)),
                ("event", models.BigIntegerField(null=True)),
                ("rowchange", models.BigIntegerField(null=True)),
                ("hash", models.BinaryField(max_length=32)),
            ],
            options={
                "indexes": [models.Index(fields=["hash"], name="audit_leaf_hash")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("rowchange__isnull", True)), fields=("event",), name="audit_leaf_event"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("rowchange__isnull", False)),
                        fields=("rowchange",),
                        name="audit_leaf_rowchange",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("event__isnull", False), ("rowchange__isnull", False), _connector="OR"),
                        name="audit_leaf_of_something",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TreeHead",
            fields=[
                ("size", models.BigIntegerField(primary_key=True, serialize=False)),
                ("root", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                ("origin", models.CharField(max_length=200)),
                ("key", models.CharField(max_length=300)),
                ("signature", models.BinaryField(max_length=64)),
                ("next_key", models.CharField(blank=True, max_length=300)),
                ("next_signature", models.BinaryField(max_length=64, null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["-at"], name="audit_treehead_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("next_key", ""), ("next_signature__isnull", True)),
                            models.Q(models.Q(("next_key", ""), _negated=True), ("next_signature__isnull", False)),
                            _connector="OR",
                        ),
                        name="audit_treehead_both_sign",
                    )
                ],
            },
        ),
        append_only("audit_leaf"),
        append_only("audit_treenode"),
        append_only("audit_treehead"),
        migrations.RunSQL(XID, XID_BACK),
        migrations.RunSQL(ROWCHANGE, ROWCHANGE_BACK),
        migrations.RunSQL(TELL, TELL_BACK),
    ]
