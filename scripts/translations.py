"""Tell which words of the source are not yet Chinese: missing, empty, fuzzy, or with other places than the English.

The catalogues are compared with a fresh extraction, made in a copy so that nothing in the tree changes.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "shanzhi"
CATALOGUE = Path("locale/zh_Hans/LC_MESSAGES/django.po")
PLACES = re.compile(r"%\([a-z_]+\)[a-z]|%[sd]|\{[a-z_]*\}")


def extract(room: Path, work: Path) -> polib.POFile:
    """The catalogue of a room as the source now asks for it."""
    copy = work / room.name
    shutil.copytree(room, copy, ignore=shutil.ignore_patterns("__pycache__", "vendor", "static"))
    (copy / CATALOGUE).parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "django", "makemessages", "-l", "zh_Hans", "--no-location", "--no-obsolete"]
    subprocess.run(command, cwd=copy, check=True, capture_output=True)
    made = copy / CATALOGUE
    return polib.pofile(str(made)) if made.exists() else polib.POFile()


def faults(room: Path, work: Path) -> list[str]:
    """What is wrong with a room's translation, one line each."""
    known = polib.pofile(str(room / CATALOGUE)) if (room / CATALOGUE).exists() else polib.POFile()
    present = {(entry.msgctxt, entry.msgid): entry for entry in known}
    found = []
    for entry in extract(room, work):
        mine = present.get((entry.msgctxt, entry.msgid))
        named = f"{entry.msgid!r}{f' ({entry.msgctxt})' if entry.msgctxt else ''}"
        words = [mine.msgstr, *mine.msgstr_plural.values()] if mine else []
        if mine is None:
            found.append(f"{room.name}: missing: {named}")
        elif mine.fuzzy or not any(words):
            found.append(f"{room.name}: {'fuzzy' if mine.fuzzy else 'empty'}: {named}")
        elif not mine.msgid_plural and set(PLACES.findall(mine.msgid)) != set(PLACES.findall(mine.msgstr)):
            found.append(f"{room.name}: other places: {entry.msgid!r} - {mine.msgstr!r}")
    return found


def rooms() -> list[Path]:
    """Every folder of the package that holds words for people."""
    return sorted(path.parent for path in PACKAGE.glob("*/__init__.py"))


def main() -> int:
    """Print the faults; give 1 when there are any."""
    with tempfile.TemporaryDirectory() as folder:
        found = [line for room in rooms() for line in faults(room, Path(folder))]
    print("\n".join(found) or "Every word has its Chinese.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
