"""The filing desk from a draft to the certificate, and what nobody can do on the way."""

import io
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pypdf
import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from shanzhi.audit.models import Event
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Forbidden, NotFound
from shanzhi.kernel.lifecycle import Lifecycle
from shanzhi.kernel.roles import Role
from shanzhi.notices.models import Delivery
from shanzhi.organizations import lifecycle, operations, policies, queries
from shanzhi.organizations.models import Filing, FilingApplication, FilingRules, Organization, PastName
from shanzhi.organizations.telling import tell_ending
from shanzhi.people.models import Person
from tests.organizations.filing_support import advised, begun, granted, handed_in, officer, resident, secretary
from tests.people.conftest import COMMUNITY, DISTRICT, SUBDISTRICT
from tests.support.organizations import an_organization
from tests.support.people import AT, a_person, actor, an_actor, sign_in
from tests.support.races import together

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
ELSEWHERE = "110114008001"
RULES: dict[str, Any] = {
    "least_members": 20, "charter": False, "premises": True, "in_charge": False, "opinion": False, "opinion_days": 3,
    "decision_days": 10, "validity_years": 2, "prefix": "历社备", "source": "示例", "example": True,
}  # fmt: skip


def again_as(by: Actor) -> Actor:
    """Give a person with the roles of now."""
    return actor(Person.objects.get(pk=by.person()))


class TestBeginning:
    def test_puts_a_group_on_record_with_all_that_is_known(self) -> None:
        by = resident()
        found = begun(by, origin=("projects.project", by.person()), words="邻里照看老人")
        assert (found.state, found.members, found.about) == ("draft", 8, "邻里照看老人")
        assert (found.organization.state, found.organization.size_stated) == ("project_team", 8)
        assert str(found.in_charge) == "欧*例"
        assert "欧阳" not in str(list(Event.objects.values_list("change", flat=True)))
        assert begun(by, name="另一组（示例）").organization.state == "group"

    def test_is_for_who_lives_there_or_leads_it(self) -> None:
        by = resident()
        with pytest.raises(policies.NotTheApplicantsPlace):
            begun(by, area=ELSEWHERE)
        with pytest.raises(policies.NotTheApplicantsPlace):
            begun(officer())
        body = an_organization(COMMUNITY, name="队（示例）", kind="volunteer_team", state="group")
        with pytest.raises(policies.NotYourApplication):
            begun(by, organization_id=body.pk)
        leader = an_actor(Role.TEAM_LEADER, COMMUNITY, organization=body.pk)
        assert begun(leader, organization_id=body.pk).organization == body
        with pytest.raises(operations.OpenAlready):
            begun(leader, organization_id=body.pk)
        with pytest.raises(operations.NotFiled):
            begun(leader, organization_id=body.pk, ask="renewal")

    def test_refuses_beside_the_field(self) -> None:
        by = resident()
        for fault, field in (
            ({"name": " "}, "name"), ({"purpose": "x"}, "purpose"), ({"members": 0}, "members"),
            ({"phone": "1"}, "phone"), ({"premises": "长" * 201}, "premises"), ({"ask": "x"}, "ask"),
        ):  # fmt: skip
            with pytest.raises(Exception) as refused:  # noqa: PT011 - each is a refusal of its own
                begun(by, **fault)
            assert getattr(refused.value, "field", None) == field, fault
        assert not Organization.objects.exists()


