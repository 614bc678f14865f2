"""What the database keeps of marks and officers, whoever writes past the operations; counts while marks may come."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from shanzhi.voting import operations
from shanzhi.voting.models import BoothOfficer, PaperMark
from tests.voting.paper_support import a_hall
from tests.voting.support import now

pytestmark = pytest.mark.django_db


class TestTheDatabase:
    def test_keeps_marks_as_they_are(self) -> None:
        hall = a_hall()
        mark = hall.mark(hall.voters[0])
        rows = PaperMark.objects.filter(pk=mark.pk)
        for change in ({"cast_at": now()}, {"kind": "provisional", "outer": "x"}, {"booth_id": uuid4()}):
            with pytest.raises(IntegrityError), transaction.atomic():
                rows.update(**change)
        with pytest.raises(IntegrityError, match="keeps what it says"), transaction.atomic():
            rows.update(person=hall.voters[1])  # on the roll as well, so nothing else would refuse it
        with pytest.raises(IntegrityError), transaction.atomic():
            rows._raw_delete("default")

    def test_keeps_officers_and_two_at_an_open_booth(self) -> None:
        hall = a_hall()
        rows = BoothOfficer.objects.filter(booth=hall.booth)
        third = rows.filter(person_id=hall.third.person())
        with pytest.raises(IntegrityError, match="are kept"), transaction.atomic():
            rows.delete()
        for change in ({"person": hall.voters[0]}, {"given_by": hall.voters[0]}, {"given_at": now() - timedelta(1)}):
            with pytest.raises(IntegrityError, match="ended once"), transaction.atomic():
                third.update(**change)
        for too_many in (rows, rows.exclude(person_id=hall.first.person())):
            with pytest.raises(IntegrityError, match="keeps two officers"), transaction.atomic():
                too_many.update(ended_at=now())
        third.update(ended_at=now())
        for again in (None, now() + timedelta(1)):
            with pytest.raises(IntegrityError, match="ended once"), transaction.atomic():
                third.update(ended_at=again)
        hall.close(unissued=20, cast=0)
        assert rows.filter(ended_at=None).update(ended_at=now()) == 2  # once it is closed, all may go


class TestTheCountAtTheClose:
    def test_lets_a_booth_close_while_marks_of_a_list_may_still_come(self) -> None:
        hall = a_hall(received=5)
        operations.export_list(actor=hall.first, booth_id=hall.booth.pk, at=now())
        hall.mark(hall.voters[0])
        with pytest.raises(operations.CountsDiffer) as told:
            hall.close(unissued=5, cast=1)  # more than came
        assert [one.code for one in told.value.differences] == ["received"]
        hall.close(unissued=3, cast=1)
        with pytest.raises(operations.DoesNotReconcile):
            hall.reconcile()
