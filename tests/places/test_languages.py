"""Every page of the room in both languages."""

import re
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from shanzhi.kernel.roles import Role
from shanzhi.places import exchange, operations
from shanzhi.places.models import SheetKind
from tests.support.people import actor, client_for
from tests.support.places import AT, SYSTEM, load_districts

pytestmark = pytest.mark.django_db
COMMUNITY, SOUTH = "370102001002", "110114012035"
# Names and formats that stay as they are in Chinese.
KEPT = {"excel", "geojson", "english", "shanzhi", "csv", "json"}
FORMS = ("add", "rename", "split", "merge", "succeed", "close", "figures/add", "stations/add")


class Texts(HTMLParser):
    """The texts that a page shows."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.skipped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, Any]]) -> None:
        self.skipped += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self.skipped -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self.skipped:
            self.found.append(data)


def texts(page: str) -> str:
    """Give the texts of a page."""
    parser = Texts()
    parser.feed(page)
    return "\n".join(parser.found)


@pytest.fixture
def pages() -> tuple[Client, list[str]]:
    """Every page with something on it, for an administrator of the country."""
    load_districts()
    why: dict[str, Any] = {"actor": SYSTEM, "reason": "示例", "at": AT, "on": date(2025, 1, 1)}
    parts = [operations.Part("南一社区", "110114012098"), operations.Part("南二社区", "110114012099")]
    operations.split(code=SOUTH, parts=parts, **why)
    wrong = operations.record_figure(
        actor=SYSTEM, code=COMMUNITY, measure="size_m2", value=9, valid_from=date(2020, 11, 1), source="示例", at=AT
    )
    right = operations.correct_figure(actor=SYSTEM, figure_id=wrong.pk, value=None, source="", reason="示例", at=AT)
    station = operations.create_station(actor=SYSTEM, area="370102", name="示例站", opened_on=date(2023, 1, 1), at=AT)
    client = client_for(Role.ADMINISTRATOR, "")
    sheet = "代码,常住人口,日期,来源\n370102,1,2020-11-01,示例\n37010,很多,2020年,\n"
    lines = exchange.figure_lines(sheet.encode(), "表.csv")
    sender = actor(client.person)  # type: ignore[attr-defined]  # set by client_for
    kept = operations.keep_sheet(actor=sender, kind=SheetKind.FIGURES, name="表.csv", lines=lines, at=AT)
    return client, [
        *("/places/", "/places/search/?q=解放", "/places/370102/", f"/places/{SOUTH}/", f"/places/{SOUTH}/history/"),
        *("/places/110114012/below/", "/places/stations/", "/places/stations/import/", "/places/figures/import/"),
        *(f"/places/stations/{station.pk}/{part}" for part in ("", "edit/", "close/")),
        *(f"/places/{COMMUNITY}/{part}" for part in ("", "figures/", "figures/corrections/", "history/")),
        *(f"/places/{COMMUNITY}/{form}/" for form in FORMS),
        *(f"/places/figures/{right.pk}/correct/", f"/places/sheets/{kept.pk}/"),
    ]


def test_is_written_in_chinese_throughout(pages: tuple[Client, list[str]]) -> None:
    client, paths = pages
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    found = {path: client.get(path).content.decode() for path in paths}
    foreign = {
        path: words
        for path, page in found.items()
        if (words := {word for word in re.findall(r"[A-Za-z]{4,}", texts(page)) if word.lower() not in KEPT})
    }
    assert foreign == {}
    assert all('<html lang="zh-Hans"' in page for page in found.values())


def test_is_written_in_english_with_its_own_separators(pages: tuple[Client, list[str]]) -> None:
    client, paths = pages
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    found = {path: client.get(path).content.decode() for path in paths}
    assert all('<html lang="en"' in page for page in found.values())
    assert [path for path, page in found.items() if re.search("[、；。]", texts(page))] == []
    assert "南一社区 110114012098, 南二社区 110114012099" in texts(found[f"/places/{SOUTH}/"])


def test_says_refusals_and_files_in_the_reader_s_language(pages: tuple[Client, list[str]]) -> None:
    client, paths = pages
    for language, title in (("zh-hans", "代码"), ("en", "Code")):
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        lines = b"".join(client.get(f"/places/{SOUTH}/?export=csv").streaming_content)  # type: ignore[attr-defined]
        assert title in lines.decode()
        answer = client.post(paths[-2], {"value": "", "source": "示例", "reason": ""})
        assert answer.status_code == 422
        assert ("Fill in" in answer.content.decode()) == (language == "en")
