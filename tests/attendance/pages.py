"""The pages of attendance, for the tests that look at every page: a shift that is on, led and signed up for."""

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from shanzhi.activities.models import SignUp
from shanzhi.attendance import operations
from shanzhi.attendance.models import Attendance
from shanzhi.kernel.gate import Place
from shanzhi.people.models import Person
from shanzhi.volunteering.models import Volunteer
from tests.attendance.support import HOUR, SPRING, Ground, a_ground, open_gate
from tests.support.people import a_person
from tests.support.site import Site
from tests.volunteering.support import a_volunteer

COMMUNITY = "370102001002"
FAR = Place(SPRING[0] + 50_000, SPRING[1])


def _ground(leads: Person, *, named: bool = True) -> Ground:
    """Make a shift that somebody leads, and to which two came, one of them from far away."""
    leader = Volunteer.objects.filter(person=leads).first() or a_volunteer(leads, COMMUNITY)
    people = [a_person(COMMUNITY, name="欧阳示例") for _ in range(3)] if named else []
    with transaction.atomic():
        made = a_ground(at=timezone.now(), area=COMMUNITY, people=people, leader=leader)
    for number, place in ((0, None), (1, FAR)):
        if people:
            made.arrive(number, position=place)
    return made


def own(site: Site) -> dict[str, str]:
    """Give what a volunteer sees who leads a shift, and signed up for another one."""
    person = site.person("resident")
    led, empty = _ground(person), _ground(person, named=False)
    open_gate(led)
    volunteer = Volunteer.objects.get(person=person)
    for one in SignUp.objects.filter(volunteer=volunteer, state="signed", shift__starts_at__lte=timezone.now() + HOUR):
        one.state, one.ended_at = "left", timezone.now()  # nobody is at two shifts at once
        one.save()
    other = _ground(a_person(COMMUNITY))
    other.shift.signups.create(
        volunteer=volunteer, state="signed", turn=9, queued_at=other.at, signed_at=other.at, kept=0
    )  # fmt: skip
    row = Attendance.objects.get(shift=led.shift, review="waiting")
    done = operations.mark(
        actor=led.lead, shift_id=led.shift.pk, volunteer_id=led.volunteers[2].pk, act="arrive", at=timezone.now()
    )
    return {
        "attendance:mine": reverse("attendance:mine"),
        "attendance:mine none": reverse("attendance:mine") + "?state=struck",
        "attendance:here": reverse("attendance:here", args=[other.shift.pk]),
        "attendance:record": reverse("attendance:record", args=[done.id]),
        "attendance:record doubted": reverse("attendance:record", args=[row.pk]),
        "attendance:decide": reverse("attendance:decide", args=[row.pk]),
        "attendance:correct": reverse("attendance:correct", args=[row.pk]),
        "attendance:doubts": reverse("attendance:doubts"),
        "service:shift": reverse("service:shift", args=[led.shift.pk]),
        "attendance:doubts none": reverse("attendance:doubts") + "?q=999999",
        **{
            f"attendance:{name}": reverse(f"attendance:{name}", args=[led.shift.pk])
            for name in ("screen", "walk_in", "enter", "manner", "list")
        },
        "attendance:list none": reverse("attendance:list", args=[empty.shift.pk]),
        "attendance:list nobody": reverse("attendance:list", args=[led.shift.pk]) + "?q=999999",
        "attendance:forget": reverse("attendance:forget"),
    }
