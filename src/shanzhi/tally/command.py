"""`shanzhi count`: counts elections from files, without a database, so that anyone can check a published result."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal, cast, get_args

import typer

from shanzhi.tally import coarse, receipts
from shanzhi.tally.comparison import compare
from shanzhi.tally.counting import count as count_election
from shanzhi.tally.faults import CountingError
from shanzhi.tally.needs import with_needs
from shanzhi.tally.outcome import Outcome, amount
from shanzhi.tally.pabulib import (
    SATISFACTION,
    STRICT,
    PabulibError,
    Reading,
    Treatment,
    UnknownTreatment,
    digest,
    parse_treatment,
    read,
    usual,
    usual_spec,
)
from shanzhi.tally.reasons import Language
from shanzhi.tally.report import searched, show_error, show_outcome
from shanzhi.tally.spec import Completion, RuleName, Satisfaction, Spec, Threshold, TieKey

RuleChoice = Literal["score", "score-no-skip", "per-cost", "equal-shares", "phragmen"]
"""Rules that can be asked for; a composite needs jury scores, so it is counted only from a file that carries them."""

_NEEDED = {"points": "points", "borda": "ranked"}


@dataclass(frozen=True, slots=True)
class Choices:
    """What the caller asked for; None leaves it to the file, or to the usual for its kind of ballots."""

    rule: RuleName | None = None
    satisfaction: Satisfaction | None = None
    completion: Completion | None = None
    ties: tuple[TieKey, ...] | None = None
    min_voters: int | None = None
    min_share: Fraction | None = None
    min_by_cost: int | None = None
    min_score: int | None = None
    treat: Treatment = STRICT
    thorough: bool = False


class CannotCount(Exception):
    """A rule that does not fit the ballots or itself, in words for the user."""

    def __init__(self, message_en: str, message_zh: str, cure_en: str, cure_zh: str) -> None:
        """Carry the words in both languages."""
        super().__init__(message_en)
        self.message_en, self.message_zh, self.cure_en, self.cure_zh = message_en, message_zh, cure_en, cure_zh


@dataclass(frozen=True, slots=True)
class Counted:
    """One file read and counted."""

    file: str
    reading: Reading
    spec: Spec
    outcome: Outcome
    told_rule: bool


def spec_for(reading: Reading, choices: Choices) -> Spec:
    """The rule to count by: what was asked for, else what the file was published with or names, else order of votes.

    A rule that is asked for puts aside all that a file says in its own words, its completion too. Raises CannotCount
    when the parts do not fit each other or the ballots.
    """
    base = usual_spec(reading)
    if choices.rule and reading.spec is None:
        base = Spec(choices.rule, SATISFACTION[reading.kind])
    spec = replace(base, rule=choices.rule or base.rule)
    if choices.satisfaction:
        spec = replace(spec, satisfaction=choices.satisfaction)
    if choices.completion:
        spec = replace(spec, completion=choices.completion)
    elif spec.rule != "equal-shares":
        spec = replace(spec, completion="none")
    if spec.rule != "composite":
        spec = replace(spec, composite=None)
    spec = replace(spec, ties=choices.ties or spec.ties, threshold=_threshold(spec.threshold, choices))
    _check(spec, reading)
    return spec


def _threshold(base: Threshold, choices: Choices) -> Threshold:
    return Threshold(
        voters=base.voters if choices.min_voters is None else choices.min_voters,
        share=base.share if choices.min_share is None else choices.min_share,
        by_cost=base.by_cost if choices.min_by_cost is None else choices.min_by_cost,
        score=base.score if choices.min_score is None else choices.min_score,
    )


def _check(spec: Spec, reading: Reading) -> None:
    needed = _NEEDED.get(spec.satisfaction)
    if needed and needed != reading.kind:
        fitting = SATISFACTION[reading.kind]
        raise CannotCount(
            f"Satisfaction {spec.satisfaction} needs {needed} ballots; this file has {reading.kind} ballots.",
            f"满意度 {spec.satisfaction} 需要 {needed} 选票，而此文件是 {reading.kind} 选票。",
            f"Use --satisfaction {fitting}, or leave it out.",
            f"请用 --satisfaction {fitting}，或不指定。",
        )
    if spec.completion != "none" and spec.rule != "equal-shares":
        raise CannotCount(
            f"Completion {spec.completion} belongs to equal-shares; the rule is {spec.rule}.",
            f"补齐方式 {spec.completion} 只用于 equal-shares，而规则是 {spec.rule}。",
            "Use --rule equal-shares, or leave the completion out.",
            "请用 --rule equal-shares，或不指定补齐方式。",
        )


def count_file(file: str, choices: Choices) -> Counted:
    """Read and count one file; "-" is the standard input. Raises PabulibError or CannotCount."""
    return count_reading(file, _read(file, choices.treat), choices)


def _read(file: str, treat: Treatment) -> Reading:
    return read(sys.stdin.buffer if file == "-" else Path(file), treat=treat)


def count_reading(file: str, reading: Reading, choices: Choices) -> Counted:
    """Count a file that was read."""
    spec = spec_for(reading, choices)
    try:
        outcome = count_election(reading, spec)
    except CountingError as error:
        raise CannotCount(
            f"The rule cannot count this file: {error.message}",
            f"该规则无法为此文件计票：{error.message_zh}",
            "Choose another rule or satisfaction.",
            "请换一种规则或满意度。",
        ) from None
    return Counted(file, reading, spec, outcome, choices.rule is not None)


def as_json(counted: Counted) -> dict[str, Any]:
    """What one line of `--json` says. Amounts are text in the unit of the file, exact."""
    outcome = counted.outcome
    return {
        "file": counted.file,
        "rule": counted.spec.rule,
        "satisfaction": counted.spec.satisfaction,
        "completion": counted.spec.completion,
        "winners": list(outcome.winners),
        "total_cost": amount(outcome.total_cost),
        "budget": amount(outcome.budget),
        "ballots": outcome.ballots,
        "ties": [tie.as_json() for tie in outcome.ties],
        "warnings": list(_warnings(counted)),
        "digest": outcome.digest,
        "content_digest": digest(counted.reading),
    }


def _warnings(counted: Counted) -> Iterator[dict[str, Any]]:
    """Warnings of the reader with their lines, then those of the count, which concern no line (0)."""
    if not counted.told_rule:
        yield from _about_rule(counted)
    for notice in counted.reading.warnings:
        yield {
            "line": notice.line,
            "code": notice.code,
            "message": f"{notice.message_en} {notice.cure_en}",
            "message_zh": f"{notice.message_zh}{notice.cure_zh}",
        }
    for remark in counted.outcome.warnings:
        yield {"line": 0, "code": remark.code, "message": remark.message, "message_zh": remark.message_zh}


def _about_rule(counted: Counted) -> Iterator[dict[str, Any]]:
    """Say how the file's own words for its rule were taken."""
    known, spec = usual(counted.reading), counted.spec
    if known.origin == "published":
        return
    taken = spec.rule if spec.completion == "none" else f"{spec.rule} --completion {spec.completion}"
    words = known.words if len(known.words) <= 80 else known.words[:77] + "…"
    if known.origin == "stated":
        code = "read_rule"
        en = f"The file names its rule “{words}”; it was counted by {taken}. Name another with --rule."
        zh = f"文件所载规则为“{words}”，已按 {taken} 计票。可用 --rule 另行指定。"
    elif words:
        code = "assumed_rule"
        en = f"The file names its rule “{words}”, which is not known here; {taken} was taken. Name one with --rule."
        zh = f"文件所载规则为“{words}”，此处没有该规则，已按 {taken} 计票。可用 --rule 指定。"
    else:
        code = "assumed_rule"
        en = f"The file names no rule; {taken} was taken. Name one with --rule."
        zh = f"文件未指明计票规则，已按 {taken} 计票。可用 --rule 指定。"
    yield {"line": 0, "code": code, "message": en, "message_zh": zh}


