"""Organisations of before get the state that fits them: closed ones are dissolved, others stand where code or sort say.

Which of them are filed nobody recorded, so none is called that.
"""

from django.db import migrations

STATES = """
ALTER TABLE organizations_organization DISABLE TRIGGER organizations_kept;
UPDATE organizations_organization SET state = CASE
    WHEN closed_at IS NOT NULL THEN 'dissolved'
    WHEN credit_code IS NOT NULL THEN 'registered'
    WHEN kind IN ('social_association', 'social_service_institution', 'foundation') THEN 'registered'
    WHEN kind = 'hub' THEN 'hub'
    ELSE 'group' END;
ALTER TABLE organizations_organization ENABLE TRIGGER organizations_kept;
"""


class Migration(migrations.Migration):
    dependencies = [("organizations", "0003_registry")]

    operations = [migrations.RunSQL(STATES, migrations.RunSQL.noop)]
