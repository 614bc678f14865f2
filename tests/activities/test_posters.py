"""The poster of an activity: its code, read as a phone reads it off the paper, leads anybody to where one signs up."""

import io
from typing import Any
from urllib.parse import urlsplit

import pytest
import zxingcpp
from django.test import Client
from django.utils import timezone
from pypdfium2 import PdfDocument, PdfPage

from shanzhi.activities.models import Activity
from tests.activities.support import DAY, a_shift, an_activity
from tests.people.conftest import COMMUNITY
from tests.support.people import a_person, sign_in
from tests.volunteering.support import a_team

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]


@pytest.fixture
def soon() -> Activity:
    made = an_activity(a_team(COMMUNITY), shifts=0, area=COMMUNITY)
    a_shift(made, starts=timezone.now() + 2 * DAY, places=3)
    return made


def poster(activity: Activity, client: Client | None = None, **head: Any) -> PdfPage:
    answer = (client or Client()).get(f"/activities/{activity.pk}/poster.pdf", **head)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    (sheet,) = PdfDocument(io.BytesIO(answer.content))
    return sheet


def code_of(sheet: PdfPage) -> str:
    (code,) = zxingcpp.read_barcodes(sheet.render(scale=2).to_pil())
    assert code.format == zxingcpp.BarcodeFormat.QRCode
    return str(code.text)


class TestAPoster:
    def test_leads_by_its_code_to_the_page_that_answers_anybody(self, soon: Activity) -> None:
        address = code_of(poster(soon))
        assert address == f"http://testserver/activities/{soon.pk}/"
        for client in (Client(), sign_in(Client(), a_person(COMMUNITY, verified=False))):
            answer = client.get(urlsplit(address).path)
            assert answer.status_code == 200
            shown = answer.content.decode()
            for told in ("清洁楼道（示例）", "一号楼门口", f"/activities/shifts/{soon.shifts.get().pk}/sign/"):
                assert told in shown, told

    def test_says_the_address_in_letters_too_and_that_of_the_site_it_was_made_on(self, soon: Activity) -> None:
        sheet = poster(soon, headers={"host": "localhost"})
        address = code_of(sheet)
        assert address == f"http://localhost/activities/{soon.pk}/"
        text = "".join(sheet.get_textpage().get_text_range().split())
        for told in (address, "扫码报名", "清洁楼道（示例）", "楼道湿滑，穿防滑鞋。"):
            assert told in text, text

    def test_code_of_one_is_not_that_of_another(self, soon: Activity) -> None:
        other = an_activity(soon.team, shifts=0, area=COMMUNITY, title="陪伴老人（示例）")
        a_shift(other, starts=timezone.now() + 3 * DAY)
        assert code_of(poster(other)) != code_of(poster(soon))
        assert "陪伴老人（示例）" in Client().get(urlsplit(code_of(poster(other))).path).content.decode()

    def test_is_there_for_nobody_outside_before_the_activity_is_published(self) -> None:
        draft = an_activity(a_team(COMMUNITY), state="draft", area=COMMUNITY)
        assert Client().get(f"/activities/{draft.pk}/poster.pdf").status_code == 404
