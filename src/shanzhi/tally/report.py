"""The readable table of a count: what won, what did not, why, which ties were decided and what was mended."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from shanzhi.tally.outcome import Outcome, Standing, amount
from shanzhi.tally.reasons import Language, sentence
from shanzhi.tally.ties import Tie

_WORDS = {
    "en": {
        "won": "won",
        "lost": "",
        "excluded": "out",
        "result": "",
        "project": "project",
        "cost": "cost",
        "votes": "votes",
        "why": "why",
        "spent": "{winners} of {projects} projects win; {cost} of {budget} spent; {ballots} ballots",
        "rule": "rule {rule}, satisfaction {satisfaction}, completion {completion}, ties by {ties}",
        "tie": "Tie in round {round}: {tied}; by {by}, {chosen} won.",
        "passed": "Tie in round {round}: {tied}; {passed} came first but could not win, so {chosen} did (order: {by}).",
        "halt": "Tie in round {round}: {tied}; by {by}, {passed} came first, did not fit, and ended the count.",
        "line": "line {line}: {message}",
        "error": "Not counted",
        "digest": "digest {digest}",
    },
    "zh": {
        "won": "入选",
        "lost": "",
        "excluded": "排除",
        "result": "结果",
        "project": "项目",
        "cost": "金额",
        "votes": "票数",
        "why": "原因",
        "spent": "{projects} 个项目中 {winners} 个入选；总额 {budget}，用去 {cost}；选票 {ballots} 张",
        "rule": "规则 {rule}，满意度 {satisfaction}，补齐方式 {completion}，平局依次按 {ties}",
        "tie": "第 {round} 轮平局：{tied}；按 {by}，{chosen} 入选。",
        "passed": "第 {round} 轮平局：{tied}；按 {by}，{passed} 在先但不能入选，故 {chosen} 入选。",
        "halt": "第 {round} 轮平局：{tied}；按 {by}，{passed} 在先，超出余额，计票到此为止。",
        "line": "第 {line} 行：{message}",
        "error": "未计票",
        "digest": "摘要 {digest}",
    },
}


def show_outcome(outcome: Outcome, *, file: str, warnings: list[dict[str, Any]], language: Language) -> None:
    """Write the table of one election to the terminal."""
    words, console = _WORDS[language], Console()
    spec = outcome.spec
    console.print(f"\n[bold]{escape(file)}[/bold]")
    console.print(
        words["rule"].format(
            rule=spec.rule, satisfaction=spec.satisfaction, completion=spec.completion, ties=", ".join(spec.ties)
        )
    )
    winners, projects = len(outcome.winners), len(outcome.standings)
    cost, budget = amount(outcome.total_cost), amount(outcome.budget)
    console.print(
        words["spent"].format(winners=winners, projects=projects, cost=cost, budget=budget, ballots=outcome.ballots)
    )
    console.print(_table(outcome, words, language))
    for tie in outcome.ties:
        console.print(escape(_tie(tie, words)))
    for warning in warnings:
        console.print(escape(_located(warning, words, language)), style="yellow")
    console.print(words["digest"].format(digest=outcome.digest), style="dim")


def show_error(answer: dict[str, Any], *, language: Language) -> None:
    """Write to the terminal why a file was not counted."""
    words, console = _WORDS[language], Console(stderr=True)
    text = answer["error_zh" if language == "zh" else "error"]
    located = words["line"].format(line=answer["line"], message=text) if answer["line"] else text
    console.print(f"\n[bold]{escape(answer['file'])}[/bold]")
    console.print(f"[red]{words['error']}[/red] {escape(located)}")


def _tie(tie: Tie, words: dict[str, str]) -> str:
    how = ("passed" if tie.passed else "tie") if tie.chosen else "halt"
    tied, passed = ", ".join(tie.tied), ", ".join(tie.passed)
    return words[how].format(round=tie.round, tied=tied, chosen=tie.chosen, passed=passed, by=tie.by)


def _located(warning: dict[str, Any], words: dict[str, str], language: Language) -> str:
    message = str(warning["message_zh" if language == "zh" else "message"])
    return words["line"].format(line=warning["line"], message=message) if warning["line"] else message


def _table(outcome: Outcome, words: dict[str, str], language: Language) -> Table:
    table = Table(show_lines=False, expand=False)
    table.add_column(words["result"], no_wrap=True)
    table.add_column(words["project"], overflow="fold")
    table.add_column(words["cost"], justify="right", no_wrap=True)
    table.add_column(words["votes"], justify="right", no_wrap=True)
    table.add_column(words["why"], overflow="fold", ratio=2)
    for standing in _in_order(outcome):
        style = "bold" if standing.status == "won" else None
        name = f"{standing.project} {standing.name}".strip()
        table.add_row(
            words[standing.status],
            escape(name),
            amount(standing.cost),
            f"{standing.votes:,}",
            escape(sentence(standing, outcome, language)),
            style=style,
        )
    return table


def _in_order(outcome: Outcome) -> list[Standing]:
    """Winners in the order of selection, then the others by votes."""
    place = {project: number for number, project in enumerate(outcome.winners)}
    return sorted(outcome.standings, key=lambda s: (place.get(s.project, len(place)), -s.votes, s.project))
