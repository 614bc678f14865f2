"""The table of the cache, in which attempts to sign in are counted for all processes together."""

from django.db import migrations

CREATE = """
CREATE UNLOGGED TABLE people_cache (
    cache_key varchar(255) PRIMARY KEY,
    value text NOT NULL,
    expires timestamp with time zone NOT NULL
);
CREATE INDEX people_cache_expires ON people_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]

    operations = [migrations.RunSQL(CREATE, "DROP TABLE people_cache")]