class TestTheWay:
    def test_leads_to_a_number_and_a_leader(self) -> None:
        by = resident()
        draft = begun(by)
        with pytest.raises(operations.ChecksOpen) as lacking:
            operations.hand_in(actor=by, application_id=draft.pk, version=1, at=AT)
        assert "章程" in lacking.value.text
        operations.withdraw_application(actor=by, application_id=draft.pk, version=1, at=AT)
        found = granted(by)
        filing, body = found.filing, Organization.objects.get(pk=found.organization_id)
        assert (filing.serial, filing.area, body.state) == (1, SUBDISTRICT, "filed")
        assert filing.number == f"示例备{SUBDISTRICT}〔{AT.year}〕0001号"
        assert filing.valid_to == date(
            filing.filed_on.year + 3, filing.filed_on.month, filing.filed_on.day
        ) - timedelta(1)
        leads = again_as(by)
        assert leads.organizations(Role.TEAM_LEADER) == (body.pk,)
        assert granted(resident()).filing.serial == 2

    def test_has_days_that_run_out(self) -> None:
        found = handed_in(resident())
        assert found.due_on == AT.date() + timedelta(days=7)
        assert queries.overdue(found, found.due_on + timedelta(days=1))
        found = operations.give_opinion(
            actor=secretary(),
            application_id=found.pk,
            version=found.version,
            opinion="against",
            words="成员不足",
            at=AT,
        )
        assert found.due_on == AT.date() + timedelta(days=15)
        rows = queries.applications(viewer=officer()).filter(queries.late(found.due_on + timedelta(days=1)))
        assert list(rows) == [found]

    def test_lets_nobody_decide_their_own(self) -> None:
        both = a_person(COMMUNITY, Role.COMMUNITY_SECRETARY)
        both.role_grants.create(role=Role.SUBDISTRICT_OFFICER, area=SUBDISTRICT, starts_at=AT, created_at=AT)
        by = actor(both)
        found = handed_in(by)
        one: dict[str, Any] = {"application_id": found.pk, "version": found.version, "at": AT}
        with pytest.raises(policies.OwnApplication):
            operations.give_opinion(actor=by, opinion="for", words="x", **one)
        with pytest.raises(policies.OwnApplication):
            operations.decide(actor=by, decision="return", reason="x", **one)
        other = handed_in(resident())
        one = {"application_id": other.pk, "version": other.version, "at": AT}
        other = operations.give_opinion(actor=by, opinion="for", words="x", **one)
        with pytest.raises(policies.OwnApplication):  # gave the opinion
            operations.decide(actor=by, decision="grant", reason="x", **{**one, "version": other.version})
        with pytest.raises(NotFound):
            operations.decide(actor=officer("110114008"), decision="grant", reason="x", **one)
        with pytest.raises(Forbidden):
            operations.decide(actor=secretary(), decision="grant", reason="x", **{**one, "version": other.version})

    def test_tells_the_applicant_of_each_step_and_who_leads_before_it_ends(self, client: Client) -> None:
        by = resident()
        found = handed_in(by)
        one: dict[str, Any] = {"application_id": found.pk, "at": AT}
        found = operations.decide(actor=officer(), decision="return", reason="补名单", version=found.version, **one)
        found = operations.hand_in(actor=by, version=found.version, **one)
        found = operations.give_opinion(actor=secretary(), version=found.version, opinion="for", words="好", **one)
        found = operations.decide(actor=officer(), decision="grant", reason="符合", version=found.version, **one)
        told = Delivery.objects.filter(channel="app", notice__category="filing")
        kinds = ["filing.certificate", "filing.decided", "filing.opinion"]
        assert sorted((row.person_id, row.notice.kind) for row in told) == [(by.person_id, kind) for kind in kinds]
        ends = datetime.combine(found.filing.valid_to, AT.time(), UTC)
        assert tell_ending(at=ends - timedelta(days=61)) == 0
        assert [tell_ending(at=ends - timedelta(days=days)) for days in (60, 59, 1)] == [1, 0, 0]
        assert tell_ending(at=ends + timedelta(days=2)) == 0
        assert told.filter(notice__kind="filing.ends").get().person_id == by.person_id
        page = sign_in(client, Person.objects.get(pk=by.person())).get(
            "/account/notices/", headers={"accept-language": "zh-hans"}
        )
        assert "备案将于" in page.content.decode()
        assert found.name not in page.content.decode()

    def test_goes_back_to_be_completed_and_ends_in_a_refusal(self) -> None:
        by = resident()
        found = handed_in(by)
        one: dict[str, Any] = {"application_id": found.pk, "at": AT}
        boss = officer()
        with pytest.raises(operations.NotWaiting):
            operations.decide(actor=boss, decision="grant", reason="x", version=found.version, **one)
        with pytest.raises(operations.DecisionReasonMissing):
            operations.decide(actor=boss, decision="return", reason=" ", version=found.version, **one)
        found = operations.decide(actor=boss, decision="return", reason="补章程", version=found.version, **one)
        found = operations.change_application(
            actor=by, version=found.version, name="改名社（示例）", purpose="service", area=COMMUNITY, members=9,
            person_in_charge="欧阳示例", **one,
        )  # fmt: skip
        assert Organization.objects.get(pk=found.organization_id).name == "改名社（示例）"
        found = operations.hand_in(actor=by, version=found.version, **one)
        found = operations.give_opinion(actor=secretary(), version=found.version, opinion="for", words="x", **one)
        found = operations.decide(
            actor=boss, decision="refuse", reason="与业主委员会重复", version=found.version, **one
        )
        with pytest.raises(operations.NotEditable):
            operations.hand_in(actor=by, version=found.version, **one)
        assert Organization.objects.get(pk=found.organization_id).state == "group"


