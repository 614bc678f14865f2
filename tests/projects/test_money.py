"""What the course of a project does to its money, and how an organisation grows out of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from django.test import Client

from shanzhi.audit.models import Event
from shanzhi.funding import operations as funding
from shanzhi.funding.models import Grant
from shanzhi.organizations.models import FilingApplication
from shanzhi.projects import operations
from tests.projects.support import DAY, NOW, Ground, refused, through_completion, through_midterm
from tests.projects.test_operations import _another_officer
from tests.support.funds import AT, Money, money, on

pytestmark = pytest.mark.django_db
PARTS = [funding.Part(6_000_00, "signed"), funding.Part(3_000_00, "midterm"), funding.Part(1_000_00, "completion")]


@pytest.fixture
def purse(ground: Ground) -> tuple[Money, Grant]:
    """The project's grant: the agreement is signed, nothing paid yet."""
    made = money(starts_on=date(2020, 1, 1), ends_on=date(2030, 12, 31))
    return made, made.signed(proposal=ground.project.proposal_id, tranches=PARTS)


def states(grant: Grant) -> list[str]:
    return list(grant.tranches.order_by("number").values_list("state", flat=True))


def test_a_pass_releases_the_next_tranche_and_completion_the_last(ground: Ground, purse: tuple[Money, Grant]) -> None:
    _made, grant = purse
    assert states(grant) == ["payable", "waiting", "waiting"]
    through_midterm(ground)
    assert states(grant) == ["payable", "payable", "waiting"]
    through_completion(ground)
    assert states(grant) == ["payable", "payable", "payable"]
    assert Event.objects.filter(verb="funding.grant.meet", actor_label="system:projects").count() == 2


def test_a_fail_stops_payments(ground: Ground, purse: tuple[Money, Grant]) -> None:
    made, grant = purse
    points = dict.fromkeys(("progress", "residents", "money", "papers"), 1)
    through_midterm(ground, points=points, outcome="fail")
    grant.refresh_from_db()
    assert grant.state == "stopped"
    assert states(grant) == ["cancelled"] * 3
    assert on(made.fund) == 100_000_00


def test_an_upheld_appeal_takes_payments_up_again_and_settlement_comes_after_the_money(
    ground: Ground, purse: tuple[Money, Grant]
) -> None:
    made, grant = purse
    end = {"actor": ground.officer, "project_id": ground.project.pk}
    operations.terminate(version=ground.project.version, reason="团队解散", at=NOW, **end)
    assert on(made.fund) == 100_000_00
    appeal = operations.file_appeal(actor=ground.team, project_id=ground.project.pk, grounds="仍可继续", at=NOW + DAY)
    operations.rule(
        actor=_another_officer(ground), objection_id=appeal.pk, version=1, outcome="upheld", ruling="恢复",
        at=NOW + 2 * DAY,
    )  # fmt: skip
    grant.refresh_from_db()
    assert (grant.state, states(grant)) == ("in_force", ["payable", "waiting", "waiting"])
    assert (on(made.fund), on(grant, "committed")) == (90_000_00, 10_000_00)
    operations.terminate(version=ground.fresh().version, reason="团队解散", at=NOW + 3 * DAY, **end)
    refused("grant_open", operations.settle, settlement="余额已退回", at=NOW + 4 * DAY, **end)
    funding.close(actor=made.officer, proposal=ground.project.proposal_id, at=AT)
    assert operations.settle(settlement="余额已退回", at=NOW + 9 * DAY, **end).settled_at
    assert on(made.fund) == 100_000_00


def test_an_organisation_grows_out_of_a_completed_project_once(ground: Ground, purse: tuple[Money, Grant]) -> None:
    signed_in = replace(ground.team, account_id=uuid4())
    file = {"actor": signed_in, "project_id": ground.project.pk, "at": NOW + 95 * DAY}
    refused("not_grown", operations.begin_filing, **file)
    through_midterm(ground)
    through_completion(ground)
    refused("forbidden", operations.begin_filing, **{**file, "actor": ground.neighbour})
    made = operations.begin_filing(**file)
    assert (made.origin_kind, made.origin_id) == ("projects.project", ground.project.pk)
    assert made.name == ground.project.proposal.team_name
    assert made.area == ground.project.community
    assert made.organization.state == "project_team"
    refused("filing_begun", operations.begin_filing, **file)
    assert FilingApplication.objects.filter(origin_id=ground.project.pk).count() == 1
    page = Client().get(f"/projects/{ground.project.pk}/").content.decode()
    assert "项目资金" in page
    assert "由此成长出的组织" not in page  # until it is filed, that is for insiders
