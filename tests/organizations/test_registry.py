"""The life of an organisation, what hangs on it, the registration track and the targets of communities."""

from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from shanzhi.audit.models import Event
from shanzhi.kernel.errors import Forbidden
from shanzhi.kernel.identifiers import NotAPhone
from shanzhi.kernel.roles import Role
from shanzhi.organizations import lifecycle, operations, queries
from shanzhi.organizations.models import Finding, Link, Membership, Organization, PastName
from shanzhi.people import queries as people
from tests.organizations.filing_support import granted, officer, resident, secretary
from tests.people.conftest import COMMUNITY, DISTRICT, SUBDISTRICT
from tests.support.organizations import CODES, an_organization
from tests.support.people import AT, a_person, actor, an_actor, client_for, sign_in
from tests.support.races import together

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
TODAY = AT.date()


def step(found: Organization, move: str) -> Organization:
    version = Organization.objects.get(pk=found.pk).version
    return operations.move_organization(
        actor=officer(), organization_id=found.pk, version=version, move=move, reason="示例", at=AT
    )


def member(found: Organization, **more: Any) -> Membership:
    values = {"name": "欧阳示例", "part": "member", "starts_on": TODAY, "at": AT, **more}
    return operations.add_member(actor=secretary(), organization_id=found.pk, **values)


def parent(found: Organization, other: Organization, tie: str = "parent") -> Link:
    return operations.add_link(actor=officer(), organization_id=found.pk, tie=tie, other_id=other.pk, at=AT)


def an_institution() -> Organization:
    kind = "social_service_institution"
    return an_organization(COMMUNITY, credit_code=CODES["52"], kind=kind, state="registered")


class TestALife:
    def test_goes_step_by_step_and_comes_back_from_rest(self) -> None:
        made = operations.create_organization(
            actor=officer(), name="照护社（示例）", kind="community_organization", area=COMMUNITY, at=AT
        )
        assert made.state == "group"
        assert step(made, "begin_project").state == "project_team"
        assert step(made, "rest").rests_from == "project_team"
        assert step(made, "suspend").rests_from == "project_team"
        assert step(made, "resume").state == "project_team"
        with pytest.raises(operations.CodeMissing):
            step(made, "register")
        Organization.objects.filter(pk=made.pk).update(credit_code=CODES["52"], kind="social_service_institution")
        assert step(made, "register").state == "registered"
        assert step(made, "become_hub").state == "hub"
        with pytest.raises(operations.NotFiled):
            step(made, "leave_hub_filed")
        for move in ("file", "unfile", "dissolve", "begin_project", "x"):
            with pytest.raises(operations.BadMove):
                step(made, move)
        moves = Event.objects.filter(verb="organizations.organization.move").order_by("pk")
        assert [(one.change["from"], one.change["to"]) for one in moves][:2] == [
            ("group", "project_team"), ("project_team", "dormant")
        ]  # fmt: skip

    def test_begins_where_code_and_sort_say(self) -> None:
        wanted = {
            ("hub", None): "hub",
            ("foundation", None): "registered",
            ("volunteer_team", CODES["52"]): "registered",
            ("volunteer_team", None): "group",
        }
        assert {given: lifecycle.beginning(*given) for given in wanted} == wanted

    def test_keeps_the_names_it_had(self) -> None:
        made = an_organization(COMMUNITY, name="甲社")
        for name, version in (("乙社", 1), ("丙社", 2)):
            operations.change_organization(
                actor=officer(), organization_id=made.pk, version=version, name=name, kind=made.kind, area=COMMUNITY,
                at=AT + timedelta(days=version),
            )  # fmt: skip
        assert [one.name for one in made.past_names.all()] == ["乙社", "甲社"]
        with pytest.raises(IntegrityError), transaction.atomic():
            PastName.objects.update(name="x")


