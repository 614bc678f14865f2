"""Lists of residents that an office brings in."""

import io
import re
import time
import zipfile
from collections.abc import Sequence

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from shanzhi.audit.models import Event
from shanzhi.kernel.errors import Forbidden
from shanzhi.kernel.roles import Role
from shanzhi.people import exchange, operations
from shanzhi.people.models import ImportBatch, Person
from shanzhi.work.models import Job
from tests.people.conftest import COMMUNITY, DISTRICT, SUBDISTRICT
from tests.support.people import AT, a_person, an_actor, an_id_number, client_for

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
HEAD = ["姓名", "证件号码", "手机", "社区代码"]


def a_sheet(*rows: Sequence[object], head: list[str] = HEAD, title: str = "") -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    if title:
        page.append([title])
    for row in [head, *rows]:
        page.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def rows(count: int) -> list[list[object]]:
    return [
        [f"示例{'甲乙丙丁戊己庚辛壬癸'[i % 10]}", an_id_number(), f"1390013{i:04d}", COMMUNITY] for i in range(count)
    ]


class TestReading:
    def test_finds_columns_by_headings_below_a_title(self) -> None:
        content = a_sheet([13900130001, "示例甲"], head=["联系电话", "居民姓名"], title="某社区居民名单")
        assert exchange.read(content).rows == [
            {"row": 3, "name": "示例甲", "phone": "+8613900130001", "id_number": "", "area": ""}
        ]

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
    def test_takes_csv_in_the_encodings_of_offices(self, encoding: str) -> None:
        content = "姓名,手机\n示例甲,13900130001\n".encode(encoding)
        assert exchange.read(content).rows[0]["name"] == "示例甲"

    def test_says_row_field_and_cure_of_each_error(self) -> None:
        number = an_id_number()
        sheet = exchange.read(
            a_sheet(
                ["示例甲", number, "13900130001", COMMUNITY],
                ["", an_id_number(), "", COMMUNITY],
                ["示例乙", "110105194912310021", "", COMMUNITY],
                ["示例丙", "", "12345", COMMUNITY],
                ["示例丁", "", "", COMMUNITY],
                ["示例戊", number, "", COMMUNITY],
            )
        )
        assert [(e.row, e.field) for e in sheet.errors] == [
            (3, "name"), (4, "id_number"), (5, "phone"), (6, "id_number"), (7, "id_number"),
        ]  # fmt: skip
        assert all(len(e.cure) > 5 for e in sheet.errors)
        assert [row["row"] for row in sheet.rows] == [2]

    @pytest.mark.parametrize(
        "content",
        [b"", b"\x00\x01\x02", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, b"%PDF-1.7",
         "没有,表头\n1,2\n".encode(), a_sheet(*[["示例", "", "13900130001", ""]])[:900], b"\xff\xfe\xff" * 100],
    )  # fmt: skip
    def test_refuses_what_is_no_list(self, content: bytes) -> None:
        with pytest.raises(exchange.UnreadableSheet):
            exchange.read(content)

    def test_refuses_a_bomb_without_unpacking_it(self) -> None:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/workbook.xml", b"0" * (210 * 1024 * 1024))
        started = time.perf_counter()
        with pytest.raises(exchange.TooLarge):
            exchange.read(out.getvalue())
        assert time.perf_counter() - started < 1

    def test_refuses_too_many_rows(self) -> None:
        content = "姓名,手机\n" + "".join(f"示例,139{i:08d}\n" for i in range(exchange.MOST_ROWS + 1))
        with pytest.raises(exchange.TooLarge):
            exchange.read(content.encode())

    def test_reads_its_own_empty_sheet(self) -> None:
        assert exchange.read(exchange.blank_sheet()) == exchange.Sheet()


