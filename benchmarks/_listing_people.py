"""What the list is measured on: 900,000 synthetic people of one district, and an officer who is signed in."""

import secrets
from datetime import timedelta

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shanzhi.kernel.actor import Actor
from shanzhi.people.fields import ID_NUMBER, NAME, PHONE, cipher
from shanzhi.people.models import Account, Person, RoleGrant
from shanzhi.places import exchange, operations
from shanzhi.places.models import Area

ROWS = 900_000
DISTRICT = "370102"
FILL = """
INSERT INTO people_person (id, name, name_mark, phone, phone_mark, id_number, id_mark, born_on, area, real_name,
                           verified_at, verified_against, synthetic, created_at, version)
SELECT gen_random_uuid(), (%(names)s::bytea[])[1 + n %% 1000], sha256(('n' || n %% 5000)::bytea),
       (%(phones)s::bytea[])[1 + n %% 1000], sha256(('p' || n)::bytea),
       (%(numbers)s::bytea[])[1 + n %% 1000], sha256(('i' || n)::bytea),
       date '1940-01-01' + n %% 25000, (%(areas)s::text[])[1 + n %% %(count)s], (%(states)s::text[])[1 + n %% 5],
       now(), 'resident_id', true, now() - n * interval '1 second', 1
FROM generate_series(1, %(rows)s) AS n
"""


def fill() -> None:
    """Load the areas and 900,000 people of one district."""
    at = timezone.now()
    operations.import_areas(
        actor=Actor.system("benchmark"), sheets=exchange.shipped(), as_of=at.date(), source="shipped", at=at
    )
    areas = list(Area.objects.filter(code__startswith=DISTRICT, level="community").values_list("code", flat=True))
    seal = cipher().seal
    values = {
        "names": [seal(f"示例{n}", purpose=NAME) for n in range(1000)],
        "phones": [seal(f"+86138{n:08d}", purpose=PHONE) for n in range(1000)],
        "numbers": [seal(f"37010219800101{n:04d}", purpose=ID_NUMBER) for n in range(1000)],
        "areas": areas,
        "count": len(areas),
        "states": ["declared", *["verified"] * 4],
        "rows": ROWS,
    }
    with connection.cursor() as cursor:
        cursor.execute(FILL, values)
        cursor.execute("VACUUM ANALYZE people_person")


def signed_in() -> str:
    """Make a district officer with a session; gives its key."""
    at = timezone.now()
    person = Person.objects.create(name="示例", area="", created_at=at, synthetic=True)
    RoleGrant.objects.create(
        person=person, role="district_officer", area=DISTRICT, starts_at=at - timedelta(days=1), created_at=at
    )
    account = Account.objects.create(person=person, login_name="officer", password="!", created_at=at)  # noqa: S106 - no password fits it
    data = {
        SESSION_KEY: str(account.pk),
        BACKEND_SESSION_KEY: "shanzhi.people.backends.AccountBackend",
        HASH_SESSION_KEY: account.get_session_auth_hash(),
    }
    key = secrets.token_hex(16)
    Session.objects.create(
        session_key=key, session_data=SessionStore().encode(data), expire_date=at + timedelta(days=1)
    )
    return key


def count_queries(session: str) -> int:
    """Count the queries of the page, in this process."""
    visitor = Client(SERVER_NAME="localhost")
    visitor.cookies["sessionid"] = session
    with CaptureQueriesContext(connection) as queries:
        assert visitor.get("/desk/people/").status_code == 200
    return len(queries)
