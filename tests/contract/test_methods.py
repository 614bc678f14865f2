"""Each address takes the methods that it says, and no other; what is refused, or only read, writes nothing.

Every route of the site meets every method, asked by a visitor, a resident, and officers whose area it is and is not.
"""

from __future__ import annotations

from typing import Any, Final

import pytest
from django.db import connection
from django.test import Client

from shanzhi.audit.models import Event
from shanzhi.kernel.roles import Role
from shanzhi.ventures.models import Proposal
from shanzhi.voting.models import Booth
from tests.support import people
from tests.support.addresses import Route, Values, routes, unknown, values
from tests.support.ground import undone
from tests.support.site import VISITOR, Site

SAFE: Final = ("GET", "HEAD", "OPTIONS")
OUTSIDE: Final = "outside"
WHO: Final = (VISITOR, "resident", "district", OUTSIDE)
# What even reading leaves: when a session was seen, what its next page will need, how often somebody has tried.
OF_SESSIONS: Final = {"people_signin", "django_session", "people_cache"}
# Reading is the act itself: a notice that one opens counts as read, by GET alone.
READ_BY_OPENING: Final = {("/account/notices/<uuid:delivery_id>/", "GET"): {"notices_delivery"}}
FORM: Final = "application/x-www-form-urlencoded"
LIKE: Final = ("Content-Type", "Content-Disposition", "Location", "Cache-Control")


@pytest.fixture(scope="module")
def clients(site: Site) -> dict[str, Client]:
    """Those who ask; the officer outside holds the role in another district."""
    made = {who: site.client(who) for who in WHO if who != OUTSIDE}
    made[OUTSIDE] = people.client_for(Role.DISTRICT_OFFICER, "110114")
    for client in made.values():
        client.raise_request_exception = False
        client.get("/")  # the first request of a session tells of a new device
    return made


@pytest.fixture(scope="module")
def places(site: Site) -> Values:
    """What stands in the addresses: things of the round that is voted on, in the district officer's area."""
    proposal = Proposal.objects.filter(call=site.voting).earliest("number")
    return values(
        poll_id=[site.poll()], call_id=[site.voting.pk], proposal_id=[proposal.pk], part=["basics"], kind=["home"],
        code=["370102001002"], number=[Event.objects.latest("pk").pk], person_id=[site.person("resident").pk],
        booth_id=[Booth.objects.get(poll=site.poll(), state="open").pk],
    )  # fmt: skip


