"""Give the teams that are there their seats: whom a proposal names on record writes it, as it was until now.

Each person once, whichever of the own records is named, and not the contact person, who leads without a seat.
"""

from django.db import migrations

SEATS = """
INSERT INTO ventures_teamseat (id, proposal_id, person_id, role, given_by_id, since, ended_at, ended_by_id)
SELECT DISTINCT ON (p.id, ventures_home_of(m.person_id))
    gen_random_uuid(), p.id, m.person_id, 'editor', NULL, p.created_at, NULL, NULL
FROM ventures_teammember m JOIN ventures_proposal p ON p.id = m.proposal_id
WHERE m.person_id IS NOT NULL
    AND ventures_home_of(m.person_id) IS DISTINCT FROM ventures_home_of(p.contact_id)
    AND NOT EXISTS (SELECT FROM ventures_teamseat s WHERE s.proposal_id = p.id)
ORDER BY p.id, ventures_home_of(m.person_id), m.position;
"""


class Migration(migrations.Migration):
    dependencies = [("ventures", "0032_seat_guards")]

    operations = [migrations.RunSQL(SEATS, migrations.RunSQL.noop)]