def error_as_json(file: str, error: PabulibError | CannotCount) -> dict[str, Any]:
    """What one line of `--json` says of a file that was not counted; line 0 means the file as a whole."""
    return {
        "file": file,
        "error": f"{error.message_en} {error.cure_en}",
        "line": error.line if isinstance(error, PabulibError) else 0,
        "code": error.code if isinstance(error, PabulibError) else "cannot_count",
        "error_zh": f"{error.message_zh}{error.cure_zh}",
    }


def _share(text: str | None) -> Fraction | None:
    """A share as `5%`, `0.05` or `1/20`."""
    if text is None:
        return None
    bare = text.strip()
    try:
        value = Fraction(bare.removesuffix("%")) / (100 if bare.endswith("%") else 1)
    except (ValueError, ZeroDivisionError):
        raise typer.BadParameter(f"{text!r} is no share; write 5%, 0.05 or 1/20", param_hint="--min-share") from None
    if not 0 <= value <= 1:
        raise typer.BadParameter(f"{text!r} is not between 0 and 1", param_hint="--min-share")
    return value


def _ties(text: str | None) -> tuple[TieKey, ...] | None:
    if text is None:
        return None
    keys = tuple(key.strip() for key in text.split(",") if key.strip())
    for key in keys:
        if key not in get_args(TieKey):
            raise typer.BadParameter(f"{key!r} is not one of {', '.join(get_args(TieKey))}", param_hint="--ties")
    return cast("tuple[TieKey, ...]", keys) or None


def _treatment(options: list[str] | None) -> Treatment:
    try:
        return parse_treatment(options or [])
    except UnknownTreatment as error:
        raise typer.BadParameter(str(error), param_hint="--treat") from None


def _language(asked: Language | None) -> Language:
    """The language of the table: as asked, else that of the terminal."""
    return asked or ("zh" if os.environ.get("LC_ALL", os.environ.get("LANG", "")).startswith("zh") else "en")


