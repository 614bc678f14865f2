"""How long a scanned code is good, and for whom: its address, sent to a friend, is worth nothing soon after."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import Client

from shanzhi.attendance.models import Attendance
from shanzhi.audit.models import Event
from tests.attendance.support import Ground, a_ground
from tests.attendance.test_pages import hidden, own
from tests.support.people import AT, sign_in

pytestmark = pytest.mark.django_db
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
OVER, GOOD_FOR = timedelta(seconds=60), timedelta(minutes=15)
"""When a code of the beginning of a step is over, and how long after the scan one may press."""
AGAIN = "再扫一次"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Stand still at the beginning of a step, until a test moves on."""
    with time_machine.travel(AT, tick=False) as clock:
        yield clock


@pytest.fixture
def ground(clock: time_machine.Traveller) -> Ground:
    return a_ground(2)


def address_of(ground: Ground) -> str:
    """Give the address in the QR code that the screen shows at the beginning."""
    return f"/g/{ground.code(AT)}/"


def opens(client: Client, address: str) -> str:
    """Open a page of the gate that lets one press, and give the mark in it."""
    answer = client.get(address)
    shown = answer.content.decode()
    assert answer.status_code == 200, shown
    assert "现在签到" in shown
    return hidden(shown, "seen")


def refused(client: Client, address: str) -> None:
    """Open it too late: no button, no mark, and what to do."""
    answer = client.get(address)
    shown = answer.content.decode()
    assert (answer.status_code, AGAIN in shown) == (422, True), shown
    assert 'name="seen"' not in shown


def presses(client: Client, address: str, seen: str) -> int:
    return client.post(address, {"act": "arrive", "seen": seen}).status_code


def nobody_came() -> bool:
    return not Attendance.objects.exists() and not Event.objects.filter(verb="attendance.arrive").exists()


class TestACodeThatIsScanned:
    def test_is_taken_in_its_step_and_the_next_and_never_again(
        self, ground: Ground, clock: time_machine.Traveller
    ) -> None:
        client, address = own(ground), address_of(ground)
        for after in (timedelta(), 30 * SECOND, OVER - SECOND):
            clock.move_to(AT + after)
            opens(client, address)
        for after in (OVER, OVER + SECOND, 2 * MINUTE, timedelta(days=1)):
            clock.move_to(AT + after)
            refused(own(ground, 1), address)
            assert presses(own(ground, 1), address, "") == 422
        assert nobody_came()

    def test_before_its_time_is_not_taken_either(self, ground: Ground, clock: time_machine.Traveller) -> None:
        address = f"/g/{ground.code(AT + MINUTE)}/"
        refused(own(ground), address)
        assert presses(own(ground), address, "") == 422
        assert nobody_came()

    @pytest.mark.parametrize("after", [timedelta(), MINUTE, GOOD_FOR])
    def test_lets_who_scanned_press_for_a_quarter_of_an_hour_and_counts_the_scan(
        self, ground: Ground, clock: time_machine.Traveller, after: timedelta
    ) -> None:
        client, address = own(ground), address_of(ground)
        seen = opens(client, address)
        clock.move_to(AT + after)
        assert presses(client, address, seen) == 302
        found = Attendance.objects.get()
        assert (found.volunteer, found.arrived_at, found.entered_at) == (ground.volunteers[0], AT, AT + after)

    def test_lets_nobody_press_later(self, ground: Ground, clock: time_machine.Traveller) -> None:
        client, address = own(ground), address_of(ground)
        seen = opens(client, address)
        clock.move_to(AT + GOOD_FOR + SECOND)
        assert presses(client, address, seen) == 422
        assert nobody_came()

    def test_is_worth_nothing_to_the_friend_to_whom_the_address_was_sent(
        self, ground: Ground, clock: time_machine.Traveller
    ) -> None:
        address = address_of(ground)
        seen = opens(own(ground), address)
        clock.move_to(AT + OVER)
        friend = own(ground, 1)
        refused(friend, address)
        for mark in ("", seen, f"{seen}x", seen.replace(ground.volunteers[0].person_id.hex,
                                                        ground.volunteers[1].person_id.hex)):  # fmt: skip
            assert presses(friend, address, mark) == 422  # the page itself was sent along, and worked over
        assert nobody_came()
        assert presses(own(ground), address, seen) == 302  # of the one who scanned it, it is good
        assert Attendance.objects.get().volunteer == ground.volunteers[0]

    def test_of_one_shift_opens_no_other(self, ground: Ground) -> None:
        seen = opens(own(ground), address_of(ground))
        other = a_ground(1)
        answer = own(ground).post(f"/g/{other.code(AT - MINUTE)}/", {"act": "arrive", "seen": seen})
        assert (answer.status_code, AGAIN in answer.content.decode()) == (422, True)
        assert nobody_came()


class TestAScanBeforeSigningIn:
    def test_is_kept_by_the_browser_that_made_it(self, ground: Ground, clock: time_machine.Traveller) -> None:
        phone, address = Client(), address_of(ground)
        sent_to = phone.get(address)
        (after_sign_in,) = parse_qs(urlsplit(sent_to["Location"]).query)["next"]
        assert (sent_to.status_code, after_sign_in) == (302, address)
        clock.move_to(AT + 5 * MINUTE)
        sign_in(phone, ground.volunteers[0].person)
        assert presses(phone, after_sign_in, opens(phone, after_sign_in)) == 302
        assert Attendance.objects.get().arrived_at == AT

    def test_is_not_there_on_another_phone_not_even_of_the_same_person(
        self, ground: Ground, clock: time_machine.Traveller
    ) -> None:
        address = address_of(ground)
        opens(own(ground), address)
        assert Client().get(address).status_code == 302  # scanned at the gate, by a phone that stays there
        clock.move_to(AT + OVER)
        late = Client()
        assert late.get(address).status_code == 302  # to sign in to the site
        assert "attendance_seen" not in late.session
        for number, client in ((0, own(ground)), (1, sign_in(late, ground.volunteers[1].person))):
            refused(client, address)
            assert presses(client, address, "") == 422, number
        assert nobody_came()

    def test_is_forgotten_after_a_quarter_of_an_hour(self, ground: Ground, clock: time_machine.Traveller) -> None:
        phone, address = Client(), address_of(ground)
        phone.get(address)
        clock.move_to(AT + GOOD_FOR + SECOND)
        refused(sign_in(phone, ground.volunteers[0].person), address)
        assert nobody_came()
