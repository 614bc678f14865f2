"""An officer of a booth works there only with a role that neither ended nor sleeps for want of a second factor."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.kernel.roles import Role
from shanzhi.people.actors import actor_for
from shanzhi.people.models import Account, Person, RoleGrant
from shanzhi.voting import queries
from shanzhi.voting.models import PaperMark
from shanzhi.voting.operations import SheetReading
from shanzhi.voting.policies import booth_seen, enters, works_at
from tests.support.people import sign_in
from tests.voting.paper_support import Hall, a_hall, officer_of
from tests.voting.support import AREA, now

pytestmark = pytest.mark.django_db


def asleep(actor: Actor, settings: Any) -> tuple[Client, Actor]:
    """Demand a second factor, which the officer has not set up."""
    settings.SECOND_FACTOR = "demand"
    client = sign_in(Client(), Person.objects.get(pk=actor.person()))
    return client, actor_for(account=Account.objects.get(person=actor.person()), at=now())


def ended(actor: Actor, _settings: Any) -> tuple[Client, Actor]:
    """End the role; the work at the booth was not ended."""
    RoleGrant.objects.filter(person=actor.person()).update(ends_at=now())
    client = sign_in(Client(), Person.objects.get(pk=actor.person()))
    return client, actor_for(account=Account.objects.get(person=actor.person()), at=now())


def listed(hall: Hall, who: Actor) -> bool:
    return hall.booth in queries.own_booths(viewer=who)


@pytest.mark.parametrize("lose", [asleep, ended])
def test_an_officer_without_an_awake_role_does_nothing_at_the_booth(settings: Any, lose: Any) -> None:
    hall = a_hall(2)
    assert (works_at(hall.first, hall.booth), listed(hall, hall.first)) == (True, True)
    client, without = lose(hall.first, settings)
    assert not any(test(without, hall.booth) for test in (works_at, booth_seen, enters))
    assert not listed(hall, without)
    with pytest.raises(NotFound):
        hall.mark(hall.voters[0], by=without)
    with pytest.raises(NotFound):
        hall.enter(without, hall.serials(1)[0], SheetReading("blank"))
    with pytest.raises(NotFound):
        queries.booths(viewer=without, poll_id=hall.poll.pk)
    base, number = f"/api/v1/voting/booths/{hall.booth.pk}", hall.number(hall.voters[0])
    given = json.dumps({"voter": number, "document_seen": True})
    answer = client.post(
        f"{base}/marks", given, content_type="application/json", headers={"Idempotency-Key": "one-request"}
    )
    assert answer.status_code == 404
    page = f"/desk/booths/{hall.booth.pk}/"
    for answer in (client.get(page), client.post(f"{page}voters/{number}/", {"document_seen": "on"})):
        if lose is asleep:  # told why, with the way to set the second factor up
            assert answer["Location"] == "/account/second-factor/"
        else:
            assert answer.status_code == 404
    assert not PaperMark.objects.exists()


def test_a_role_inside_the_area_or_above_it_is_enough(settings: Any) -> None:
    hall = a_hall(1)
    above = RoleGrant.objects.filter(person=hall.first.person())
    above.update(area=AREA[:6])
    inside = RoleGrant.objects.filter(person=hall.second.person())
    inside.update(area=f"{AREA}001", role=Role.VOLUNTEER)
    elsewhere = RoleGrant.objects.filter(person=hall.third.person())
    elsewhere.update(area="370103001001")
    found = []
    for one in (hall.first, hall.second, hall.third, officer_of(area=AREA)):
        sign_in(Client(), Person.objects.get(pk=one.person()))
        who = actor_for(account=Account.objects.get(person=one.person()), at=now())
        found.append((works_at(who, hall.booth), listed(hall, who)))
    assert found == [(True, True), (True, True), (False, False), (False, False)]
