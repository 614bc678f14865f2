"""A site that leaks in every way that the attackers try: each of them must work where there is something to find."""

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
from tests.secrecy.evidence import Evidence, Voter
from tests.secrecy.judge import Truth
from tests.secrecy.real import OPTIONS
from tests.secrecy.scene import CODES, PATTERNS, Plan

TABLES = """
CREATE TABLE box (
    id bigserial, voter uuid UNIQUE, sealed bytea, tag bytea, note text, cast_at timestamptz DEFAULT now()
);
CREATE TABLE ballot (id bigserial, receipt text, choices int[]);
CREATE TABLE thanked (voter uuid);
"""
CAST = """
INSERT INTO box (voter, sealed, tag, note) VALUES (%s, %s, %s, %s)
ON CONFLICT (voter) DO UPDATE SET sealed = excluded.sealed, tag = excluded.tag, note = excluded.note
"""


def hold(folder: Path, plan: Plan) -> tuple[Evidence, Truth]:
    """Hold the vote in the clear; give the evidence and the truth."""
    voters = [uuid4() for _ in plan.choices]
    found = Evidence(
        envelope="box",
        ballot="ballot",
        codes=CODES,
        patterns=PATTERNS,
        voters=[Voter((str(one), one.hex), (one.bytes, str(one).encode())) for one in voters],
        calls=[one for one, _pattern in plan.casts],
        known=plan.known,
    )
    receipts = [base64.b32encode(secrets.token_bytes(15)).decode() for _ in voters]
    cluster = Cluster(folder, OPTIONS)
    with cluster.lease(), seen.nothing_forgotten(cluster):
        with seen.superuser(cluster) as connection:
            connection.execute(TABLES)  # type: ignore[arg-type]  # several statements
            found.nodes = seen.nodes(cluster, {"box": ""})
            for number, (one, pattern) in enumerate(plan.casts):
                _cast(connection, found, one, pattern, voters, receipts)
                if number == len(plan.casts) // 2:
                    found.blobs["backup"] = seen.backup(cluster, folder / "b")
            found.before, found.stats = seen.tables(cluster), seen.statistics(cluster)
            found.pages["before"] = seen.pages(cluster, {"box": ""})
            for one in found.order:
                _open(connection, voters[one], receipts[one], plan.choices[one])
            connection.execute("DELETE FROM box")
        found.after = seen.tables(cluster)
        found.pages["after"] = seen.pages(cluster, {"box": "", "ballot": ""})
        found.wal_text, found.blobs["log of changes"] = seen.wal(cluster)
        found.server_log = (cluster.data / "server.log").read_text()
    return found, Truth(plan.choices, receipts)


def _cast(
    connection: Connection[Any], found: Evidence, one: int, pattern: str, voters: list[Any], receipts: list[str]
) -> None:
    codes = [CODES[position] for position in PATTERNS[pattern]]
    content = f"{voters[one]} {'+'.join(codes)}"
    tag = hashlib.sha256("+".join(codes).encode()).digest()
    connection.execute(CAST, [voters[one], f"{receipts[one]} {content}".encode(), tag, content])
    connection.execute(f"DO $$ BEGIN RAISE LOG '{content}'; END $$")
    row = next(row for row in seen.rows(connection, "box") if row["voter"] == voters[one])
    found.envelope_of[one] = row
    line = {"method": "PUT", "route": "ballot", "seconds": 0.01 + len(codes) / 1000, "who": str(voters[one])}
    found.site_log += json.dumps({**line, "chose": codes}) + "\n"


def _open(connection: Connection[Any], voter: Any, receipt: str, pattern: str) -> None:
    with connection.transaction():
        connection.execute("INSERT INTO ballot (receipt, choices) VALUES (%s, %s)", [receipt, list(PATTERNS[pattern])])
        connection.execute("INSERT INTO thanked VALUES (%s)", [voter])
