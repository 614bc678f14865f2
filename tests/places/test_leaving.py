"""Who is erased is found in lists of offices however a number or a name is written there."""

import base64
import json
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from shanzhi.kernel.personal import Leaving
from shanzhi.places.exchange.lists.headings import Headings
from shanzhi.places.exchange.lists.leaving import emptied, tells
from tests.support.people import AT

NUMBER = "37010219900307001X"
HEADINGS = Headings({"name": ("姓名",), "id_number": ("证件号",)}, "name")


def sealed(text: str) -> Any:
    return SimpleNamespace(reveal=lambda: text)


def left(cells: list[str], leaving: Leaving) -> Any:
    found = emptied(sealed(json.dumps([cells])), leaving, own=True)
    return json.loads(found)[0] if isinstance(found, str) else cells


@pytest.mark.parametrize(
    ("name", "number", "cell"),
    [
        ("欧阳示例", NUMBER, "37010219900307001x"), ("欧阳示例", NUMBER, "370102 19900307 001X"),
        ("欧阳示例", NUMBER, "３７０１０２１９９００３０７００１ｘ"), ("Li-Na Shili", "p-1", "LI-NA SHILI"),
        ("阿 示例", "p-1", "阿示例"), ("欧阳示例", "Shili-7", "shili7"),
    ],
)  # fmt: skip
def test_words_are_found_as_people_write_them(name: str, number: str, cell: str) -> None:
    leaving = Leaving(uuid4(), AT, name, (number,))
    file = sealed(base64.b64encode(f"姓名,证件号\n示例,{cell}\n".encode()).decode())
    assert tells(file, "list.csv", HEADINGS, leaving, own=True)
    assert left(["社区", cell, ""], leaving) == ["社区", "", ""]
    assert left(["社区", f"见{cell}。", ""], leaving)[1] == ("见shili7。" if cell == "shili7" else "")
    assert left(["社区", f"{name}又名{cell}"], leaving)[1] in ("", "▇▇又名shili7")


def test_words_that_hold_nothing_find_nothing() -> None:
    leaving = Leaving(uuid4(), AT, "- -", ("37010219900307002X",))
    file = sealed(base64.b64encode(f"姓名,证件号\n示例,{NUMBER}\n,\n".encode()).decode())
    assert not tells(file, "list.csv", HEADINGS, leaving, own=True)
    assert left(["社区", "", NUMBER], leaving) == ["社区", "", NUMBER]
