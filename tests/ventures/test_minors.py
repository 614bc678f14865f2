"""Minors without the consent that is needed propose, back, comment and object nowhere, and are told why."""

from collections.abc import Callable
from datetime import date

import pytest

from shanzhi.kernel.actor import Actor
from shanzhi.people.models import Consent
from shanzhi.people.policies import GuardianConsentNeeded, OwnConsentNeeded
from shanzhi.ventures import operations, policies
from shanzhi.ventures.models import Proposal
from tests.support.people import actor
from tests.ventures.support import HERE, World, bring, day, make_call, make_person

pytestmark = pytest.mark.django_db
NOTICE = day("notice", 5)


@pytest.fixture
def found(world: World) -> Proposal:
    call = bring(world, make_call(world), "notice", proposals=1)
    return call.proposals.select_related("call").get()


ACTS: dict[str, Callable[[Actor, Proposal], object]] = {
    "comment": lambda who, found: operations.write_comment(actor=who, proposal_id=found.pk, words="好", at=NOTICE),
    "back": lambda who, found: operations.endorse(actor=who, proposal_id=found.pk, at=NOTICE),
    "object": lambda who, found: policies.standing_of(who, found, (HERE,)),
    "save": lambda who, found: operations.save_proposal(
        actor=who, proposal_id=found.pk, version=found.version, given={"title": "新"}, at=NOTICE
    ),
    "attach": lambda who, found: operations.attach(
        actor=who, proposal_id=found.pk, name="a.pdf", content=b"%PDF-1.4", at=NOTICE
    ),
    "detach": lambda who, found: operations.detach(actor=who, proposal_id=found.pk, attachment_id=found.pk, at=NOTICE),
    "be found": lambda who, found: operations.set_findable(actor=who, proposal_id=found.pk, findable=True, at=NOTICE),
    "take a section": lambda who, found: operations.take_section(
        actor=who, proposal_id=found.pk, part="need", at=NOTICE
    ),
    "propose": lambda who, found: policies.require_proposer(who, found.call, team_kind="residents", codes=(HERE,)),
}


OF_A_TEAM = ("save", "attach", "detach", "be found", "take a section")


@pytest.mark.parametrize("act", ACTS)
def test_a_minor_without_consent_is_told_whose_is_missing(world: World, found: Proposal, act: str) -> None:
    child, youth = make_person(51, HERE, date(2015, 3, 1)), make_person(52, HERE, date(2010, 3, 1))
    for place, (person, refusal) in enumerate(((child, GuardianConsentNeeded), (youth, OwnConsentNeeded)), 20):
        if act in OF_A_TEAM:
            found.members.create(position=place, person=person, name="队员")
        with pytest.raises(refusal):
            ACTS[act](actor(person, at=NOTICE), found)


def test_a_youth_who_agreed_takes_part(world: World, found: Proposal) -> None:
    youth = make_person(53, HERE, date(2010, 3, 1))
    Consent.objects.create(person=youth, purpose="real_name", text_version="1", text_digest="x", given_at=NOTICE)
    ACTS["back"](actor(youth, at=NOTICE), found)
    assert found.endorsements.count() == 1
