"""The pages of service, for the tests that look at every page: records in all states, stars, thanks, certificates."""

from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from shanzhi.kernel.actor import Actor
from shanzhi.people.models import Person
from shanzhi.service import operations
from shanzhi.service.models import Certificate, CertificateBatch, Complaint, Evidence, ServiceRecord, Thanks
from shanzhi.service.operations import Organiser, Row
from shanzhi.volunteering.models import Team, Volunteer
from tests.service.support import a_kind
from tests.support.people import a_person
from tests.support.site import Site
from tests.volunteering.support import a_team, a_volunteer, join

COMMUNITY = "370102001002"
SYSTEM, OTHER = Actor.system("test"), Actor.system("second")
TEAM = "示例服务队"


class Stage:
    """A team that one leads as deputy, with records in all states, of oneself too."""

    def __init__(self, person: Person) -> None:
        self.at = timezone.now()
        self.own = Volunteer.objects.filter(person=person).first() or a_volunteer(person, COMMUNITY)
        found = Team.objects.filter(name=TEAM).first()
        if found is None:
            found = a_team(COMMUNITY, name=TEAM, leader=a_volunteer(a_person(COMMUNITY), COMMUNITY))
            join(found, self.own, role="deputy")
            join(found, a_volunteer(a_person(COMMUNITY, name="欧阳示例"), COMMUNITY))
            a_kind("370102")
            self._fill(found)
        self.team = found

    def _fill(self, team: Team) -> None:
        member = team.members.filter(role="member").get().volunteer
        past = self.at - timedelta(days=20)
        for place, one in enumerate((self.own, self.own, member, member)):
            self.record(team, one, past - timedelta(days=30 * place), minutes=480 - 60 * place)
        operations.verify_records(
            actor=OTHER, at=self.at - timedelta(days=2),
            record_ids=ServiceRecord.objects.filter(team=team).values_list("pk", flat=True),
        )  # fmt: skip
        self.record(team, member, past, minutes=60)
        self.record(team, self.own, self.at - timedelta(days=1), minutes=90)
        self.record(team, member, self.at - timedelta(days=2), minutes=45, notice=False)
        operations.write_thanks(actor=_signed(a_person(COMMUNITY)), number=self.own.number, words="谢谢您", at=self.at)
        note = Thanks.objects.latest("written_at")
        operations.read_thanks(actor=SYSTEM, thanks_id=note.pk, shown=True, reason="", at=self.at)

    def record(self, team: Team, one: Volunteer, at: Any, *, minutes: int, notice: bool = True) -> ServiceRecord:
        return operations.record_service(
            actor=SYSTEM, organiser=Organiser(team_id=team.pk), served_on=timezone.localdate(at), task_code="visit",
            content="探访独居老人，陪聊、量血压（示例）", rows=[Row(one.pk, minutes, 540, 3, "签到表（示例）")], at=at,
            notice=notice,
        )[0]  # fmt: skip

    def one(self, state: str, *, own: bool = False) -> ServiceRecord:
        rows = ServiceRecord.objects.filter(team=self.team, state=state, reversal=None)
        rows = rows.filter(volunteer=self.own) if own else rows.exclude(volunteer=self.own)
        return rows.order_by("served_on", "pk")[0]

    def certificate(self) -> Certificate:
        found = Certificate.objects.filter(volunteer=self.own, withdrawn_at=None).first()
        paper = operations.Paper(
            self.at.date() - timedelta(days=200), timezone.localdate(self.at), "示例甲", "示例乙", "0531（示例）",
            area=COMMUNITY,
        )  # fmt: skip
        return found or operations.issue_certificate(
            actor=SYSTEM, volunteer_id=self.own.pk, paper=paper, at=self.at
        )  # fmt: skip

    def evidence(self, record: ServiceRecord) -> Evidence:
        return operations.add_evidence(
            actor=SYSTEM, record_id=record.pk, name="签到表（示例）.pdf", content=b"%PDF-1.4 made up %%EOF", at=self.at
        )

    def batch(self) -> CertificateBatch:
        found = CertificateBatch.objects.first()
        if found is None:
            paper = operations.Paper(
                self.at.date() - timedelta(days=200), timezone.localdate(self.at), "示例甲", "示例乙", "0531（示例）",
                area=COMMUNITY,
            )  # fmt: skip
            found = operations.order_batch(actor=SYSTEM, paper=paper, at=self.at)
            operations.write_batch(batch_id=found.pk, at=self.at)
        return found

    def complaint(self) -> Complaint:
        found = Complaint.objects.filter(state="open").first()
        by = _signed(self.team.members.filter(role="member").get().volunteer.person)
        return found or operations.complain(
            actor=by, record_id=self.one("noticed").pk, words="当天我不在（示例）", at=self.at
        )  # fmt: skip


