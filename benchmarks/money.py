"""The public page of a fund with 100,000 expenses beside a bare list of them: `python -m benchmarks.money`.

Both are asked for through the whole of Django in this process, by turns; the median ratio of their times counts. The
bare page draws the same list of the same rows and none of the figures. Queries of the page are counted too.
"""

import json
import tempfile
import time
from importlib import import_module
from pathlib import Path
from statistics import median

import django

from benchmarks.ballots import free_port, site

ROUNDS = 25
BOUND = 1.5
MOST_QUERIES = 8


def main() -> None:
    """Fill, ask, tell."""
    with tempfile.TemporaryDirectory(prefix="shz-money-", dir="/tmp") as name:
        Path(name).chmod(0o711)  # the database of root runs as an ordinary user
        with site(Path(name), free_port()):
            django.setup()
            _measure()


def _measure() -> None:
    money = import_module("benchmarks._money_fund")  # needs Django set up on the folder just made
    testing, utils = import_module("django.test"), import_module("django.test.utils")
    connection = import_module("django.db").connection
    with import_module("shanzhi.config.owner").as_owner():
        fund = money.fill()
    with testing.override_settings(ROOT_URLCONF="benchmarks._money_fund"):
        client = testing.Client(SERVER_NAME="localhost")
        page, bare = f"/money/funds/{fund}/", f"/bare/{fund}/"

        def seconds(path: str) -> float:
            start = time.perf_counter()
            assert client.get(path).status_code == 200
            return time.perf_counter() - start

        seconds(page), seconds(bare)
        with utils.CaptureQueriesContext(connection) as asked:
            client.get(page)
            queries = len(asked)  # the next request forgets them
        pairs = [(seconds(page), seconds(bare)) for _ in range(ROUNDS)]
    value, floor = median(one for one, _ in pairs), median(other for _, other in pairs)
    ratio = median(one / other for one, other in pairs)
    line = {
        "name": "public page of a fund with 100,000 expenses",
        "value": value,
        "floor": floor,
        "ratio": ratio,
        "bound": BOUND,
        "holds": ratio <= BOUND and queries <= MOST_QUERIES,
        "queries": queries,
        "rounds": ROUNDS,
    }
    print(json.dumps(line, ensure_ascii=False))


if __name__ == "__main__":
    main()
