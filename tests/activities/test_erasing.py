"""Who only signed up is taken out of what was told of the shift, and the shift stays as it was otherwise."""

import pytest

from shanzhi.activities import operations
from shanzhi.activities.models import Activity, Shift, SignUp
from shanzhi.audit.models import Event
from shanzhi.people import operations as people
from tests.activities.support import DAY, SYSTEM, a_shift, a_sign_up, an_activity, look_now
from tests.support.people import AREA, AT, a_person, actor
from tests.volunteering.support import a_volunteer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
NAME = "欧阳示例甲"


def test_words_of_a_shift_lose_the_name_of_who_was_in_it() -> None:
    activity = an_activity(risks=f"{NAME}带路，地滑。", places=1)
    off, moved, other = activity.shifts.get(), *[a_shift(activity, starts=AT + day * DAY) for day in (3, 5)]
    gone, waits = a_volunteer(a_person(AREA, name=NAME)), a_volunteer()
    for shift in (off, moved):
        a_sign_up(shift, gone)
    operations.cancel_shift(actor=SYSTEM, shift_id=off.pk, reason=f"{NAME}病了", at=AT)
    for shift in (moved, other):
        operations.change_in_emergency(
            actor=SYSTEM, activity_id=activity.pk, shift_id=shift.pk, happens="place", words=f"{NAME}家门口", at=AT
        )
    a_sign_up(moved, waits)
    people.erase_own(actor=actor(gone.person), confirmed=True, at=AT)
    look_now()
    told = Shift.objects.order_by("starts_at").values_list("state", "place", "notice", "sequence")
    assert list(told) == [
        ("cancelled", "", "▇▇病了", 1), ("open", "▇▇家门口", "▇▇家门口", 1),
        ("open", "▇▇家门口", "▇▇家门口", 1),  # one was in another shift of the activity
    ]  # fmt: skip
    assert set(SignUp.objects.filter(volunteer=gone).values_list("state", "reason")) == {
        ("cancelled", "▇▇病了"), ("cancelled", "serves_no_more"),
    }  # fmt: skip
    found = Activity.objects.get()
    assert (found.state, found.risks) == ("published", "▇▇带路，地滑。")


def test_why_an_activity_was_called_off_loses_the_name_wherever_it_stands() -> None:
    activity = an_activity(places=2, shifts=2)
    apart = an_activity(activity.team, what=f"找{NAME}")
    first, second = activity.shifts.order_by("starts_at")
    gone, beside = a_volunteer(a_person(AREA, name=NAME)), a_volunteer()
    for shift, who in ((first, gone), (first, beside), (second, beside)):
        a_sign_up(shift, who)
    operations.cancel_activity(actor=SYSTEM, activity_id=activity.pk, reason=f"{NAME}家有事", at=AT)
    people.erase_own(actor=actor(gone.person), confirmed=True, at=AT)
    look_now()
    words = "▇▇家有事"
    assert Activity.objects.get(pk=activity.pk).reason == words
    assert set(Shift.objects.filter(activity=activity).values_list("state", "notice")) == {("cancelled", words)}
    assert list(SignUp.objects.values_list("state", "reason")) == [("cancelled", words)] * 3
    assert not Event.objects.filter(reason__contains=NAME).exists()
    assert Activity.objects.get(pk=apart.pk).what == f"找{NAME}"  # nothing leads from here to who is erased


def test_who_only_stood_behind_an_activity_is_taken_out_of_what_was_told_to_others() -> None:
    led = a_volunteer(a_person(AREA, name=NAME))
    activity = an_activity(contact=led)  # another leads the team by now
    a_sign_up(activity.shifts.get())
    operations.cancel_activity(actor=SYSTEM, activity_id=activity.pk, reason=f"领队病了（{NAME}）", at=AT)
    assert not SignUp.objects.filter(volunteer=led).exists()
    people.erase_own(actor=actor(led.person), confirmed=True, at=AT)
    look_now()
    words = "领队病了（▇▇）"
    assert (Activity.objects.get().reason, Shift.objects.get().notice, SignUp.objects.get().reason) == (words,) * 3
    assert not Event.objects.filter(reason__contains=NAME).exists()
