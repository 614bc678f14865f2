"""Every pair of colours that the pages put together, computed by WCAG's formula from the tokens themselves."""

import re
from pathlib import Path

import pytest

from shanzhi import ui

CSS = (Path(ui.__file__).parent / "static" / "ui" / "core.css").read_text(encoding="utf-8")
WORDS = 4.5
SHAPES = 3.0

TEXT_PAIRS = [
    *((ink, ground) for ink in ("ink", "quiet", "accent") for ground in ("paper", "raised", "sunken")),
    *((ink, ground) for ink in ("good", "warn", "bad") for ground in ("paper", "raised", "sunken")),
    *(("ink", f"{tone}-soft") for tone in ("accent", "good", "warn", "bad")),
    *((tone, f"{tone}-soft") for tone in ("accent", "good", "warn", "bad")),
    ("accent", "warn-soft"),
    ("accent", "good-soft"),
    ("on-accent", "accent"),
]
SHAPE_PAIRS = [
    *(("edge", ground) for ground in ("paper", "raised", "sunken")),
    *(("accent", ground) for ground in ("paper", "raised", "sunken", "accent-soft")),
    *((f"chart-{number}", "raised") for number in range(1, 6)),
]


def tokens(opening: str) -> dict[str, str]:
    """Read the colours of the block that follows `opening`."""
    block = CSS[CSS.index(opening) :].split("}", 1)[0]
    return dict(re.findall(r"--([a-z0-9-]+):\s*(#[0-9A-Fa-f]{6})", block))


MODES = {"light": tokens(":root {"), "dark": tokens(':root[data-mode="dark"] {')}


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast of two colours, 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


class TestTheFormula:
    def test_gives_the_known_ends(self) -> None:
        assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
        assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("mode", MODES)
class TestTheColoursOfAMode:
    @pytest.mark.parametrize(("ink", "ground"), TEXT_PAIRS)
    def test_let_words_be_read(self, mode: str, ink: str, ground: str) -> None:
        assert contrast(MODES[mode][ink], MODES[mode][ground]) >= WORDS

    @pytest.mark.parametrize(("shape", "ground"), SHAPE_PAIRS)
    def test_let_shapes_that_mean_something_be_seen(self, mode: str, shape: str, ground: str) -> None:
        assert contrast(MODES[mode][shape], MODES[mode][ground]) >= SHAPES


class TestDarkMode:
    def test_is_the_same_by_the_system_and_by_choice(self) -> None:
        assert tokens(':root:not([data-mode="light"]) {') == MODES["dark"]

    def test_redefines_every_colour(self) -> None:
        assert MODES["dark"].keys() == MODES["light"].keys()


class TestTheStyleSheets:
    def test_take_colours_from_tokens_only(self) -> None:
        folder = Path(ui.__file__).parent / "static" / "ui"
        for sheet in ("pieces.css", "forms.css", "sheet.css"):
            text = (folder / sheet).read_text(encoding="utf-8")
            loose = set(re.findall(r"#[0-9A-Fa-f]{3,6}\b", text)) - {"#fff", "#1D2529"}  # paper of QR codes and sheets
            assert not loose, f"{sheet}: {loose}"

    def test_stay_small_enough_for_the_voting_page(self) -> None:
        folder = Path(ui.__file__).parent / "static" / "ui"
        assert sum((folder / f"{name}.css").stat().st_size for name in ("core", "pieces", "forms")) < 34_000
