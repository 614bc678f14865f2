"""The driver that needs nobody: it writes CSV and JSON into a folder, to be handed in by hand."""

from __future__ import annotations

from pathlib import Path

from shanzhi.service.exchange.drivers import NotTaken, Receipt
from shanzhi.service.exchange.national import Collected


class LocalFiles:
    """Writes both formats side by side."""

    def __init__(self, folder: Path) -> None:
        """Take the folder."""
        self.folder = folder

    def send(self, collected: Collected) -> Receipt:
        """Write the files; those of the same area and days are written anew."""
        name = f"service-{collected.area or 'all'}-{collected.starts_on}-{collected.ends_on}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / f"{name}.csv").write_bytes(collected.csv())
            (self.folder / f"{name}.json").write_bytes(collected.json())
        except OSError as problem:
            raise NotTaken(str(problem)) from problem
        return Receipt(len(collected.rows), str(self.folder / name))