class TestBringingIn:
    def bring(self, client: object, content: bytes, area: str = COMMUNITY) -> object:
        file = SimpleUploadedFile("list.xlsx", content)
        return client.post("/desk/people/import/", {"area": area, "file": file})  # type: ignore[attr-defined]

    def test_previews_then_writes_on_yes_with_progress(self) -> None:
        client = client_for(Role.COMMUNITY_SECRETARY, COMMUNITY)
        before = Person.objects.count()
        answer = self.bring(client, a_sheet(*rows(30)))
        assert "/desk/people/import/" in answer["Location"]  # type: ignore[index]
        assert Person.objects.count() == before
        done = client.post(answer["Location"])  # type: ignore[index]
        job = Job.objects.get()
        assert done["Location"] == f"/work/{job.pk}/"
        told = {"people": 30, "known": 0, "url": "/desk/people/", "label": "To the list of people"}
        assert (job.state, job.done, job.result) == ("done", 30, told)
        assert Person.objects.count() == before + 30
        assert Event.objects.filter(verb="people.person.import").count() == 30
        assert ImportBatch.objects.get().rows is None
        page = client.get(f"/work/{job.pk}/")
        assert page.context["progress"].result_label == "返回人员列表", "kept in English, said in the reader's language"
        assert '<a class="button" href="/desk/people/">' in page.content.decode()

    def test_sent_again_changes_nothing(self) -> None:
        client = client_for(Role.COMMUNITY_SECRETARY, COMMUNITY)
        content = a_sheet(*rows(5))
        first = self.bring(client, content)["Location"]  # type: ignore[index]
        client.post(first)
        client.post(first)
        count = Person.objects.count()
        second = self.bring(client, content)["Location"]  # type: ignore[index]
        batch = ImportBatch.objects.latest("created_at")
        assert (batch.fresh, batch.known, batch.errors) == (0, 5, [])
        client.post(second)
        assert Person.objects.count() == count

    def test_with_one_error_writes_nothing(self) -> None:
        client = client_for(Role.COMMUNITY_SECRETARY, COMMUNITY)
        before = Person.objects.count()
        path = self.bring(client, a_sheet(*rows(3), ["示例错", "1", "", COMMUNITY]))["Location"]  # type: ignore[index]
        page = client.get(path).content.decode()
        assert re.search(r"<td [^>]*>5</td>", page)
        assert client.post(path).status_code == 409
        assert Person.objects.count() == before

    def test_names_numbers_that_stand_on_other_records_without_telling_whose(self) -> None:
        number = an_id_number()
        a_person("110114008001", id_number=number, name="示例远")
        sheet = exchange.read(a_sheet(["示例近", number, "", COMMUNITY]))
        batch = operations.prepare_import(
            actor=an_actor(Role.COMMUNITY_SECRETARY, COMMUNITY), area=COMMUNITY, sheet=sheet, at=AT
        )
        assert [(e["row"], e["field"]) for e in batch.errors] == [(2, "id_number")]
        assert "示例远" not in str(batch.errors)

    def test_refuses_communities_outside_the_list(self) -> None:
        sheet = exchange.read(
            a_sheet(["示例甲", an_id_number(), "", "110114008001"], ["示例乙", an_id_number(), "", ""])
        )
        batch = operations.prepare_import(
            actor=an_actor(Role.SUBDISTRICT_OFFICER, SUBDISTRICT), area=SUBDISTRICT, sheet=sheet, at=AT
        )
        assert [(e["row"], e["field"]) for e in batch.errors] == [(2, "area"), (3, "area")]

    def test_for_a_place_outside_the_own_area_is_refused(self) -> None:
        with pytest.raises(Forbidden):
            operations.prepare_import(
                actor=an_actor(Role.SUBDISTRICT_OFFICER, SUBDISTRICT), area=DISTRICT, sheet=exchange.Sheet(), at=AT
            )

    def test_a_number_taken_meanwhile_stops_the_whole_list(self) -> None:
        client = client_for(Role.COMMUNITY_SECRETARY, COMMUNITY)
        content = rows(3)
        path = self.bring(client, a_sheet(*content))["Location"]  # type: ignore[index]
        a_person(COMMUNITY, id_number=str(content[2][1]))
        count = Person.objects.count()
        client.post(path)
        job = Job.objects.get()
        assert (job.state, Person.objects.count()) == ("failed", count)
        page = client.get(f"/work/{job.pk}/").content.decode()
        assert job.error in page
        assert "100 %" not in page, "a failed job is no bar that is full"
        assert ImportBatch.objects.get().state == "read"

    def test_keeps_the_rows_sealed_and_to_their_owner(self) -> None:
        path = self.bring(client_for(Role.COMMUNITY_SECRETARY, COMMUNITY), a_sheet(*rows(2)))["Location"]  # type: ignore[index]
        other = client_for(Role.COMMUNITY_SECRETARY, COMMUNITY)
        assert other.get(path).status_code == 404
        assert other.post(path).status_code == 404
        assert "示例".encode() not in bytes(ImportBatch.objects.values_list("rows", flat=True)[0]._stored)  # type: ignore[union-attr]
