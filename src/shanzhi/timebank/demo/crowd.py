"""What `make demo` loads at last: the ten thousand volunteers of the bank of 历下, every one of them made up.

Apart from the demo's small bank, so that whoever needs only that one need not wait for these.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Final

from django.db import transaction
from django.utils import timezone

from shanzhi.people.fields import ID_NUMBER, marks
from shanzhi.people.models import Person
from shanzhi.people.operations.bringing import bring_people
from shanzhi.service import operations as service
from shanzhi.timebank import operations
from shanzhi.timebank.demo.loading import Progress
from shanzhi.timebank.demo.made_up import DISTRICT, SYSTEM, made_up, seats
from shanzhi.timebank.models import Bank
from shanzhi.ventures.demo.people import number_of
from shanzhi.volunteering.forms.volunteers import PARTS
from shanzhi.volunteering.models import TaskKind, Volunteer
from shanzhi.volunteering.operations import Details, register_volunteers
from shanzhi.volunteering.operations.words import SKILLS, TASKS

STEP: Final = "公益银行志愿者 Volunteers of the bank"
GROUP: Final = "BANK"
COUNT: Final = 10_000
AT_ONCE: Final = 500
COMMUNITIES: Final = 40
SERVED: Final = 10
"""One of so many has served already."""
MINUTES: Final = (60, 90, 120, 180, 240)
LANGUAGES: Final = (("mandarin",), ("mandarin", "dialect"), ("mandarin", "sign"))
SPOKEN: Final = (14, 5, 1)
"""How many of twenty speak standard Chinese alone, the local dialect too, sign language too."""
WISHES: Final = tuple(code for code, *_rest, dangerous in TASKS if not dangerous)
"""The kinds of tasks of which some say that they would like them."""


def load(*, at: datetime, progress: Progress, count: int = COUNT) -> None:
    """Load so many volunteers with accounts, group after group, each whole or not at all; those there are kept."""
    bank = Bank.objects.filter(area=DISTRICT, synthetic=True).first()
    where = seats(at, COMMUNITIES)
    if bank is not None and where:
        for first in range(0, count, AT_ONCE):
            with transaction.atomic():
                _group(bank, where, range(first, min(first + AT_ONCE, count)), at)
            progress(STEP, min(first + AT_ONCE, count), count)
    progress(STEP, count, count)


def _group(bank: Bank, where: Sequence[str], numbers: range, at: datetime) -> None:
    """Load one group unless its first is there."""
    if Person.objects.filter(id_mark__in=marks(number_of(GROUP, numbers[0]), purpose=ID_NUMBER)).exists():
        return
    joined = at - timedelta(days=60)
    people = [made_up(GROUP, place, where[place % len(where)], joined) for place in numbers]
    bring_people(actor=SYSTEM, people=people, told={"synthetic": True}, at=joined)
    made = register_volunteers(actor=SYSTEM, wanted={one.pk: _details(one) for one in people}, at=joined)
    operations.open_accounts(
        actor=SYSTEM, bank_id=bank.pk, person_ids=[one.pk for one in people], at=at - timedelta(days=44)
    )
    _serve(made[::SERVED], at)


def _details(person: Person) -> Details:
    """Make up what somebody says of the own skills, hours, languages and wishes."""
    draw = Random(str(person.id_mark))  # noqa: S311 - as above
    codes = [code for code, _name, _name_en in SKILLS]
    day, (begins, ends, _words) = draw.randint(1, 7), draw.choice(PARTS)
    skills, metres = draw.sample(codes, k=draw.randint(1, 3)), draw.choice((1000, 2000, 5000))
    return Details(
        area=person.area, skills=skills, hours=[(day, begins, ends)], metres=metres,
        languages=draw.choices(LANGUAGES, weights=SPOKEN)[0], tasks=sorted(draw.sample(WISHES, k=draw.randint(0, 2))),
    )  # fmt: skip


def _serve(volunteers: Sequence[Volunteer], at: datetime) -> None:
    """Have the district's office record what some did on different days, and verify it; the bank credits it."""
    kind = TaskKind.objects.filter(area="", retired_at=None).order_by("code").first()
    if kind is None or not volunteers:
        return
    made = []
    for place, minutes in enumerate(MINUTES):
        rows = [service.Row(one.pk, minutes) for one in volunteers[place :: len(MINUTES)]]
        made += service.record_service(
            actor=SYSTEM, organiser=service.Organiser(area=DISTRICT), task_code=kind.code,
            content="社区志愿服务日（示例）", served_on=timezone.localdate(at) - timedelta(days=36 - place * 2),
            at=at - timedelta(days=25), rows=rows,
        ) if rows else []  # fmt: skip
    service.verify_records(actor=SYSTEM, record_ids=[one.pk for one in made], at=at - timedelta(days=12))
    operations.credit_records(actor=SYSTEM, at=at - timedelta(days=10))
