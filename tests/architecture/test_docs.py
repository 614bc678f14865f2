"""What the documents point to is there."""

import json
import re
from pathlib import Path

import pytest

from shanzhi.config.cli import COMMANDS
from tests.architecture.source import ROOT

SKIPPED = {"vendor", ".venv", "node_modules", "build", ".git"}
DOCUMENTS = sorted(path for path in ROOT.rglob("*.md") if not SKIPPED & set(path.relative_to(ROOT).parts))
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
MACHINE = re.compile(r"(?<![\w./])/(?:home|root|work|tmp|Users)/\w+")


def relative_links(path: Path) -> list[str]:
    return [link for link in LINK.findall(path.read_text()) if "://" not in link and not link.startswith("mailto:")]


def made() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))


class TestEveryDocument:
    @pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
    def test_links_to_what_is_there(self, path: Path) -> None:
        assert [link for link in relative_links(path) if not (path.parent / link).exists()] == []

    @pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
    def test_names_no_folder_of_one_machine(self, path: Path) -> None:
        assert MACHINE.findall(path.read_text()) == []


class TestTheGuides:
    def test_exist_in_both_languages(self) -> None:
        names = {path.name for path in (ROOT / "docs" / "guides").glob("*.md")} - {"README.md"}
        chinese = {name for name in names if not name.endswith(".en.md")}
        assert chinese == {
            "resident.md",
            "staff.md",
            "operator.md",
            "polling-officer.md",
            "auditor.md",
            "juror.md",
            "team.md",
            "treasurer.md",
            "volunteer.md",
            "team-leader.md",
            "bank-keeper.md",
        }
        assert names - chinese == {name.replace(".md", ".en.md") for name in chinese}

    @pytest.mark.parametrize(
        "name",
        ["resident", "staff", "operator", "polling-officer", "auditor", "juror", "team", "treasurer", "volunteer",
         "team-leader", "bank-keeper"],
    )  # fmt: skip
    def test_have_as_many_sections_in_both_languages(self, name: str) -> None:
        counts = {
            text.count("\n## ")
            for text in ((ROOT / "docs" / "guides" / f"{name}{end}").read_text() for end in (".md", ".en.md"))
        }
        assert len(counts) == 1

    @pytest.mark.parametrize("name", ["operator.md", "operator.en.md"])
    def test_of_operators_name_only_commands_that_exist_and_the_one_that_backs_up(self, name: str) -> None:
        used = set(re.findall(r"\bshanzhi ([a-z-]+)", (ROOT / "docs" / "guides" / name).read_text()))
        assert {"setup", "doctor", "serve", "backup"} <= used
        assert used <= set(COMMANDS)


class TestTheReadme:
    @pytest.mark.parametrize("name", ["README.md", "README.en.md"])
    def test_names_only_commands_that_exist(self, name: str) -> None:
        used = set(re.findall(r"\bmake ([a-z-]+)", (ROOT / name).read_text()))
        assert {"demo", "test"} <= used
        assert used <= made()

    def test_links_to_the_same_in_both_languages(self) -> None:
        both = [set(relative_links(ROOT / name)) for name in ("README.md", "README.en.md")]
        assert both[0] - {"README.en.md"} == both[1] - {"README.md"}


class TestEachDecision:
    @pytest.mark.parametrize("path", sorted((ROOT / "docs" / "decisions").glob("2*.md")), ids=lambda path: path.stem)
    def test_is_dated_and_says_what_was_decided(self, path: Path) -> None:
        assert re.match(r"\d{4}-\d{2}-\d{2}-[a-z-]+$", path.stem)
        assert "ecided" in path.read_text()


class TestTheApiPage:
    def test_names_only_paths_that_the_api_has(self) -> None:
        paths = json.loads((ROOT / "docs" / "openapi.json").read_text())["paths"]
        shapes = [re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path) + "$") for path in paths]
        named = re.findall(r"https://shanzhi\.example(/[^\s'?]*)", (ROOT / "docs" / "api.md").read_text())
        assert len(named) >= 4
        assert [path for path in named if not any(shape.match(path) for shape in shapes)] == []