Treatments = Annotated[
    list[str] | None, typer.Option(help="How to treat a doubtful fault, such as unknown_projects=drop.")
]
LeastScore = Annotated[
    int | None, typer.Option(min=0, help="Least points (points ballots), Borda points (rankings) or votes.")
]
Thorough = Annotated[
    bool,
    typer.Option("--thorough", help="Search for what every loser would have needed, which may take minutes."),
]
ReceiptFile = Annotated[
    Path | None,
    typer.Option(help="A receipt's proof: check it against the seal of the one FILE; nothing is counted."),
]


def count(
    files: Annotated[list[str], typer.Argument(metavar="FILE", help="Pabulib .pb files; - is the standard input.")],
    rule: Annotated[RuleChoice | None, typer.Option(help="The rule; else the one the file was published with.")] = None,
    satisfaction: Annotated[Satisfaction | None, typer.Option(help="What a voter gets from a project.")] = None,
    completion: Annotated[Completion | None, typer.Option(help="How Equal Shares is completed.")] = None,
    ties: Annotated[str | None, typer.Option(help="Keys that decide ties, in order: id, cost, votes, listed.")] = None,
    min_voters: Annotated[int | None, typer.Option(min=0, help="Least number of supporters.")] = None,
    min_share: Annotated[str | None, typer.Option(help="Least share of the ballots, such as 5%.")] = None,
    min_by_cost: Annotated[
        int | None, typer.Option(min=0, help="N removes projects whose share of voters is below cost / (N x budget).")
    ] = None,
    min_score: LeastScore = None,
    treat: Treatments = None,
    as_lines: Annotated[bool, typer.Option("--json", help="One JSON object a line for each file.")] = False,
    language: Annotated[Language | None, typer.Option(help="Language of the table.")] = None,
    receipt: ReceiptFile = None,
    thorough: Thorough = False,
) -> None:
    """Count elections from Pabulib files, by the rule asked for or the one that the file was published with."""
    if receipt is not None:
        _check_receipt(files, receipt, as_lines=as_lines, language=_language(language), treat=_treatment(treat))
        return
    choices = Choices(
        rule=rule,
        satisfaction=satisfaction,
        completion=completion,
        ties=_ties(ties),
        min_voters=min_voters,
        min_share=_share(min_share),
        min_by_cost=min_by_cost,
        min_score=min_score,
        treat=_treatment(treat),
        thorough=thorough,
    )
    failed = False
    for file in files:
        failed |= not serve(file, choices, as_lines=as_lines, language=_language(language))
    if failed:
        raise typer.Exit(code=1)


def serve(file: str, choices: Choices, *, as_lines: bool, language: Language) -> bool:
    """Count one file and write what came of it; False when it could not be counted."""
    try:
        reading = _read(file, choices.treat)
        if (held := _coarse(reading)) is not None:
            _say(coarse.as_json(file, held, reading), coarse.told(held, reading, chinese=language == "zh"), as_lines)
            return held.holds
        counted = count_reading(file, reading, choices)
    except (PabulibError, CannotCount) as error:
        answer = error_as_json(file, error)
        _write_line(answer) if as_lines else show_error(answer, language=language)
        return False
    if as_lines:
        _write_line(as_json(counted))
    else:
        outcome = with_needs(counted.reading, counted.outcome)
        if choices.thorough:
            outcome = searched(counted.reading, outcome, language=language)
        others = compare(counted.reading, counted.spec, outcome)
        show_outcome(outcome, others, file=file, warnings=list(_warnings(counted)), language=language)
    return True


def _write_line(answer: dict[str, Any]) -> None:
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode() + b"\n")
    sys.stdout.flush()


def _coarse(reading: Reading) -> coarse.Coarse | None:
    try:
        return coarse.coarse(reading)
    except ValueError as error:
        raise CannotCount(
            str(error),
            "无法理解文件对未公布内容的说明。",
            "Download it again from the page of the result.",
            "请从结果页重新下载。",
        ) from None


def _check_receipt(files: list[str], receipt: Path, *, as_lines: bool, language: Language, treat: Treatment) -> None:
    """Check a receipt's proof against one published file; ends with 1 when it does not hold."""
    if len(files) != 1:
        raise typer.BadParameter("a receipt is checked against one file", param_hint="--receipt")
    try:
        proof = receipts.read_proof(receipt)
        found = receipts.check(_read(files[0], treat), proof)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--receipt") from None
    except PabulibError as error:
        answer = error_as_json(files[0], error)
        _write_line(answer) if as_lines else show_error(answer, language=language)
        raise typer.Exit(code=1) from None
    _say(receipts.as_json(files[0], receipt, found), receipts.told(found, chinese=language == "zh"), as_lines)
    if not found.holds:
        raise typer.Exit(code=1)


def _say(answer: dict[str, Any], lines: list[str], as_lines: bool) -> None:
    if as_lines:
        _write_line(answer)
        return
    for line in lines:
        typer.echo(line)
