"""The addresses of like projects and mergers, with what each role meets there."""

from __future__ import annotations

from typing import Final

from django.utils import timezone

from shanzhi.kernel.actor import Actor
from shanzhi.people.models import Person
from shanzhi.ventures import operations
from shanzhi.ventures.demo.people import as_actor
from shanzhi.ventures.demo.rounds import DAY, PLAN, hand_in
from shanzhi.ventures.models import Merger, Proposal, Twin
from shanzhi.ventures.queries import mergers
from tests.support import people
from tests.support.permissions import Row
from tests.support.site import Site
from tests.ventures.desk_support import first_day
from tests.ventures.merger_support import LAMPS, LIKE_LAMPS
from tests.ventures.permission_support import COMMUNITY, made, several
from tests.ventures.test_permissions import API, POST, READERS, REVIEWERS, SIGNED_IN, inside, run, staffed, team


def like_projects(contact: Person | None = None) -> tuple[Proposal, Proposal]:
    """Hand in two like projects of an open call; the second lets itself be found, the first is led by `contact`."""
    start, call = first_day("submission"), made("submission")
    who = [people.a_person(COMMUNITY, name=name) for name in ("示例甲", "示例乙")]
    at = start + (PLAN["submission"] + 1) * DAY
    first, second = (
        hand_in(call=call, project=project, contact=who[place], first_day=start, at=at)
        for place, project in enumerate((LAMPS, LIKE_LAMPS))
    )
    if contact is not None:
        first.contact = contact
        first.save()
    operations.set_findable(actor=leader(second), proposal_id=second.pk, findable=True, at=timezone.now())
    return first, second


def leader(one: Proposal) -> Actor:
    """Give the contact person of a proposal as who acts."""
    assert one.contact is not None
    return as_actor(one.contact, timezone.now())


def agreed(first: Proposal, second: Proposal, *, merge: bool = False) -> Merger:
    """Have both show theirs, and with `merge` both consent to the first alone with its budget."""
    at = timezone.now()
    found = operations.invite(actor=leader(first), proposal_id=first.pk, other_id=second.pk, message="一起做", at=at)
    found = operations.show(actor=leader(second), merger_id=found.pk, at=at)
    plan = {**found.plan, "budget": {**found.plan["budget"], "second": []}}
    found = operations.change_plan(
        actor=leader(first), merger_id=found.pk, version=found.version, given=plan, at=at
    )  # fmt: skip
    for one in (first, second) if merge else ():
        together = mergers.merger(viewer=leader(one), merger_id=found.pk).together
        assert together is not None
        found = operations.consent(actor=leader(one), merger_id=found.pk, digest=together.digest, at=at)
    return found


def merging(site: Site) -> dict[str, str]:
    """Give the scene in which the demo's resident leads one team of each merger; made once."""
    person = site.person("resident")
    found = Merger.objects.filter(first__contact=person).order_by("created_at")
    if len(found) < 2:
        scene(person)
    now, done = found.get(state="open"), found.get(state="merged")
    twin = Twin.objects.get(one=now.first, other=now.second).pk
    named = {"first": now.first_id, "second": now.second_id, "twin": twin, "merger": now.pk, "merged": done.pk}
    return {key: str(value) for key, value in (*named.items(), ("stays", done.stays_id), ("goes", done.goes_id))}


def scene(contact: Person | None = None) -> dict[str, str]:
    """Make two like projects whose teams agree on a merger, and two that were merged; gives what addresses name."""
    first, second = like_projects(contact)
    twin = Twin.objects.get(one=first, other=second)
    named = {"first": first.pk, "second": second.pk, "twin": twin.pk, "merger": agreed(first, second).pk}
    stays, goes = like_projects(contact)
    return {key: str(value) for key, value in (*named.items(), ("goes", goes.pk),
                                               ("merged", agreed(stays, goes, merge=True).pk))}  # fmt: skip


ASK: Final = "/proposals/{first}/twins/{second}/ask/"
MERGERS: Final[dict[str, Row]] = {
    "ventures:twins": team("/proposals/{first}/twins/"),
    "POST ventures:findable": team("/proposals/{first}/twins/findable/", **POST),
    "ventures:merger_invite": team(ASK),
    "POST ventures:merger_invite": team(ASK, **POST),
    "ventures:before_merging": inside("/proposals/{goes}/before-merging/"),
    "ventures:merger": inside("/mergers/{merger}/", anonymous=302),
    "POST ventures:merger_show": team("/mergers/{merger}/show/", **POST),
    "ventures:merger_plan": team("/mergers/{merger}/plan/"),
    "POST ventures:merger_plan": team("/mergers/{merger}/plan/", **POST),
    "POST ventures:merger_consent": team("/mergers/{merger}/consent/", **POST),
    "POST ventures:merger_take_back": team("/mergers/{merger}/consent/end/", **POST),
    "ventures:merger_refuse": team("/mergers/{merger}/refuse/"),
    "POST ventures:merger_refuse": team("/mergers/{merger}/refuse/", **POST),
    "ventures:desk_twins": staffed("/desk/twins/", roles=READERS),
    "ventures:desk_twin": several(
        {SIGNED_IN: (403, 403), READERS: (200, 404)}, (302, 302), "/desk/twins/{twin}/"),
    "POST ventures:desk_twin": several(
        {SIGNED_IN: (403, 403), READERS: (403, 404), REVIEWERS: (422, 404)}, (302, 302),
        "/desk/twins/{twin}/", **POST),
    "ventures:desk_merger_undo": run("/desk/mergers/{merged}/undo/"),
    "POST ventures:desk_merger_undo": run("/desk/mergers/{merged}/undo/", status=422, **POST),
    f"GET {API}/proposals/{{proposal_id}}/twins": several(
        {SIGNED_IN: (404, 404)}, (404, 404), f"{API}/proposals/{{first}}/twins"),
    f"GET {API}/proposals/{{proposal_id}}/mergers": inside(f"{API}/proposals/{{first}}/mergers"),
    f"GET {API}/twins": several({SIGNED_IN: (403, 403), READERS: (200, 200)}, (401, 401), f"{API}/twins"),
}  # fmt: skip
