"""Reading Pabulib `.pb` files: every dialect met in the wild is read, or refused with its line and its cure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

from shanzhi.tally.election import Election
from shanzhi.tally.pabulib import checks
from shanzhi.tally.pabulib.amounts import parse_amount
from shanzhi.tally.pabulib.ballots import Ballots, read_ballots, spread_default
from shanzhi.tally.pabulib.canonical import digest
from shanzhi.tally.pabulib.errors import Doubt, Notice, Notices, PabulibError, refusal
from shanzhi.tally.pabulib.layout import Section, elections, settle_line_ends
from shanzhi.tally.pabulib.meta import KINDS, Meta, budget, check_parts, check_threshold, read_meta, vote_type
from shanzhi.tally.pabulib.projects import check_projects, check_totals, read_projects
from shanzhi.tally.pabulib.rows import read_table
from shanzhi.tally.pabulib.rule import BadSpec, spec_from_json
from shanzhi.tally.pabulib.source import MAX_BYTES, load, to_utf8
from shanzhi.tally.pabulib.treatment import STRICT, Treatment
from shanzhi.tally.spec import Spec

Source = str | Path | bytes | BinaryIO


@dataclass(frozen=True, slots=True, eq=False)
class Reading(Election):
    """An election as read from a file, with what was mended and the rule that the file was published with, if any.

    `treat` is how it was read, `doubts` what that decided.
    """

    warnings: tuple[Notice, ...] = ()
    spec: Spec | None = None
    treat: Treatment = STRICT
    doubts: tuple[Doubt, ...] = ()


def read(source: Source, *, treat: Treatment = STRICT, limit: int = MAX_BYTES) -> Reading:
    """Read one election from a path, bytes or an open binary stream of at most `limit` bytes.

    Harmless faults are mended with a warning that names the line. Faults that could change who wins raise PabulibError
    with line and cure, unless `treat` says how to take them. Source of the format: pabulib.org/format.
    """
    notices = Notices()
    found = elections(
        settle_line_ends(to_utf8(load(source, limit=limit), encoding=treat.encoding, notices=notices), notices)
    )
    if len(found) == 1 and treat.many_elections in ("refuse", "first", "1"):
        return _one(found[0], treat, notices)
    if treat.many_elections == "refuse":
        raise refusal("many_elections", found[1][0].line - 1, count=len(found))
    wanted = 1 if treat.many_elections == "first" else int(treat.many_elections)
    if wanted > len(found):
        raise refusal("no_such_election", 0, count=len(found), wanted=wanted)
    notices.add("one_of_many", found[wanted - 1][0].line - 1, count=len(found), wanted=wanted)
    return _one(found[wanted - 1], treat, notices)


def read_all(source: Source, *, treat: Treatment = STRICT, limit: int = MAX_BYTES) -> list[Reading | PabulibError]:
    """Read every election of a file that several were run together in; each is read, or refused on its own.

    Raises PabulibError only for what concerns the whole file.
    """
    notices = Notices()
    text = settle_line_ends(to_utf8(load(source, limit=limit), encoding=treat.encoding, notices=notices), notices)
    readings: list[Reading | PabulibError] = []
    for sections in elections(text):
        try:
            readings.append(_one(sections, treat, notices.copy()))
        except PabulibError as error:
            readings.append(error)
    return readings


def _one(sections: tuple[Section, Section, Section], treat: Treatment, notices: Notices) -> Reading:
    meta = read_meta(read_table(sections[0], notices), notices)
    purse = budget(meta, notices)
    check_parts(meta, treat, notices)
    listed = read_table(sections[1], notices)
    projects, lines = read_projects(listed, treat, notices)
    check_projects(projects, lines, purse, notices)
    votes = read_table(sections[2], notices)
    kind = vote_type(meta, votes, treat, notices)
    check_threshold(meta, KINDS[kind], notices)
    checks.check_weights(votes, treat, notices)
    index = {project.id: position for position, project in enumerate(projects)}
    ballots = read_ballots(votes, kind, index, treat, notices)
    with_padding, ballots = len(ballots.rows), checks.skip_padding(votes, ballots)
    filed = len(votes.lines) - (with_padding - len(ballots.rows))
    ends_whole = sections[2].body.endswith(b"\n") or not sections[2].last
    checks.check_count(ballots, filed, meta, projects, ends_whole, treat, notices)
    ballots = checks.check_voters(votes, ballots, filed, meta, projects, treat, notices)
    if kind == "choose-1":
        ballots = checks.check_single_choice(ballots, treat, notices)
    ballots = checks.check_limits(ballots, kind, meta, projects, treat, notices)
    check_totals(projects, lines, checks.support(ballots, len(projects)), len(listed.lines), meta, notices)
    if kind == "scoring" and meta.get("default_score"):
        ballots = _with_default(ballots, meta, len(projects), notices)
    reading = Reading(
        projects=tuple(projects),
        budget=purse,
        kind=KINDS[kind],
        offsets=ballots.offsets,
        choices=ballots.choices,
        points=ballots.points,
        points_scale=ballots.scale,
        meta={**meta.values, "vote_type": kind},
        spec=_spec(meta),
        treat=treat,
    )
    _check_digest(reading, meta, treat, notices)
    return replace(reading, warnings=notices.all(), doubts=notices.doubts())


def _with_default(ballots: Ballots, meta: Meta, projects: int, notices: Notices) -> Ballots:
    text = meta.get("default_score")
    parsed = parse_amount(text)
    if parsed is None or parsed[0] < 0 or parsed[0] > 10**9:
        raise refusal("bad_amount", meta.line("default_score"), what="default_score", text=text)
    if parsed[0]:
        notices.add("default_score", meta.line("default_score"), text=text)
    return spread_default(ballots, Fraction(parsed[0]), projects)


def _spec(meta: Meta) -> Spec | None:
    text = meta.get("rule_spec")
    if not text:
        return None
    try:
        return spec_from_json(text)
    except BadSpec as error:
        raise refusal("bad_rule_spec", meta.line("rule_spec"), reason=str(error)) from None


def _check_digest(reading: Reading, meta: Meta, treat: Treatment, notices: Notices) -> None:
    """A file that Shanzhi published says what its content must digest to."""
    stated = meta.get("digest")
    if not stated.startswith("sha256:") or stated == digest(reading):
        return
    notices.doubt("wrong_digest", meta.line("digest"), refuse=treat.digest != "ignore")
    notices.add("wrong_digest_ignored", meta.line("digest"))
