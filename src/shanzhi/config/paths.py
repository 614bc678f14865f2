"""Where this installation keeps what it writes. Nothing here creates a folder."""

import os
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]


def data_folder() -> Path:
    """Folder of the embedded database and the keys.

    `SHANZHI_DATA` if set; for root `/var/lib/shanzhi`, because the database runs as an ordinary user who must be able
    to walk down to it; otherwise the user's data folder by the XDG base directory specification.
    """
    if named := os.environ.get("SHANZHI_DATA"):
        return Path(named).expanduser().absolute()
    if os.geteuid() == 0:
        return Path("/var/lib/shanzhi")
    base = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(base).expanduser() / "shanzhi"
