from django.db import migrations

from shanzhi.audit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("places", "0001_initial"), ("audit", "0002_append_only")]

    operations = [
        # Under the collation "C" the primary key itself serves LIKE and ranges of codes.
        migrations.RunSQL(
            "DROP INDEX IF EXISTS places_area_code_7c3e4f9f_like",
            "CREATE INDEX places_area_code_7c3e4f9f_like ON places_area (code varchar_pattern_ops)",
        ),
        append_only("places_areachange"),
        append_only("places_changelink"),
    ]