def written() -> dict[str, int]:
    """Count what this transaction has written into each table so far, what was undone again included."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables")
        return dict(cursor.fetchall())


def ask(client: Client, route: Route, method: str, path: str) -> tuple[Any, set[str]]:
    """Ask once, with nothing in the body; give the answer and the tables that were written."""
    body = {} if method in SAFE else {"data": "{}", "content_type": "application/json"} if route.of_api else {
        "data": "", "content_type": FORM}  # fmt: skip
    before = written()
    answer = client.generic(method, path, **body, headers={"Idempotency-Key": "one-key-of-the-table"})
    after = written()
    return answer, {name for name, count in after.items() if count != before.get(name, 0)} - OF_SESSIONS


def digests(tables: set[str]) -> dict[str, str]:
    """Digest these tables whole."""
    found = {}
    for table in sorted(tables):
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM "{table}" t')
            (found[table],) = cursor.fetchone() or ("",)
    return found


def kept(client: Client, route: Route, method: str, path: str, wrote: set[str]) -> set[str]:
    """Ask again and tell in which of the tables something stays written: a refusal may have undone it."""
    before = digests(wrote)
    ask(client, route, method, path)
    after = digests(wrote)
    return {table for table in wrote if before[table] != after[table]}


def shown(answer: Any) -> list[Any]:
    """Give status and headers of an answer; where it leads without what is drawn anew for each."""
    heads = [answer.headers.get(name, "") for name in LIKE]
    return [answer.status_code, *(head.split("state=")[0] for head in heads)]


def filled(route: Route, places: Values) -> str:
    return next(route.filled(places))


def faults_of(client: Client, route: Route, method: str, path: str) -> list[str]:
    """Tell what is wrong with the answer of a route to a method."""
    answer, wrote = ask(client, route, method, path)
    status, found = answer.status_code, []
    if method not in route.methods:
        allowed = {word.strip() for word in answer.headers.get("Allow", "").split(",")}
        if (status, allowed) != (405, set(route.methods)):
            found.append(f"status {status}, allows {sorted(allowed)}")
    elif status == 405 or (status >= 500 and "/-/" not in path):
        found.append(f"status {status}")
    wrote -= READ_BY_OPENING.get((route.template, method), set())
    if wrote and (method in SAFE or status >= 400) and (stays := kept(client, route, method, path, wrote)):
        found.append(f"status {status}, wrote {sorted(stays)}")
    return found


def all_faults(clients: dict[str, Client], places: Values, who: str, methods: tuple[str, ...]) -> dict[str, list[str]]:
    """Meet every route with these methods; whatever was written is undone each time."""
    seen = {}
    for route in routes():
        path = filled(route, places)
        for method in methods:
            with undone():
                if found := faults_of(clients[who], route, method, path):
                    seen[f"{method} {route.template}"] = found
    return seen


class TestEveryAddress:
    def test_has_all_its_places_known(self, places: Values) -> None:
        assert unknown(places) == set()

    @pytest.mark.parametrize("who", [VISITOR, "resident", "district", OUTSIDE])
    def test_takes_what_is_sent_or_refuses_it_whole(self, clients: dict[str, Client], places: Values, who: str) -> None:
        assert all_faults(clients, places, who, ("POST",)) == {}

    def test_refuses_every_method_that_it_does_not_know(self, clients: dict[str, Client], places: Values) -> None:
        assert all_faults(clients, places, VISITOR, ("PUT", "PATCH", "DELETE", "OPTIONS")) == {}

    def test_refuses_them_whoever_asks(self, clients: dict[str, Client], places: Values) -> None:
        assert all_faults(clients, places, "district", ("DELETE",)) == {}

    @pytest.mark.parametrize("who", ["resident", "district"])
    def test_writes_nothing_when_it_is_read(self, clients: dict[str, Client], places: Values, who: str) -> None:
        assert all_faults(clients, places, who, ("GET",)) == {}

    @pytest.mark.parametrize("who", [VISITOR, "district"])
    def test_answers_head_as_get_without_a_body(self, clients: dict[str, Client], places: Values, who: str) -> None:
        seen = {}
        for route in routes():
            if "GET" in route.methods:
                path = filled(route, places)
                with undone():
                    head, wrote = ask(clients[who], route, "HEAD", path)
                    whole = clients[who].get(path)
                heads, wholes = shown(head), shown(whole)
                body = b"".join(head.streaming_content) if head.streaming else head.content
                if heads != wholes or wrote or body:
                    seen[route.template] = (heads, wholes, wrote)
        assert seen == {}


class TestARefusedMethod:
    def test_is_told_in_words_with_the_methods_there_are(self) -> None:
        answer = Client(headers={"Accept-Language": "en"}).get("/polls/00000000-0000-4000-8000-000000000000/cast/")
        assert (answer.status_code, answer["Allow"]) == (405, "POST")
        assert "There is no page at this address" in answer.content.decode()

    def test_is_refused_before_the_token_of_a_form_is_looked_at(self) -> None:
        strict = Client(enforce_csrf_checks=True)
        answer = strict.post("/calls/", {"q": "x"})
        assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
        assert strict.post("/i18n/setlang/", {"language": "en"}).status_code == 403

    def test_is_a_problem_in_the_api(self) -> None:
        answer = Client().delete("/api/v1/voting/polls")
        assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
        assert answer["Content-Type"] == "application/problem+json"