class TestTheRulesOfAnArea:
    def test_of_the_nearest_count_and_stay_with_what_was_handed_in(self) -> None:
        district = an_actor(Role.DISTRICT_OFFICER, DISTRICT)
        before = handed_in(resident())
        operations.set_filing_rules(actor=district, area=DISTRICT, at=AT, **RULES)
        operations.set_filing_rules(actor=district, area=DISTRICT, at=AT, **{**RULES, "least_members": 3})
        assert queries.rules_for(COMMUNITY)["least_members"] == 3
        operations.set_filing_rules(actor=officer(), area=SUBDISTRICT, at=AT, **{**RULES, "least_members": 9})
        assert queries.rules_for(COMMUNITY)["version"] == 1
        assert queries.rules_for("370102002001")["least_members"] == 3
        before.refresh_from_db()
        assert before.rules["least_members"] == 5
        by = resident()
        found = begun(by, members=9, premises="社区活动室")
        found = operations.hand_in(actor=by, application_id=found.pk, version=1, at=AT)
        assert found.state == "opinion_given"  # this area asks for none
        found = operations.decide(
            actor=officer(), application_id=found.pk, version=2, decision="grant", reason="符合条件", at=AT
        )
        assert found.filing.number.startswith("历社备")

    def test_are_set_by_who_is_in_charge_and_never_changed(self) -> None:
        with pytest.raises(Forbidden):
            operations.set_filing_rules(actor=officer(), area=DISTRICT, at=AT, **RULES)
        with pytest.raises(operations.BadFigure):
            operations.set_filing_rules(actor=officer(), area=SUBDISTRICT, at=AT, **{**RULES, "decision_days": 0})
        operations.set_filing_rules(actor=officer(), area=SUBDISTRICT, at=AT, **RULES)
        with pytest.raises(IntegrityError), transaction.atomic():
            FilingRules.objects.update(least_members=1)


class TestAFiling:
    def test_is_renewed_changed_and_cancelled_by_application(self, client: Client) -> None:
        by = resident()
        found = granted(by)
        leader = again_as(by)
        filing, body = found.filing, found.organization_id
        page = f"/certificates/filing/{filing.code}/"

        def again(ask: str, **more: Any) -> None:
            one = advised_again(leader, ask, body, **more)
            operations.decide(actor=officer(), application_id=one.pk, version=one.version, decision="grant",
                              reason="同意", at=AT)  # fmt: skip

        again("renewal")
        filing.refresh_from_db()
        assert filing.valid_to.year == filing.filed_on.year + 6
        again("change", name="新名社（示例）", purpose="service")
        assert PastName.objects.get(organization=body).name == found.name
        assert "新名社" in client.get(page).content.decode()
        with pytest.raises(operations.FiledChangesByApplication):
            operations.change_organization(
                actor=officer(), organization_id=body, version=Organization.objects.get(pk=body).version, name="x",
                kind="community_organization", area=COMMUNITY, at=AT,
            )  # fmt: skip
        again("cancellation", words="不再活动")
        assert Organization.objects.get(pk=body).state == "group"
        assert "已注销" in client.get(page).content.decode()

    def test_is_checked_by_anybody_and_tells_of_nobody(self, client: Client) -> None:
        found = granted(resident())
        address = f"/certificates/filing/{found.filing.code}/"
        page = client.get(address).content.decode()
        assert found.filing.number in page
        assert "欧" not in page
        assert client.get("/certificates/filing/nosuchcodeatallxxxxxx/").status_code == 404
        late = found.filing.valid_to + timedelta(days=1)
        assert queries.certificate(code=found.filing.code, at=AT + (late - AT.date())).state == "expired"
        body = Organization.objects.get(pk=found.organization_id)
        operations.move_organization(actor=officer(), organization_id=body.pk, version=body.version, move="suspend",
                                     reason="检查", at=AT)  # fmt: skip
        assert queries.certificate(code=found.filing.code, at=AT).state == "suspended"
        operations.close_organization(
            actor=officer(), organization_id=body.pk, version=body.version + 1, reason="解散", at=AT
        )
        assert queries.certificate(code=found.filing.code, at=AT).state == "cancelled"

    def test_prints_a_certificate_with_rare_characters(self) -> None:
        by = a_person(COMMUNITY)
        found = granted(actor(by), name="㙍村䶮堃合唱社（示例）")
        answer = sign_in(Client(), by).get(f"/filing/{found.pk}/certificate.pdf")
        text = "".join(pypdf.PdfReader(io.BytesIO(answer.content)).pages[0].extract_text().split())
        assert answer["Content-Type"] == "application/pdf"
        assert found.filing.number in text
        assert "䶮堃合唱社" in text


