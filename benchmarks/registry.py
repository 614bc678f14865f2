"""Search by a part of a Chinese name over 901,395 organisations beside the list page: `python -m benchmarks.registry`.

The desk's list of organisations is asked for by a handful of clients at a site as `shanzhi serve` serves it, with words
to search for and without, by turns. The floor is the list without a search; the median of (list rate / search rate)
counts, so that 3 means that a search takes three times as long as the page itself. Words are rare and common ones. The
number of rows is that of social organisations in the country at the end of 2020; all are made up, in one district.
"""

import json
import tempfile
from importlib import import_module
from pathlib import Path
from statistics import median
from urllib.parse import quote

import django

from benchmarks.ballots import free_port, site
from benchmarks.listing import ask, rate

ROUNDS = 7
SECONDS = 2.0
BOUND = 3.0
LIST = "/desk/organizations/"
WORDS = ("合唱", "楼门互助", "桃源里", "老人照护服务", "社区", "第8888", "织补", "没有这个名字")


def main() -> None:
    """Fill, serve, ask, tell."""
    with tempfile.TemporaryDirectory(prefix="shz-registry-", dir="/tmp") as name:
        Path(name).chmod(0o711)  # the database of root runs as an ordinary user
        _measure(Path(name), free_port())


def _measure(folder: Path, port: int) -> None:
    with site(folder, port):
        django.setup()
        rows = import_module("benchmarks._registry_rows")  # needs Django set up on the folder just made
        with import_module("shanzhi.config.owner").as_owner():
            number = rows.fill()
        session = import_module("benchmarks._listing_people").signed_in()
        plain = [ask(LIST, session)]
        searches = [ask(f"{LIST}?q={quote(words)}", session) for words in WORDS]
        rate(port, plain, 1)
        rate(port, searches, 2)
        floors, values, ratios = [rate(port, plain, SECONDS)], [], []
        for _ in range(ROUNDS):  # by turns, since another program that comes and goes must not meet only one of them
            values.append(rate(port, searches, SECONDS))
            floors.append(rate(port, plain, SECONDS))
            ratios.append((floors[-1] + floors[-2]) / 2 / values[-1])
    ratio = median(ratios)
    line = {
        "name": f"search in the names of {number:,} organisations",
        "value": round(median(values), 1),
        "floor": round(median(floors), 1),
        "ratio": ratio,
        "bound": BOUND,
        "holds": ratio <= BOUND,
        "words": len(WORDS),
        "rounds": ROUNDS,
        "most": max(ratios),
    }
    print(json.dumps(line, ensure_ascii=False))


if __name__ == "__main__":
    main()