class TestPeopleOfAnOrganisation:
    def test_are_sealed_counted_over_time_and_shown_in_full_for_a_reason(self, client: Client) -> None:
        made, person = an_organization(COMMUNITY), a_person(COMMUNITY, name="诸葛示例")
        first = member(made, part="contact", phone="138 0013 8000", starts_on=TODAY - timedelta(days=400))
        for part in ("member", "finance"):
            member(made, person_id=person.pk, name="", part=part)
        with pytest.raises(operations.MemberAlready):
            member(made, person_id=person.pk, name="")
        assert queries.counted(made.pk, TODAY) == 2
        operations.end_member(actor=secretary(), organization_id=made.pk, membership_id=first.pk, ends_on=TODAY, at=AT)
        assert (queries.counted(made.pk, TODAY), queries.counted(made.pk, TODAY - timedelta(days=1))) == (1, 1)
        desk = client_for(Role.COMMUNITY_SECRETARY, COMMUNITY)
        page = desk.get(f"/desk/organizations/{made.pk}/").content.decode()
        assert "诸*例" in page
        assert "诸葛" not in page
        unmask = f"/desk/organizations/{made.pk}/members/unmask/"
        assert desk.post(unmask, {"reason": " "}).status_code == 422
        full = desk.post(unmask, {"reason": "核对名单"})
        assert "诸葛示例" in full.content.decode()
        assert full["Cache-Control"] == "no-store"
        assert Event.objects.get(verb="organizations.member.unmask").reason == "核对名单"
        assert "诸葛" not in str(list(Event.objects.values_list("change", flat=True)))
        (look,) = people.looks(viewer=actor(person))  # who has two parts is told once; who is a name alone, nobody
        assert look.change == {"fields": ["name", "phone"], "seen_as": "community_secretary", "seen_in": COMMUNITY}
        page = sign_in(client, person).get("/account/", headers={"accept-language": "zh-hans"}).content.decode()
        assert all(words in page for words in ("核对名单", "社区书记"))
        leader = actor(a_person(COMMUNITY, Role.TEAM_LEADER, organization=made.pk))
        operations.unmask_members(actor=leader, organization_id=made.pk, reason="通知开会", at=AT)
        assert people.looks(viewer=actor(person))[0].change["seen_as"] == "team_leader"

    def test_are_refused_beside_the_field(self) -> None:
        made = an_organization(COMMUNITY)
        for fault, refusal in (
            ({"name": " "}, operations.NameMissing), ({"part": "x"}, operations.BadPart),
            ({"starts_on": TODAY + timedelta(days=1)}, operations.BadDay), ({"phone": "12"}, NotAPhone),
        ):  # fmt: skip
            with pytest.raises(refusal):
                member(made, **fault)
        assert not Membership.objects.exists()


class TestLinks:
    def test_never_make_a_circle_of_parents(self) -> None:
        one, two, three = (an_organization(COMMUNITY, name=name) for name in ("甲", "乙", "丙"))
        parent(one, two)
        parent(two, three)
        with pytest.raises(operations.ParentCircle):
            parent(three, one)
        with pytest.raises(operations.LinkedAlready):
            parent(one, three)
        with pytest.raises(operations.BadTie):
            parent(one, one)
        parent(three, one, "grew_out_of")  # no circle of parents
        link = Link.objects.get(organization=one, tie="parent")
        operations.end_link(actor=officer(), organization_id=one.pk, link_id=link.pk, at=AT)
        parent(three, one)
        with pytest.raises(IntegrityError), transaction.atomic():
            Link.objects.filter(pk=link.pk).update(ended_at=None)

    @pytest.mark.django_db(transaction=True)
    def test_that_would_close_a_circle_together_wait_for_one_another(self) -> None:
        one, two, three = (an_organization(COMMUNITY, name=name) for name in ("甲", "乙", "丙"))
        assert sum(together(partial(parent, one, two), partial(parent, two, three), partial(parent, three, one))) == 2


