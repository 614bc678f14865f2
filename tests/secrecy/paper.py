"""A vote on paper on the real site, and all that somebody with the whole server then holds."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from shanzhi.config.embedded import Cluster
from tests.faults.support import House, move_in
from tests.secrecy import evidence as seen
from tests.secrecy.evidence import PaperEvidence, Row, Voter
from tests.secrecy.judge import Truth
from tests.secrecy.real import OPTIONS
from tests.secrecy.scene import CODES, PATTERNS, REASON, PaperPlan

DAY: Final = "import django; django.setup(); from tests.secrecy import paper_day; paper_day.main()"
TABLES: Final = {"voting_paperentry": "", "voting_ballot": ""}
REQUEST: Final = ("POST", "/entries")


@dataclass(frozen=True, repr=False)
class PaperVote:
    """A vote that was held: what was found, what was true, who really got which sheet, and the key of the real one.

    `channels` are the totals at the close; `left` is what lies in the site's folders while the vote runs, beside the
    database and the keys.
    """

    found: PaperEvidence
    truth: Truth
    sheets: list[str]
    key: bytes = b""
    channels: Any = None
    left: bytes = b""


def hold(folder: Path, plan: PaperPlan) -> PaperVote:
    """Hold the vote."""
    house = move_in(folder, OPTIONS)
    (folder / "tmp").mkdir()
    with house.cluster.lease(), seen.nothing_forgotten(house.cluster):
        since = seen.here(house.cluster)
        with _day(house, folder) as process:
            day = _ask(process, {**vars(plan), "codes": CODES, "patterns": PATTERNS, "reason": REASON})
            found = _found(plan, day)
            _before(house.cluster, found, day["people"])
            left = b"".join(path.read_bytes() for path in folder.rglob("*") if _beside(folder, path))
            channels = _ask(process, "close")
        _after(house.cluster, found, since)
    found.site_log = (folder / "day.log").read_text()
    receipts = dict(pair for rows in found.printed.values() for pair in rows)
    truth = Truth(plan.choices, [receipts[serial] for serial in day["sheets"]])
    return PaperVote(found, truth, day["sheets"], bytes.fromhex(day["key"]), channels, left)


def _day(house: House, folder: Path) -> subprocess.Popen[str]:
    environment = {**house.environment, "SHANZHI_LOG_LEVEL": "INFO", "TMPDIR": str(folder / "tmp")}
    with (folder / "day.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-c", DAY], env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=log,
        )  # fmt: skip


def _ask(process: subprocess.Popen[str], words: Any) -> Any:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(words) + "\n")
    process.stdin.flush()
    answer = process.stdout.readline()
    assert answer, "the day broke off; its log tells why"
    return json.loads(answer)


def _beside(folder: Path, path: Path) -> bool:
    """Whether a file is neither the database's nor a key."""
    return path.is_file() and path.relative_to(folder).parts[0] not in ("pg", "keys", "b1", "b2")


def _found(plan: PaperPlan, day: Any) -> PaperEvidence:
    return PaperEvidence(
        envelope="voting_paperentry",
        ballot="voting_ballot",
        codes=CODES,
        patterns=PATTERNS,
        voters=[],
        calls=day["readings"],
        known=plan.known,
        words={REASON: "invalid"},
        request=REQUEST,
        places=plan.places,
        codes_of=day["codes"],
        printed={place: [(serial, receipt) for serial, receipt in rows] for place, rows in day["printed"].items()},
        watched=[(voter, rows) for voter, rows in day["figures"]],
    )


def _before(cluster: Cluster, found: PaperEvidence, people: list[str]) -> None:
    found.before, found.stats = seen.tables(cluster), seen.statistics(cluster)
    found.pages["before"] = seen.pages(cluster, {"voting_paperentry": ""})
    found.nodes = seen.nodes(cluster, TABLES)
    found.blobs["backup before"] = seen.backup(cluster, cluster.folder / "b1")
    marks = {str(row["person_id"]): str(row["id"]) for row in found.before["voting_papermark"]}
    found.voters = [known_by([person, marks[person]]) for person in people]


def _after(cluster: Cluster, found: PaperEvidence, since: str) -> None:
    found.after = seen.tables(cluster)
    found.stats += seen.statistics(cluster)
    found.pages["after"] = seen.pages(cluster, TABLES)
    found.blobs["backup after"] = seen.backup(cluster, cluster.folder / "b2")
    found.wal_text, found.blobs["log of changes"] = seen.wal(cluster, since)
    found.server_log = "\n".join(path.read_text() for path in cluster.folder.rglob("server.log"))


def known_by(numbers: list[str]) -> Voter:
    """Name a voter by numbers of rows that speak of them: the person's, the mark's."""
    short = [one.replace("-", "") for one in numbers]
    return Voter((*numbers, *short), tuple(map(bytes.fromhex, short)))


def noted(vote: PaperVote) -> PaperEvidence:
    """Give the evidence in the hands of somebody who has also written down the serial of every voter's sheet."""
    found = vote.found
    named = [
        Voter((*one.names, serial), (*one.raw, serial.encode()))
        for one, serial in zip(found.voters, vote.sheets, strict=True)
    ]
    own = {**vars(found), "voters": named, "envelope_of": dict(enumerate(_readings(vote)))}
    return PaperEvidence(**own)


def _readings(vote: PaperVote) -> list[Row]:
    """Give of each voter's sheet the first reading."""
    rows = vote.found.before[vote.found.envelope]
    if "serial" in rows[0]:
        return [next(row for row in rows if row["serial"] == serial) for serial in vote.sheets]
    numbers = {row["serial"]: row["id"] for row in vote.found.before["voting_sheet"]}
    first = {row["sheet_id"]: row for row in rows if row["round"] == 1}
    return [first[numbers[serial]] for serial in vote.sheets]
