"""A vote on paper on a site that leaks in every way that the attackers on paper try."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from pathlib import Path
from typing import Any
from uuid import uuid4

from psycopg import Connection

from shanzhi.config.embedded import Cluster
from tests.secrecy import evidence as seen
from tests.secrecy.evidence import PaperEvidence
from tests.secrecy.judge import Truth
from tests.secrecy.paper import REQUEST, PaperVote, known_by
from tests.secrecy.real import OPTIONS
from tests.secrecy.scene import CODES, PATTERNS, REASON, PaperPlan

TABLES = """
CREATE TABLE sheet (id bigserial, serial text);
CREATE TABLE mark (id uuid, voter uuid, serial text);
CREATE TABLE entry (id bigserial, serial text, round int, sealed bytea, tag bytea, note text);
CREATE TABLE place (code text, chosen int DEFAULT 0, told jsonb);
CREATE TABLE ballot (id bigserial, receipt text, choices int[]);
CREATE TABLE thanked (serial text);
"""
ENTER = "INSERT INTO entry (serial, round, sealed, tag, note) VALUES (%s, %s, %s, %s, %s)"


def hold(folder: Path, plan: PaperPlan) -> PaperVote:
    """Hold the vote in the clear."""
    hall = [*plan.places["hall"], *plan.places["careless"]]
    places = {"hall": hall, "visits": plan.places["visits"]}
    codes_of = {"hall": "A2A", "visits": "V3V"}
    sheets = {v: f"{codes_of[place]}{secrets.randbelow(10**6):06d}X" for place, there in places.items() for v in there}
    people = [(str(uuid4()), str(uuid4())) for _ in plan.choices]
    receipts = [base64.b32encode(secrets.token_bytes(15)).decode() for _ in plan.choices]
    marked = [*hall, *places["visits"]]
    found = PaperEvidence(
        envelope="entry", ballot="ballot", codes=CODES, patterns=PATTERNS, words={REASON: "invalid"}, request=REQUEST,
        voters=[known_by(list(pair)) for pair in people], calls=marked * 2, known=plan.known, places=places,
        codes_of=codes_of,
    )  # fmt: skip
    vote = PaperVote(found, Truth(plan.choices, receipts), [sheets[voter] for voter in range(len(people))])
    cluster = Cluster(folder, OPTIONS)
    with cluster.lease(), seen.nothing_forgotten(cluster):
        with seen.superuser(cluster) as connection:
            connection.execute(TABLES)  # several statements
            found.nodes = seen.nodes(cluster, {"entry": ""})
            for voter in marked:
                _mark(connection, people[voter], sheets[voter])
            connection.execute("INSERT INTO place (code) VALUES ('A2A'), ('V3V')")
            for number, voter in enumerate(found.calls):
                _enter(connection, vote, voter, 1 + number // len(marked))
            found.before, found.stats = seen.tables(cluster), seen.statistics(cluster)
            found.pages["before"] = seen.pages(cluster, {"entry": ""})
            _close(connection, vote)
        found.after = seen.tables(cluster)
        found.pages["after"] = seen.pages(cluster, {"entry": "", "ballot": ""})
        found.wal_text, found.blobs["log of changes"] = seen.wal(cluster)
        found.server_log = (cluster.data / "server.log").read_text()
    return vote


def _mark(connection: Connection[Any], person: tuple[str, str], serial: str) -> None:
    with connection.transaction():
        connection.execute("INSERT INTO sheet (serial) VALUES (%s)", [serial])
        connection.execute("INSERT INTO mark VALUES (%s, %s, %s)", [person[1], person[0], serial])
        connection.execute(f"DO $$ BEGIN RAISE LOG '{person[0]} got {serial}'; END $$")


def _enter(connection: Connection[Any], vote: PaperVote, voter: int, number: int) -> None:
    serial, said = vote.sheets[voter], vote.truth.choices[voter]
    codes = [REASON] if said == "invalid" else [CODES[position] for position in PATTERNS[said]]
    content = f"{serial} {'+'.join(codes)}"
    tag = hashlib.sha256("+".join(codes).encode()).digest()
    connection.execute(ENTER, [serial, number, f"{vote.truth.receipts[voter]} {content}".encode(), tag, content])
    connection.execute("UPDATE place SET chosen = chosen + %s WHERE code = %s", [len(codes), serial[:3]])
    connection.execute(f"DO $$ BEGIN RAISE LOG '{content}'; END $$")
    line = {"method": "POST", "route": "booths/entries", "seconds": 0.01 + len(codes) / 1000, "who": serial}
    vote.found.site_log += json.dumps({**line, "chose": codes}) + "\n"
    rows = connection.execute("SELECT to_jsonb(p)::text FROM place p ORDER BY code").fetchall()
    vote.found.watched.append((voter, [row[0] for row in rows]))


def _close(connection: Connection[Any], vote: PaperVote) -> None:
    for voter in vote.found.order:
        said = vote.truth.choices[voter]
        if said != "invalid":
            with connection.transaction():
                row = [vote.truth.receipts[voter], list(PATTERNS[said])]
                connection.execute("INSERT INTO ballot (receipt, choices) VALUES (%s, %s)", row)
                connection.execute("INSERT INTO thanked VALUES (%s)", [vote.sheets[voter]])
    for code, there in zip(vote.found.codes_of.values(), vote.found.places.values(), strict=True):
        invalid = sum(vote.truth.choices[voter] == "invalid" for voter in there)
        told = json.dumps({"code": code, "invalid": invalid})
        connection.execute("UPDATE place SET told = %s WHERE code = %s", [told, code])
    connection.execute("DELETE FROM entry")