class TestTheRegistrationTrack:
    def finding(self, found: Organization, matter: str, on: date, **more: Any) -> Finding:
        return operations.add_finding(
            actor=officer(), organization_id=found.pk, matter=matter, on=on, source="登记机关文书", at=AT, **more
        )

    def test_says_what_an_association_lacks(self) -> None:
        body = an_organization(COMMUNITY, kind="community_organization", size_stated=20)
        (lacking,) = queries.standing(body, TODAY).association
        assert not lacking.good
        assert all(words in lacking.words for words in ("还差 30", "还差 30）"))
        for number in range(30):
            unit = an_organization(COMMUNITY, name=f"单位{number}")
            Link.objects.create(organization=unit, other=body, tie="parent", created_at=AT)
        assert queries.standing(body, TODAY).association[0].good
        self.finding(body, "applied", TODAY - timedelta(days=61))
        computed = queries.standing(body, TODAY)
        assert (computed.decision_due, computed.decision_late) == (TODAY - timedelta(days=1), True)
        with pytest.raises(operations.NotRegistered):
            self.finding(body, "report", TODAY, year=TODAY.year, result="registrar")

    def test_bars_a_rating_until_its_conditions_hold(self) -> None:
        body = an_organization(
            COMMUNITY, credit_code=CODES["52"], kind="social_service_institution", state="registered"
        )
        rate = partial(self.finding, body, "rating", result="4A")
        with pytest.raises(operations.RatingBarred):
            rate(TODAY)
        self.finding(body, "registered", date(TODAY.year - 5, 3, 1))
        missed = self.finding(body, "inspection", TODAY, year=TODAY.year - 1, result="missed")
        asked = self.finding(body, "investigation", TODAY - timedelta(days=3))
        fined = self.finding(body, "penalty", TODAY - timedelta(days=3))
        with pytest.raises(operations.RatingBarred) as barred:
            rate(TODAY)
        assert all(words in barred.value.text for words in ("未参检", "立案调查", "处罚"))
        operations.end_finding(actor=officer(), finding_id=asked.pk, ends_on=TODAY, at=AT)
        for one in (missed, fined):
            operations.take_back_finding(actor=officer(), finding_id=one.pk, reason="录错单位", at=AT)
        rated = rate(TODAY)
        assert rated.ends_on == TODAY.replace(year=TODAY.year + 5)
        assert queries.standing(body, TODAY).grade == "4A"
        assert queries.standing(body, rated.ends_on + timedelta(days=1)).grade == ""
        with pytest.raises(IntegrityError), transaction.atomic():
            Finding.objects.filter(pk=rated.pk).update(result="5A")

    def test_tells_which_reports_are_due(self) -> None:
        body = an_organization(
            COMMUNITY, credit_code=CODES["52"], kind="social_service_institution", state="registered"
        )
        self.finding(body, "registered", date(TODAY.year - 2, 3, 1))
        self.finding(body, "report", date(TODAY.year, 4, 2), year=TODAY.year - 1, result="supervisor")
        first, second = queries.standing(body, date(TODAY.year, 5, 31)).duties
        assert (first.due_on, first.done_on, first.late) == (date(TODAY.year, 3, 31), date(TODAY.year, 4, 2), True)
        assert (second.due_on, second.done_on, second.late) == (date(TODAY.year, 5, 31), None, False)
        assert queries.standing(body, date(TODAY.year, 6, 1)).duties[1].late
        page = client_for(Role.DISTRICT_OFFICER, DISTRICT).get(f"/desk/organizations/{body.pk}/standing/")
        assert "迟报" in page.content.decode()
        with pytest.raises(operations.FindingThere):
            self.finding(body, "report", TODAY, year=TODAY.year - 1, result="supervisor")
        for fault, refusal in (
            ({"result": "5A"}, operations.BadResult), ({"year": None}, operations.BadYear),
            ({"year": TODAY.year + 1}, operations.BadYear),
        ):  # fmt: skip
            with pytest.raises(refusal):
                self.finding(body, "report", TODAY, **{"year": TODAY.year, "result": "registrar", **fault})


class TestTheTargets:
    def test_are_counted_for_each_community_from_the_nearest_area(self, client: Client) -> None:
        granted(resident())
        rows = {one.area.code: one for one in queries.communities(code=DISTRICT, at=AT)}
        assert (rows[COMMUNITY].have, rows[COMMUNITY].target, rows[COMMUNITY].missing) == (1, 10, 9)
        district = an_actor(Role.DISTRICT_OFFICER, DISTRICT)
        for urban in (12, 1):
            operations.set_targets(actor=district, area=SUBDISTRICT, urban=urban, rural=7, source="示例", at=AT)
        with pytest.raises(Forbidden):
            operations.set_targets(actor=officer(), area=DISTRICT, urban=1, rural=1, source="x", at=AT)
        assert queries.targets_of([COMMUNITY, DISTRICT]) == {COMMUNITY: (1, 7), DISTRICT: (10, 5)}
        page = client.get(f"/organizations/targets/{SUBDISTRICT}/").content.decode()
        assert "<svg" in page
        assert "1/1" in page
        assert client.get(f"/organizations/targets/{SUBDISTRICT}/?export=xlsx").status_code == 200
        assert client.get(f"/organizations/targets/{SUBDISTRICT}/?reached=1").status_code == 200
