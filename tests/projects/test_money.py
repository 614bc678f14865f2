"""What the course of a project does to its money, and how an organisation grows out of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from django.test import Client

from shanzhi.audit.models import Event
from shanzhi.funding import operations as funding
from shanzhi.funding.forms import ProjectGrantForm
from shanzhi.funding.models import Grant
from shanzhi.organizations.models import FilingApplication
from shanzhi.organizations.operations import change_application, withdraw_application
from shanzhi.projects import operations, queries
from shanzhi.projects.queries import after_of, known_of
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


def test_a_grant_is_opened_from_the_project_with_what_was_awarded(ground: Ground) -> None:
    made = money(starts_on=date(2020, 1, 1), ends_on=date(2030, 12, 31))
    project = ground.project
    known = known_of(project)
    assert known["tranches"] == "签署 2021.00\n中期 867.00"
    assert known["lines"].splitlines()[0] == "声控节能灯（含灯座） 1368.00"
    assert "居民自备工具" not in known["lines"]  # the residents pay for it themselves
    assert queries.funds_for(viewer=ground.officer, found=project) == [(str(made.fund.pk), made.fund.name)]
    assert after_of(viewer=ground.officer, found=project, at=NOW).may_grant
    assert not after_of(viewer=ground.workers[0], found=project, at=NOW).may_grant
    form = ProjectGrantForm({**known, "fund": str(made.fund.pk)}, funds=[(str(made.fund.pk), "")])
    assert form.is_valid(), form.errors
    given = {**form.cleaned_data, "project_id": project.pk, "at": NOW}
    given["fund_id"] = given.pop("fund")
    refused("not_your_round", operations.open_grant, actor=ground.team, **given)
    grant = operations.open_grant(actor=ground.officer, **given)
    assert (grant.title, grant.round_title) == (project.proposal.title, ground.call.title)
    assert set(grant.team.values_list("person_id", flat=True)) == {ground.team.person()}
    refused("funding_grant_taken", operations.open_grant, actor=ground.officer, **given)
    for viewer, of_team in ((ground.officer, False), (replace(ground.team, account_id=uuid4()), True)):
        after = after_of(viewer=viewer, found=project, at=NOW)
        assert (after.grant, after.seen, after.of_team, after.may_grant) == (None, grant, of_team, False)
    assert after_of(viewer=ground.neighbour, found=project, at=NOW).seen is None


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


def test_a_filing_that_was_withdrawn_may_be_begun_anew_with_the_same_body(
    ground: Ground, purse: tuple[Money, Grant]
) -> None:
    signed_in = replace(ground.team, account_id=uuid4())
    file = {"actor": signed_in, "project_id": ground.project.pk}
    through_midterm(ground)
    through_completion(ground)
    first = operations.begin_filing(at=NOW + 95 * DAY, **file)
    mend = {"application_id": first.pk, "name": "亮灯互助社（示例）", "purpose": "mutual_help", "area": first.area}
    first = change_application(actor=signed_in, version=first.version, at=NOW + 95 * DAY, **mend)
    withdraw_application(actor=signed_in, application_id=first.pk, version=first.version, at=NOW + 96 * DAY)
    after = after_of(viewer=signed_in, found=ground.fresh(), at=NOW + 96 * DAY)
    assert (after.may_file, after.grown.begun, after.grown.application.pk) == (True, False, first.pk)
    second = operations.begin_filing(at=NOW + 97 * DAY, **file)
    assert (second.organization_id, second.state, second.pk == first.pk) == (first.organization_id, "draft", False)
    assert second.organization.closed_at is None
    first.organization.refresh_from_db()
    assert first.organization.name == second.name == ground.project.proposal.team_name
    refused("filing_begun", operations.begin_filing, at=NOW + 98 * DAY, **file)


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
