"""While a vote runs and a jury scores, the whole site answers as if nobody had chosen or scored anything in particular.

Two rounds are played that differ in nothing but choices and points. Every address is asked by everybody in the first.
What then read a table that voting or scoring wrote, or wrote one itself, is asked again in the second, and as a visitor
everything is: the other answers know nothing of what differs, unless the process itself remembered it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from uuid import UUID

import pytest
import time_machine
from django.test import override_settings
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from shanzhi.audit.models import Event
from shanzhi.notices.models import Delivery
from shanzhi.voting.models import Booth, PaperMark, RollEntry
from tests.secrecy import leaking
from tests.secrecy.sweep import (
    NEVER_ASKED,
    Found,
    Neutral,
    Sweep,
    differences,
    ids_and_digests,
    same_numbers,
    watched,
)
from tests.secrecy.twins import LEFT, RIGHT, Round, Side, make_round
from tests.support.addresses import Values, routes, values
from tests.support.ground import held_open, undone
from tests.support.site import VISITOR
from tests.timebank.addresses import WITHOUT_A_BANK

# Asks every address there is, in both twins.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
ASKED_ALL = (VISITOR,)
# Places of addresses that are filled with something of the vote; in others stands any one row.
CHOSEN = frozenset({"poll_id", "call_id", "proposal_id", "booth_id", "mark_id"})
# Addresses that answer nobody with a page here: what is sealed, what leads elsewhere, what nobody has begun or sent.
NOTHING_THERE = {
    *WITHOUT_A_BANK,
    "/",
    "/account/again/factor/",
    "/account/again/passkey/",
    "/account/areas/<slug:kind>/",
    "/account/notices/<uuid:delivery_id>/",
    "/account/notices/email/code/",
    "/account/notices/wechat/",
    "/account/notices/wechat/back/",
    "/account/passkeys/<int:pk>/remove/",
    "/account/second-factor/codes/",
    "/account/second-factor/generator/remove/",
    "/account/sign-in/code/",
    "/account/sign-in/passkey-too/",
    "/account/sign-in/passkey/",
    "/account/volunteering/edit/",  # of who is registered as a volunteer
    "/account/volunteering/leave/",
    "/account/volunteering/service/certificates/<uuid:certificate_id>/own.pdf",
    "/api/v1/service/batches/<uuidstr:batch_id>",  # records of service: none in the twins
    "/api/v1/service/batches/<uuidstr:batch_id>/sheets",
    "/api/v1/service/certificates/<uuidstr:certificate_id>",
    "/api/v1/service/certificates/<uuidstr:certificate_id>/copy",
    "/api/v1/activities/me/near",  # of who is registered as a volunteer
    "/api/v1/service/evidence/<uuidstr:evidence_id>",
    "/api/v1/service/me",
    "/api/v1/service/me/way",
    "/api/v1/service/records/<uuidstr:record_id>/evidence",
    "/api/v1/service/records/<uuidstr:record_id>",
    "/api/v1/service/records/<uuidstr:record_id>/complaints",
    "/desk/service/certificates/batches/<uuid:batch_id>/",
    "/desk/service/certificates/batches/<uuid:batch_id>/<int:first>.pdf",
    "/desk/service/thanks/<uuid:thanks_id>/",
    "/service/certificates/<uuid:certificate_id>/",
    "/service/certificates/<uuid:certificate_id>/copy.pdf",
    "/service/certificates/<uuid:certificate_id>/withdraw/",
    "/service/check/<slug:code>/",
    "/service/complaints/<uuid:complaint_id>/answer/",
    "/service/evidence/<uuid:evidence_id>/",
    "/service/evidence/<uuid:evidence_id>/remove/",
    "/service/records/<uuid:record_id>/evidence/",
    "/service/records/<uuid:record_id>/",
    "/service/records/<uuid:record_id>/complain/",
    "/service/records/<uuid:record_id>/refuse/",
    "/service/records/<uuid:record_id>/reverse/",
    "/account/welcome/",
    "/api/v1/",
    "/api/v1/organizations/registers/<uuidstr:register_id>",
    "/api/v1/outcomes/rounds/<uuidstr:call_id>",  # of a round with projects
    "/api/v1/organizations/registers/<uuidstr:register_id>/rows",
    "/api/v1/organizations/targets",  # asks for an area
    "/api/v1/projects/begin/<uuidstr:call_id>",
    "/desk/projects/begin/<uuid:call_id>/",  # of a round that is closed
    "/api/v1/audit/bundle",
    "/api/v1/audit/heads/<size>",
    "/api/v1/audit/heads/latest",
    "/api/v1/audit/keys",
    "/api/v1/audit/proofs/consistency",
    "/api/v1/audit/proofs/inclusion",
    "/api/v1/places/search",
    "/api/v1/ventures/calls/<uuidstr:call_id>/jury",
    "/api/v1/volunteering/imports/<uuidstr:import_id>",
    "/api/v1/volunteering/imports/<uuidstr:import_id>/rows",
    "/api/v1/volunteering/me",  # of who is registered as a volunteer
    "/api/v1/volunteering/me/fitness",
    "/api/v1/volunteering/me/teams",
    "/api/v1/ventures/proposals/<proposal_id>/twins",
    "/api/v1/ventures/proposals/<uuidstr:proposal_id>/team",
    "/api/v1/voting/polls/<uuidstr:poll_id>/file",
    "/api/v1/voting/polls/<uuidstr:poll_id>/result",
    "/api/v1/service/check",  # asks for number and code
    "/audit/checkpoint",
    "/audit/heads/<int:size>/",
    "/audit/heads/<int:size>/note",
    "/calls/<uuid:call_id>/jury/",
    "/calls/<uuid:call_id>/propose/earlier/<uuid:proposal_id>/",
    "/comments/<uuid:comment_id>/answer/",
    "/desk/",
    "/desk/calls/<uuid:call_id>/cancel/",
    "/desk/calls/<uuid:call_id>/change/",
    "/desk/calls/<uuid:call_id>/change/<slug:part>/",
    "/desk/calls/<uuid:call_id>/parts/<slug:part>/",
    "/desk/calls/<uuid:call_id>/templates/theme/",
    "/desk/calls/areas/",
    "/desk/calls/import/<uuid:upload_id>/",
    "/desk/disputes/<uuid:dispute_id>/",
    "/desk/organizations/registers/<uuid:register_id>/",
    "/desk/organizations/registers/<uuid:register_id>/columns/",
    "/desk/organizations/registers/<uuid:register_id>/rows/<int:row_id>/",
    "/desk/organizations/registers/<uuid:register_id>/undo/",
    "/desk/volunteering/imports/<uuid:import_id>/",
    "/desk/volunteering/imports/<uuid:import_id>/columns/",
    "/desk/volunteering/imports/<uuid:import_id>/rows/<int:row_id>/",
    "/desk/volunteering/imports/<uuid:import_id>/undo/",
    "/desk/people/import/<uuid:batch_id>/",
    "/desk/people/invitations/<uuid:invitation_id>/",
    "/desk/people/merges/<uuid:merge_id>/",
    "/desk/people/recoveries/<uuid:recovery_id>/",
    "/desk/reviews/assign/",
    "/desk/reviews/batch/",
    "/disputes/<uuid:dispute_id>/answer/",
    "/disputes/<uuid:dispute_id>/withdraw/",
    "/notices/unsubscribe/<str:token>/",
    "/outcomes/rounds/<uuid:call_id>/",  # of a round with projects
    "/outcomes/rounds/<uuid:call_id>/<slug:on>/",
    "/places/sheets/<uuid:sheet_id>/",
    "/polls/<uuid:poll_id>/ballots.pb",
    "/polls/<uuid:poll_id>/recount/",
    "/polls/<uuid:poll_id>/results/",
    "/proposals/<uuid:proposal_id>/appeal/",
    "/proposals/<uuid:proposal_id>/before-merging/",
    "/proposals/<uuid:proposal_id>/check/",
    "/proposals/<uuid:proposal_id>/edit/",
    "/proposals/<uuid:proposal_id>/edit/<slug:part>/",
    "/proposals/<uuid:proposal_id>/edit/communities/",
    "/proposals/<uuid:proposal_id>/edit/files/",
    "/proposals/<uuid:proposal_id>/files/<uuid:attachment_id>/",
    "/proposals/<uuid:proposal_id>/handed-in/",
    "/proposals/<uuid:proposal_id>/object/",
    "/proposals/<uuid:proposal_id>/team/",
    "/proposals/<uuid:proposal_id>/team/<uuid:person_id>/",
    "/proposals/<uuid:proposal_id>/team/invite/",
    "/proposals/<uuid:proposal_id>/team/leave/",
    "/proposals/<uuid:proposal_id>/twins/",
    "/proposals/<uuid:proposal_id>/withdraw/",
    "/team-invitations/<str:secret>/",
    "/work/<uuid:job_id>/",
}


@dataclass
class Scene:
    """The round, and how to look at one twin."""

    round: Round
    neutral: Neutral

    def paths(self) -> dict[str, list[str]]:
        """Give all addresses that can be read, by route."""
        places = self.places()
        found = {
            route.template: list(route.filled(self.of_jury(places) if "jur" in route.template else places))
            for route in routes()
            if "GET" in route.methods and route.template not in NEVER_ASKED
        }
        one, other = (voter.pk for voter in self.round.voters[:2])
        found["/desk/people/<uuid:person_id>/merge/"].append(f"/desk/people/{one}/merge/?other={other}")
        return found

    def places(self) -> Values:
        """Say of what is asked: the vote that runs and what belongs to it."""
        made, poll = self.round, self.round.site.poll()
        proposal = made.site.voting.proposals.order_by("number")[0]
        subjects = {"voting.poll": poll, "ventures.call": made.site.voting.pk, "ventures.proposal": proposal.pk}
        mark = PaperMark.objects.filter(booth__state="open", poll=poll)[0]
        booths = [made.booth.pk, Booth.objects.get(poll=poll, state="open").pk]
        return values(
            poll_id=[poll], call_id=[made.site.voting.pk], proposal_id=[proposal.pk], booth_id=booths,
            mark_id=[mark.pk], part=["jury", "idea"],
            code=["370102", "370102001"], kind=["home", *subjects], subject_id=[poll],
            number=[RollEntry.objects.filter(poll=poll).earliest("pk").pk, Event.objects.latest("pk").pk],
            person_id=[made.voters[0].pk], delivery_id=[self.unread()],
        )  # fmt: skip

    def unread(self) -> UUID:
        """Give a notice that one who looks has not read: opening it changes the pages after it."""
        secretary = self.round.site.account("secretary").person
        return Delivery.objects.filter(person=secretary, channel="app", state="sent").earliest("pk").pk

    def of_jury(self, places: Values) -> Values:
        """Say of what is asked where it is about a jury."""
        return {**places, "call_id": [self.round.jury.pk], "proposal_id": [self.round.projects()[1].pk]}

    def look(self, side: Side, paths: list[str], who: tuple[str, ...] = (), before: Found | None = None) -> Found:
        """Hold one twin's round, ask everything, or what another twin's look `before` makes worth asking; undo it."""
        found, clients = Found(), self.round.clients
        with same_numbers(), undone():
            with watched(found, self.neutral):
                receipt = self.round.play(side)
            asking = {name: clients[name] for name in who or clients}
            sweep = Sweep(asking, replace(self.neutral, own=receipt), found)
            if before is None:
                sweep.everything(paths)
            else:
                again = before.told | before.changed
                sweep.again(one for one in before.answers if one in again or one[0] in ASKED_ALL)
        return found


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Scene]:
    """One site for both, undone at the end; the clock stands still."""
    now = timezone.now()
    with held_open(django_db_blocker), time_machine.travel(now, tick=False):
        made = make_round(now)
        yield Scene(made, Neutral(ids_and_digests()))


@pytest.fixture(scope="module")
def twins(scene: Scene) -> tuple[Found, Found]:
    """Both twins as people see them."""
    paths = [path for listed in scene.paths().values() for path in listed]
    left = scene.look(LEFT, paths)
    return left, scene.look(RIGHT, paths, before=left)


class TestTheTwins:
    def test_are_answered_alike(self, twins: tuple[Found, Found]) -> None:
        assert differences(*twins, "answers") == {}

    @pytest.mark.parametrize("where", ["logs", "tasks", "figures", "rows"])
    def test_leave_the_same(self, twins: tuple[Found, Found], where: str) -> None:
        assert differences(*twins, where) == {}

    def test_were_asked_everything(self, scene: Scene, twins: tuple[Found, Found]) -> None:
        answered = {path for (_who, path), text in twins[0].answers.items() if text.startswith("200")}
        chosen = {route.template for route in routes() if CHOSEN.issuperset(route.places)}
        dark = {template for template, paths in scene.paths().items() if not answered.intersection(paths)}
        assert dark & chosen <= NOTHING_THERE


class TestTheComparison:
    def test_finds_a_count_that_an_answer_tells(self, scene: Scene) -> None:
        path = f"/leak/{scene.round.site.poll()}/"
        with override_settings(ROOT_URLCONF=leaking.__name__):
            left, right = (scene.look(side, [path], (VISITOR,)) for side in (LEFT, RIGHT))
        assert differences(left, right, "answers").keys() == {f"{VISITOR} {path}"}
        assert left.told == {(VISITOR, path)}

    def test_finds_a_count_that_the_log_tells(self, scene: Scene) -> None:
        path = f"/leak/{scene.round.site.poll()}/log/"
        with override_settings(ROOT_URLCONF=leaking.__name__):
            left, right = (scene.look(side, [path], (VISITOR,)) for side in (LEFT, RIGHT))
        assert "so_far" in differences(left, right, "answers")[f"{VISITOR} {path}"]
