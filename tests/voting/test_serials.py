"""The serials of sheets and of outer envelopes."""

from __future__ import annotations

import pytest

from shanzhi.voting import operations
from shanzhi.voting.models import Sheet
from shanzhi.voting.operations.serials import grouped_serial, new_serials, normal_serial, outer_serial
from tests.voting.paper_support import a_hall
from tests.voting.support import STAFF, now

pytestmark = pytest.mark.django_db


class TestASerial:
    def test_is_read_however_people_write_it(self) -> None:
        for serial in new_serials("A7K", 50, ()):
            assert normal_serial(serial) == serial
            assert normal_serial(f" {grouped_serial(serial).lower()} ") == serial
            assert normal_serial(serial[:3] + serial[3:].replace("0", "O").replace("1", "I")) == serial

    def test_with_one_wrong_figure_is_none(self) -> None:
        (serial,) = new_serials("A7K", 1, ())
        wrong = serial[:4] + str((int(serial[4]) + 1) % 10) + serial[5:]
        assert normal_serial(wrong) is None
        assert normal_serial("") is None
        assert normal_serial("A7K12X456Q") is None

    def test_tells_no_order(self) -> None:
        hall = a_hall(received=None)
        operations.print_sheets(actor=STAFF, booth_id=hall.booth.pk, number=200, at=now())
        numbers = [int(s.serial[3:-1]) for s in Sheet.objects.order_by("id")]
        assert numbers == sorted(numbers)  # the table keeps the order of the numbers, not of the lot or the stack
        assert numbers[-1] - numbers[0] > 200


class TestAnOuterSerial:
    def test_leads_to_the_line_of_the_list(self) -> None:
        assert outer_serial("A7K", 12).startswith("A7KE12")