def _signed(person: Person) -> Actor:
    return Actor(person_id=person.pk, account_id=person.pk)


def public(site: Site) -> dict[str, str]:
    """Give what anybody reads."""
    stage = Stage(site.person("resident"))
    return {
        "service:check": reverse("service:check"),
        "service:checked": reverse("service:checked", args=[stage.certificate().code]),
        "service:growth": reverse("service:growth", args=["370102"]),
    }


def own(site: Site) -> dict[str, str]:
    """Give a volunteer's pages, who is deputy of a team too."""
    stage = Stage(site.person("resident"))
    mine, others, verified = stage.one("noticed", own=True), stage.one("noticed"), stage.one("verified")
    return {
        "service:mine": reverse("service:mine"),
        "service:mine none": reverse("service:mine") + "?q=没有的东西",
        "service:thank": reverse("service:thank"),
        "service:verify": reverse("service:verify"),
        "service:to_notice": reverse("service:to_notice"),
        "service:record own": reverse("service:record", args=[mine.pk]),
        "service:complain": reverse("service:complain", args=[mine.pk]),
        "service:record": reverse("service:record", args=[others.pk]),
        "service:add_evidence": reverse("service:add_evidence", args=[others.pk]),
        "service:remove_evidence": reverse("service:remove_evidence", args=[stage.evidence(verified).pk]),
        "service:refuse": reverse("service:refuse", args=[others.pk]),
        "service:reverse": reverse("service:reverse", args=[verified.pk]),
        "service:certificate": reverse("service:certificate", args=[stage.certificate().pk]),
        "service:team": reverse("service:team", args=[stage.team.pk]),
        "service:table": reverse("service:table", args=[stage.team.pk]),
        "service:notice": reverse("service:notice", args=[stage.team.pk]),
    }


def desk(person: Person | None = None) -> dict[str, str]:
    """Give the pages of staff, who are no volunteers themselves."""
    stage = Stage(person or a_person(COMMUNITY))
    complaint, note = stage.complaint(), Thanks.objects.filter(state="shown").latest("written_at")
    plain = ("desk", "office_table", "complaints", "thanks", "rules", "new_rules", "export", "ready", "certificates")
    return {
        "service:mine begin": reverse("service:mine"),
        **{f"service:{name}": reverse(f"service:{name}") for name in (*plain, "issue")},
        "service:desk none": reverse("service:desk") + "?q=999999",
        "service:volunteer": reverse("service:volunteer", args=[stage.own.pk]),
        "service:answer": reverse("service:answer", args=[complaint.pk]),
        "service:record complained": reverse("service:record", args=[complaint.record_id]),
        "service:read": reverse("service:read", args=[note.pk]),
        "service:desk_growth": reverse("service:desk_growth", args=["370102"]),
        "service:certificate staff": reverse("service:certificate", args=[stage.certificate().pk]),
        "service:withdraw": reverse("service:withdraw", args=[stage.certificate().pk]),
        "service:batch": reverse("service:batch", args=[stage.batch().pk]),
    }
