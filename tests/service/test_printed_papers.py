"""What stands on a printed certificate: each field that 民发〔2015〕149号 asks for, read out of the PDF itself."""

import io
from typing import Any
from urllib.parse import urlsplit

import pytest
import zxingcpp
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdfium2 import PdfDocument, PdfPage
from pypdfium2.raw import FPDF_PAGEOBJ_PATH

from shanzhi.kernel.roles import Role
from shanzhi.people.models import Person
from shanzhi.service.models import Certificate
from shanzhi.ui import formatting
from tests.people.conftest import COMMUNITY
from tests.service.support import a_kind, a_record
from tests.support.people import a_person as anybody
from tests.support.people import an_id_number, client_for, sign_in
from tests.volunteering.support import a_team, a_volunteer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
DESK, NAME, CONTACT = "/desk/service/certificates/new/", "欧阳示例", "0531-00000000（示例）"
PLACES = ("出具单位盖章", "负责人签字", "经办人签字")


def issued(person: Person) -> tuple[Client, Certificate]:
    """Issue a paper at the committee's desk, of two kinds of service and three times in all; give the desk with it."""
    one, team = a_volunteer(person, COMMUNITY), a_team(COMMUNITY)
    a_record(one, team, minutes=90, state="verified", starts=480)
    a_record(one, team, minutes=60, state="verified", starts=600)
    a_record(one, team, minutes=45, state="verified", starts=900, task_kind=a_kind(code="clean", name="环境清洁"))
    asked = {
        "area": COMMUNITY, "number": one.number, "starts_on": "2026-01-01", "ends_on": "2026-10-31",
        "responsible": "示例负责", "handler": "示例经办", "contact": CONTACT,
    }  # fmt: skip
    desk = client_for(Role.COMMUNITY_SECRETARY, COMMUNITY)
    assert desk.post(DESK, asked).status_code == 302
    return desk, Certificate.objects.get()


def a_person(**fields: Any) -> Person:
    return anybody(COMMUNITY, **{"name": NAME, **fields})


def own_sheet(paper: Certificate) -> PdfPage:
    own = sign_in(Client(), paper.volunteer.human)
    return _only(own.post(f"/account/volunteering/service/certificates/{paper.pk}/own.pdf"))


def _only(answer: Any) -> PdfPage:
    assert answer.status_code == 200
    (found,) = PdfDocument(io.BytesIO(answer.content))
    return found


def words(sheet: PdfPage) -> str:
    return "".join(sheet.get_textpage().get_text_range().split())


def end_of(sheet: PdfPage, text: str) -> tuple[float, float]:
    """Give where a text ends: the right edge and the bottom of its last character."""
    found = sheet.get_textpage()
    place = found.search(text).get_next()
    assert place is not None, text
    _left, bottom, right, _top = found.get_charbox(sum(place) - 1)
    return right, bottom


def rules_of(sheet: PdfPage) -> list[tuple[float, float, float, float]]:
    """Give the lines that are drawn from left to right."""
    drawn = [one.get_bounds() for one in sheet.get_objects(filter=[FPDF_PAGEOBJ_PATH])]
    return [one for one in drawn if one[3] - one[1] < 3 and one[2] - one[0] > 30]


class TestAPrintedPaper:
    def test_bears_every_field_beside_its_name(self) -> None:
        number = an_id_number(order=7)
        _desk, paper = issued(a_person(id_number=number))
        text = words(own_sheet(paper))
        for name, value in {
            "姓名": NAME, "证件": f"居民身份证{number}", "志愿者编号": paper.volunteer.number,
            "服务起止日期": "2026年1月1日周四–2026年10月31日周六", "已核定服务": "3小时15分", "服务次数": "3",
            "内容": "探访老人2小时30分、环境清洁45分", "出具单位": paper.issuer_name, "负责人": "示例负责",
            "经办人": "示例经办", "联系方式": CONTACT, "证明编号": paper.number,
            "出具日期": formatting.day(timezone.localdate()),
        }.items():  # fmt: skip
            assert "".join(f"{name}{value}".split()) in text, (name, text)
        assert paper.issuer_name.endswith("历山路社区居民委员会")
        assert "志愿服务记录" in text
        assert "先在队内公示，再由第二人核定" in text

    def test_leaves_room_for_the_seal_and_two_signatures(self) -> None:
        sheet = own_sheet(issued(a_person())[1])
        rules = rules_of(sheet)
        for place in PLACES:
            right, bottom = end_of(sheet, place)
            beside = [one for one in rules if -2 < one[0] - right < 12 and abs(one[1] - bottom) < 12]
            assert len(beside) == 1, (place, right, bottom, rules)

    def test_leads_by_its_code_to_the_public_check(self) -> None:
        _desk, paper = issued(a_person())
        sheet = own_sheet(paper)
        (code,) = zxingcpp.read_barcodes(sheet.render(scale=2).to_pil())
        assert code.text == f"http://testserver{reverse('service:checked', args=[paper.code])}"
        assert code.text in words(sheet)
        answer = Client().get(urlsplit(code.text).path)
        shown = answer.content.decode()
        assert answer.status_code == 200
        for told in ("本单有效", paper.number, paper.issuer_name, "3小时15分", "<dd>3</dd>"):
            assert told in shown, told
        for hidden in (NAME, "示例负责", paper.volunteer.number):
            assert hidden not in shown

    def test_is_masked_for_everybody_but_its_holder(self) -> None:
        number = an_id_number(order=8)
        desk, paper = issued(a_person(id_number=number))
        copy = words(_only(desk.get(f"/service/certificates/{paper.pk}/copy.pdf")))
        assert f"姓名欧*例证件居民身份证{number[:6]}**********{number[-2:]}志愿者编号" in copy
        for part in (NAME, number, number[6:14]):
            assert part not in copy
        shown = desk.get(f"/service/certificates/{paper.pk}/").content.decode()
        by_api = desk.get(f"/api/v1/service/certificates/{paper.pk}").json()
        assert (by_api["minutes"], by_api["times"]) == (195, 3)
        for part in (NAME, number, number[6:14]):
            assert part not in shown + str(by_api)

    def test_names_the_document_that_was_seen(self) -> None:
        seen = a_person(id_number="E12345678")
        seen.verified_against = "passport"
        seen.save()
        desk, paper = issued(seen)
        assert "证件护照E12345678" in words(own_sheet(paper))
        copy = words(_only(desk.get(f"/service/certificates/{paper.pk}/copy.pdf")))
        assert "证件护照********78" in copy
        assert "E1234" not in copy