def advised_again(leader: Any, ask: str, body: Any, **more: Any) -> FilingApplication:
    """Bring an application for a filed body as far as the decision."""
    found = handed_in(leader, organization_id=body, ask=ask, **{"name": Organization.objects.get(pk=body).name, **more})
    return operations.give_opinion(
        actor=secretary(), application_id=found.pk, version=found.version, opinion="for", words="同意", at=AT
    )


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_numbers_have_no_gap(self) -> None:
        waiting = [advised(resident()) for _number in range(3)]
        boss = officer()
        done = together(*[
            partial(operations.decide, actor=boss, application_id=one.pk, version=one.version, decision="grant",
                    reason="同意", at=AT) for one in waiting
        ])  # fmt: skip
        assert sum(done) == 3
        assert sorted(Filing.objects.values_list("serial", flat=True)) == [1, 2, 3]

    def test_one_application_is_decided_once(self) -> None:
        found = advised(resident())
        acts = [
            partial(operations.decide, actor=officer(), application_id=found.pk, version=found.version,
                    decision=decision, reason="x", at=AT) for decision in ("grant", "refuse", "grant")
        ]  # fmt: skip
        assert sum(together(*acts)) == 1


class TestTheDatabase:
    @pytest.mark.parametrize("table", [lifecycle.ORGANIZATION, lifecycle.APPLICATION], ids=lambda one: one.name)
    def test_holds_the_moves_of_the_table(self, table: Lifecycle) -> None:
        allowed = set(lifecycle.moves(table))
        body = table is lifecycle.ORGANIZATION
        one = an_organization(COMMUNITY) if body else begun(resident())
        model: Any = Organization if body else FilingApplication
        with transaction.atomic():
            found = set()
            for old in table.states:
                for new in table.states:
                    if old != new and moved(model, one.pk, old, new):
                        found.add((old, new))
        assert found == allowed

    def test_gives_no_number_out_of_turn_and_keeps_what_is_over(self) -> None:
        found = granted(resident())
        for fault in ({"serial": 9}, {"number": "x"}, {"code": "y" * 22}, {"valid_to": found.filing.filed_on}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Filing.objects.filter(pk=found.filing.pk).update(**fault)
        other = advised(resident())
        with pytest.raises(IntegrityError, match="organizations_filing_gap"), transaction.atomic():
            Filing.objects.create(
                organization=other.organization, application=other, area=SUBDISTRICT, year=AT.year, serial=5,
                number="x", code="z" * 22, filed_on=AT.date(), valid_to=AT.date(), created_at=AT,
            )  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            FilingApplication.objects.filter(pk=found.pk).update(name="x")


def moved(model: Any, key: Any, old: str, new: str) -> bool:
    """Tell whether the database lets a row go from one state to another, with all else as the new one asks."""
    rows = model.objects.filter(pk=key)
    resting = ("dormant", "suspended")

    def beside(state: str, before: str) -> dict[str, Any]:
        if model is FilingApplication:
            return {"due_on": AT.date(), "handed_in_at": AT, "reason": "x", "decided_at": AT}
        closed = {"closed_at": AT, "closed_reason": "x"} if state == "dissolved" else {}
        return {"rests_from": before if state in resting else "", **closed}

    try:
        with transaction.atomic():
            as_it_was(model, rows, old, beside(old, new if new not in (*resting, "dissolved") else "group"))
            was = rows.values("rests_from").get()["rests_from"] if model is Organization else ""
            rows.update(state=new, **beside(new, was or old))
            raise Undone
    except Undone:
        return True
    except IntegrityError as fault:
        return "organizations_filed_by_filing" in str(fault)  # the way is there, only the filing is not


class Undone(Exception):
    """What was tried is taken back."""


def as_it_was(model: Any, rows: Any, state: str, beside: dict[str, Any]) -> None:
    """Set a state past the guards, as the owner of the database can."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        rows.update(state=state, **beside)
        cursor.execute("SET LOCAL session_replication_role = origin")
