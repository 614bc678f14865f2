"""The pages of volunteering, for the tests that look at every page: teams in several states, people in and out."""

from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from shanzhi.kernel.actor import Actor
from shanzhi.people.models import Person
from shanzhi.volunteering import operations, queries
from shanzhi.volunteering.models import Qualification, Skill, Team, TeamMember, Volunteer
from tests.support.people import a_person
from tests.support.site import Site
from tests.volunteering.import_table import pages as import_pages
from tests.volunteering.move_table import pages as move_pages
from tests.volunteering.support import a_team, a_volunteer, join

COMMUNITY = "370102001002"
SYSTEM = Actor.system("test")
NONE = "?q=没有的东西"


def _volunteer(person: Person) -> Volunteer:
    found = Volunteer.objects.filter(person=person).first()
    if found is None:
        details = operations.Details(
            area=COMMUNITY, skills=("haircut", "first_aid"), hours=((2, 540, 720), (6, 1140, 1230)), metres=2000,
            languages=("mandarin", "dialect"), wish="陪老人散步", health="不能提重物", health_agreed=True,
            emergency_name="欧阳示例", emergency_phone="13800138000",
        )  # fmt: skip
        operations.load_examples(actor=SYSTEM, area="", at=timezone.now())
        found = operations.register_volunteer(actor=SYSTEM, details=details, person_id=person.pk, at=timezone.now())
    return found


def _team(name: str, **fields: Any) -> Team:
    return Team.objects.filter(name=name).first() or a_team(COMMUNITY, name=name, **fields)


def public() -> dict[str, str]:
    """Give what anybody reads."""
    team = _team("邻里守望队（示例）")
    return {
        "volunteering:teams": reverse("volunteering:teams"),
        "volunteering:teams none": reverse("volunteering:teams") + NONE,
        "volunteering:team": reverse("volunteering:team", args=[team.pk]),
    }


def own(site: Site) -> dict[str, str]:
    """Give a volunteer's pages: of the own entry, of a team to join, of one that is joined, and of one that is led."""
    person = site.person("resident")
    one, at = _volunteer(person), timezone.now()
    led, free = _team("示例领队", leader=one), _team("邻里守望队（示例）")
    inside = _team("示例改协议队")
    if not TeamMember.objects.filter(team=inside, volunteer=one).exists():
        join(inside, one)
        for _place in range(2):
            join(led, a_volunteer(a_person(COMMUNITY, name="欧阳示例")), state="requested", message="我会理发")
        join(led, a_volunteer(a_person(COMMUNITY)))
        operations.set_agreement(actor=SYSTEM, team_id=inside.pk, text="第二版：守时守信。", at=at)
        operations.renew_code(actor=SYSTEM, team_id=free.pk, at=at)
        operations.renew_code(actor=SYSTEM, team_id=led.pk, at=at)
    free.refresh_from_db()
    asked = TeamMember.objects.filter(team=led, state="requested").earliest("pk")
    member = TeamMember.objects.filter(team=led, state="member", role="member").earliest("pk")
    plain = ("mine", "edit", "leave", "found")
    return {
        **{f"volunteering:{name}": reverse(f"volunteering:{name}") for name in plain},
        "volunteering:join": reverse("volunteering:join", args=[free.pk]),
        "volunteering:by_code": reverse("volunteering:by_code", args=[queries.code_of(free)]),
        "volunteering:team inside": reverse("volunteering:team", args=[inside.pk]),
        "volunteering:sign": reverse("volunteering:sign", args=[inside.pk]),
        "volunteering:leave_team": reverse("volunteering:leave_team", args=[inside.pk]),
        **{
            f"volunteering:{name}": reverse(f"volunteering:{name}", args=[led.pk])
            for name in ("team_desk", "team_edit", "agreement", "code", "dissolve", "move_new")
        },
        "volunteering:team_desk none": reverse("volunteering:team_desk", args=[led.pk]) + "?q=999999",
        "volunteering:request": reverse("volunteering:request", args=[asked.pk]),
        "volunteering:part": reverse("volunteering:part", args=[member.pk]),
        "volunteering:end_place": reverse("volunteering:end_place", args=[member.pk]),
    }


def desk() -> dict[str, str]:
    """Give the pages of staff, who are no volunteers themselves."""
    one = Volunteer.objects.filter(wish="陪老人散步").first() or _volunteer(a_person(COMMUNITY))
    day = timezone.localdate() - timedelta(days=30)
    held = Qualification.objects.filter(volunteer=one).first() or operations.add_qualification(
        actor=SYSTEM, volunteer_id=one.pk, code="basics", starts_on=day, evidence="签到表", at=timezone.now()
    )
    waiting = _team("示例待同意队", state="proposed")
    bare = a_volunteer(a_person(COMMUNITY, name="欧阳示例"), area=COMMUNITY)
    words = ("skills", "qualifications", "tasks")
    return {
        "volunteering:mine begin": reverse("volunteering:mine"),
        "volunteering:register": reverse("volunteering:register"),
        "volunteering:volunteers": reverse("volunteering:volunteers"),
        "volunteering:volunteers none": reverse("volunteering:volunteers") + "?q=999999",
        "volunteering:desk_teams": reverse("volunteering:desk_teams"),
        "volunteering:desk_teams none": reverse("volunteering:desk_teams") + NONE,
        "volunteering:team waiting": reverse("volunteering:team", args=[waiting.pk]),
        "volunteering:decide": reverse("volunteering:decide", args=[waiting.pk]),
        "volunteering:volunteer": reverse("volunteering:volunteer", args=[one.pk]),
        "volunteering:volunteer bare": reverse("volunteering:volunteer", args=[bare.pk]),
        "volunteering:unmask": reverse("volunteering:unmask", args=[one.pk]),
        "volunteering:qualify": reverse("volunteering:qualify", args=[one.pk]),
        "volunteering:revoke": reverse("volunteering:revoke", args=[held.pk]),
        **{f"volunteering:words {name}": reverse("volunteering:words", args=[name]) for name in words},
        **{f"volunteering:word_new {name}": reverse("volunteering:word_new", args=[name]) for name in words},
        **import_pages(),
        **move_pages(),
        "volunteering:word": reverse("volunteering:word", args=["skills", _own_skill().pk]),
    }


def _own_skill() -> Skill:
    """Give a skill that the district set itself, so that its officers may change it."""
    values = {"code": "paper_cutting", "name": "剪纸", "name_en": "Paper cutting"}
    found = Skill.objects.filter(area="370102", code="paper_cutting").first()
    return found or operations.put_word(
        actor=SYSTEM, vocabulary="skills", area="370102", values=values, at=timezone.now()
    )
