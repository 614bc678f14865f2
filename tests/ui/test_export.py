"""A list as a file: the same rows, formulas disarmed, an end that is told."""

import csv
import datetime
import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from shanzhi.ui.listing import listing_response
from tests.ui.test_listing import LISTING

ARMED = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1"]


def xlsx(answer: Any) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))


def rows_of_csv(answer: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


class TestAnExcelSheet:
    def test_holds_the_narrowed_rows_in_their_order_as_numbers_and_moments(self, ask: Any, things: Any) -> None:
        answer = listing_response(ask(export="xlsx", done="1", sort="name"), LISTING, things.objects.all())
        book = xlsx(answer)
        lines = list(book.worksheets[0].values)
        expected = list(things.objects.filter(done=True).order_by("name", "id"))
        assert lines[0] == ("Name", "Amount", "When", "Double", "State")
        assert [line[0] for line in lines[1:]] == [thing.name for thing in expected]
        with_amount = next(index for index, thing in enumerate(expected) if thing.fen)
        amount = lines[1 + with_amount][1]
        assert Decimal(str(amount)) == Decimal(expected[with_amount].fen) / 100
        local = expected[0].at.astimezone(datetime.timezone(datetime.timedelta(hours=8))).replace(tzinfo=None)
        assert lines[1][2] == local
        assert lines[1][4] == "done"

    def test_keeps_formulas_as_the_text_they_are(self, ask: Any, things: Any) -> None:
        things.objects.all().delete()
        for text in ARMED:
            things.objects.create(name=text, at="2026-11-01T00:00Z", area="11")
        sheet = xlsx(listing_response(ask(export="xlsx"), LISTING, things.objects.all())).worksheets[0]
        cells = [row[0] for row in sheet.iter_rows(min_row=2)]
        assert {cell.data_type for cell in cells} == {"s"}
        assert {"=1+1", "@SUM(A1)"} <= {cell.value for cell in cells}

    def test_tells_when_it_was_made_and_by_which_filters(self, ask: Any, things: Any) -> None:
        with translation.override("en"):
            book = xlsx(listing_response(ask(export="xlsx", done="1"), LISTING, things.objects.all()))
        about = [row[0] for row in book.worksheets[1].values]
        assert about[1:] == ["Rows: 20", "Done: Yes"]

    def test_stops_at_the_limit_and_says_so(self, ask: Any, things: Any, settings: Any) -> None:
        settings.EXPORT_ROWS = 10
        with translation.override("en"):
            book = xlsx(listing_response(ask(export="xlsx"), LISTING, things.objects.all()))
        assert book.worksheets[0].max_row == 11
        assert [row[0] for row in book.worksheets[1].values][-1].startswith("Only the first 10 rows")

    def test_warns_beside_its_link_before_it_is_cut(self, ask: Any, things: Any, settings: Any) -> None:
        settings.EXPORT_ROWS = 10
        with translation.override("en"):
            body = listing_response(ask(), LISTING, things.objects.all()).content.decode()
            few = listing_response(ask(q="件 3"), LISTING, things.objects.all()).content.decode()
        assert "(the first 10 rows)" in body
        assert "(the first" not in few

    def test_names_a_file_to_keep(self, ask: Any, things: Any) -> None:
        answer = listing_response(ask(export="xlsx"), LISTING, things.objects.all())
        assert answer["Content-Disposition"].startswith('attachment; filename="things-')
        answer.close()


class TestACsvFile:
    def test_holds_every_row_past_the_page_in_one_query(self, ask: Any, things: Any) -> None:
        with CaptureQueriesContext(connection) as seen:
            answer = listing_response(ask(export="csv"), LISTING, things.objects.all())
        assert len(rows_of_csv(answer)) == 61
        assert len(seen) == 1

    @pytest.mark.parametrize("text", ARMED)
    def test_disarms_formulas_by_an_apostrophe(self, ask: Any, things: Any, text: str) -> None:
        things.objects.all().delete()
        things.objects.create(name=text, at="2026-11-01T00:00Z", area="11", fen=-500)
        lines = rows_of_csv(listing_response(ask(export="csv"), LISTING, things.objects.all()))
        assert lines[1][0] == f"'{text}"
        assert lines[1][1] == "-5.00"  # a number of ours stays a number

    def test_ends_with_a_word_about_its_limit(self, ask: Any, things: Any, settings: Any) -> None:
        settings.EXPORT_ROWS = 3
        with translation.override("en"):
            lines = rows_of_csv(listing_response(ask(export="csv"), LISTING, things.objects.all()))
        assert len(lines) == 5
        assert lines[-1][0].startswith("Only the first 3 rows")
