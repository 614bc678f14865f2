"""Something in every audited table, and what makes a second row of some of them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from shanzhi.people import operations as people
from shanzhi.people.actors import actor_for, actor_of_person
from shanzhi.people.texts import PRIVACY
from shanzhi.places import operations as places
from shanzhi.tally import needs
from shanzhi.ventures import operations as ventures
from shanzhi.ventures.models import Conflict, Juror, JuryClosing, Pitch, PitchOrder, ScoreSheet
from shanzhi.voting import operations as voting
from shanzhi.voting.models import InvalidSheet
from tests.activities.filled import SLIPPED as ACTIVITIES_SLIPPED
from tests.activities.filled import fill_activities
from tests.assignments.filled import SLIPPED as ASSIGNMENTS_SLIPPED
from tests.assignments.filled import fill_assignments
from tests.attendance import filled as attendance
from tests.audit.support import SYSTEM
from tests.funding.pages import filled as fill_money
from tests.ledger.pages import SLIPPED as LEDGER_SLIPPED
from tests.ledger.pages import pages as ledger_pages
from tests.organizations.filled import SLIPPED as ORGANIZATIONS_SLIPPED
from tests.organizations.filled import fill_organizations
from tests.people.filled import fill_safety
from tests.projects.pages import carried_out
from tests.service.filled import SLIPPED as SERVICE_SLIPPED
from tests.service.filled import fill_service
from tests.support import booths
from tests.support.database import as_owner
from tests.support.guardians import guarded
from tests.support.people import a_person
from tests.support.site import Site
from tests.timebank.filled import fill_timebank
from tests.ventures.dispute_support import disputed
from tests.ventures.merger_table import merging
from tests.ventures.seat_table import pages as seat_pages
from tests.ventures.training_support import trained
from tests.volunteering.filled import SLIPPED as VOLUNTEERING_SLIPPED
from tests.volunteering.filled import fill_volunteering

PNG = bytes.fromhex("89504e470d0a1a0a") + b"\0" * 40

SLIPPED = {
    "places_area": {"code": "'370102001999'", "parent_code": "'370102001'", "level": "'community'"},
    "people_consenttext": {"digest": "'sha256:x'"},
    "voting_foundneed": {"project": "'another'"},
    **LEDGER_SLIPPED,
    **ORGANIZATIONS_SLIPPED,
    **SERVICE_SLIPPED,
    **VOLUNTEERING_SLIPPED,
    **attendance.SLIPPED,
    **ACTIVITIES_SLIPPED,
    **ASSIGNMENTS_SLIPPED,
    "voting_ballot": {"receipt": "repeat('A', 24)"},
    "voting_invalidsheet": {"receipt": "repeat('C', 24)"},
    **{
        table: {"call_id": "(SELECT max(id::text)::uuid FROM ventures_call WHERE state = 'voting')"}
        for table in ("ventures_pitchorder", "ventures_juryclosing")
    },
    "ventures_endorsementcount": {
        "proposal_id": "(SELECT id FROM ventures_proposal WHERE id NOT IN"
        " (SELECT proposal_id FROM ventures_endorsementcount) LIMIT 1)"
    },
    "ventures_marks": {
        "proposal_id": "(SELECT id FROM ventures_proposal WHERE id NOT IN"
        " (SELECT proposal_id FROM ventures_marks) LIMIT 1)"
    },
}


def fill_the_rest(site: Site) -> None:
    """Put a row into the audited tables that the demo leaves empty."""
    at, today = site.at, timezone.localdate(site.at)
    where = {"actor": SYSTEM, "code": "370102001002", "at": at}
    places.rename(**where, name="改名社区（示例）", on=today - timedelta(days=1), reason="示例")
    places.record_figure(**where, measure="population", value=4321, valid_from=today, source="示例")
    places.create_station(actor=SYSTEM, area="370102001", name="示例站", opened_on=today, at=at)
    draft = site.own_draft()
    person = actor_of_person(person_id=site.person("resident").pk, at=at)
    people.give_consent(actor=person, purpose=PRIVACY.purpose, at=at)
    ventures.attach(actor=person, proposal_id=draft.pk, name="照片.png", content=PNG, at=at)
    voting.leave_out(actor=SYSTEM, poll_id=site.finished.poll_id, code="001", reason="示例", at=at)
    fill_needs(site)
    fill_safety(site)
    fill_booths(site)
    disputed(site)
    trained(site)
    ventures.save_template(
        actor=SYSTEM, call_id=site.submission.pk, theme="为老服务", version=0, given={"need": "谁需要？"}, at=at
    )
    fill_jury(site)
    fill_organizations(site.at)
    fill_volunteering(site.at)
    fill_activities(site.at)
    fill_assignments(site.at)
    attendance.fill_attendance(site.at)
    fill_service(site.at)
    fill_timebank(site.at)
    fill_money()
    guarded(site)
    merging(site)
    seat_pages(site)
    ledger_pages()
    carried_out(site)
    kept, merged = (a_person("370102001002", name="重名者", verified=verified) for verified in (True, False))
    officer = actor_for(account=site.account("district"), at=timezone.now())
    people.propose_merge(actor=officer, kept_id=kept.pk, merged_id=merged.pk, reason="同一人", at=timezone.now())


def fill_needs(site: Site) -> None:
    """Count again with next to no work allowed for the search, and search on."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(needs, "IN_ALL", 1)
        voting.recount_poll(actor=SYSTEM, poll_id=site.finished.poll_id, at=timezone.now())
    assert voting.search_needs(actor=SYSTEM, at=timezone.now())


def fill_booths(site: Site) -> None:
    """Set up polling places with a list taken away, and a sheet found invalid in a vote of before."""
    open_booth = booths.set_up(site)["open"]
    runner = actor_for(account=site.account("district"), at=timezone.now())
    voting.export_list(actor=runner, booth_id=open_booth.pk, at=timezone.now())
    with as_owner(), connection.cursor() as cursor:  # such sheets come at a close alone
        cursor.execute("ALTER TABLE voting_invalidsheet DISABLE TRIGGER voting_invalidsheet_at_close")
    InvalidSheet.objects.create(receipt="B" * 24, poll_id=site.finished.poll_id, reason="unclear")
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("ALTER TABLE voting_invalidsheet ENABLE TRIGGER voting_invalidsheet_at_close")


def fill_jury(site: Site) -> None:
    """Give the finished call what a jury leaves."""
    call, at = site.finished, site.at
    proposal = call.proposals.exclude(number=None).order_by("number")[0]
    juror = Juror.objects.create(
        call=call, person=site.person("worker"), number=1, chair=True, starts_at=at, created_at=at
    )
    other = Juror.objects.create(call=call, person=site.person("secretary"), number=2, starts_at=at, created_at=at)
    Conflict.objects.create(juror=other, proposal=proposal, interest="other", declared_at=at)
    PitchOrder.objects.create(call=call, seed="00" * 16, drawn_at=at)
    Pitch.objects.create(call=call, proposal=proposal, position=1)
    ScoreSheet.objects.create(juror=juror, proposal=proposal, content="{}", changed_at=at)
    JuryClosing.objects.create(call=call, closed_at=at, method={}, results=[], digest="sha256:" + "0" * 64)
