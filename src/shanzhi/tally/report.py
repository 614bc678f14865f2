"""The readable account of a count: what won, what did not, why, how other rules would have chosen, ties, warnings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.progress import track
from rich.table import Table

from shanzhi.tally.comparison import Alternative, wins_under
from shanzhi.tally.election import Election
from shanzhi.tally.needs import search, unsearched, with_found
from shanzhi.tally.outcome import Outcome, Standing
from shanzhi.tally.reasons import Language, money, rule_title, sentence
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
        "spent": "{winners} of {projects} projects win; {cost} of {budget} spent; {ballots} ballots",
        "rule": "rule {rule}, satisfaction {satisfaction}, completion {completion}, ties by {ties}",
        "tie": "Tie in round {round}: {tied}; by {by}, {chosen} won.",
        "passed": "Tie in round {round}: {tied}; {passed} came first but could not win, so {chosen} did (order: {by}).",
        "halt": "Tie in round {round}: {tied}; by {by}, {passed} came first, did not fit, and ended the count.",
        "line": "line {line}: {message}",
        "error": "Not counted",
        "digest": "digest {digest}",
        "under": "Would also win under: {rules}.",
        "instead": "Would win under: {rules}.",
        "under-all": "Would also win under every other rule.",
        "instead-all": "Would win under every other rule.",
        "under-most": "Would also win under every other rule except: {rules}.",
        "instead-most": "Would win under every other rule except: {rules}.",
        "under-none": "Would win under no other rule.",
        "instead-none": "",
        "others": "Other rules on the same ballots, for comparison only",
        "rules": "rule",
        "winners": "winners",
        "reached": "voters with a winner",
        "and": "; ",
        "searching": "What losers would have needed",
        "unsearched": "What {number} of the losers would have needed was not searched: --thorough does, in minutes.",
    },
    "zh": {
        "won": "入选",
        "lost": "",
        "excluded": "排除",
        "result": "结果",
        "project": "项目",
        "cost": "金额",
        "votes": "票数",
        "spent": "{projects} 个项目中 {winners} 个入选；总额 {budget}，用去 {cost}；选票 {ballots} 张",
        "rule": "规则 {rule}，满意度 {satisfaction}，补齐方式 {completion}，平局依次按 {ties}",
        "tie": "第 {round} 轮平局：{tied}；按 {by}，{chosen} 入选。",
        "passed": "第 {round} 轮平局：{tied}；按 {by}，{passed} 在先但不能入选，故 {chosen} 入选。",
        "halt": "第 {round} 轮平局：{tied}；按 {by}，{passed} 在先，超出余额，计票到此为止。",
        "line": "第 {line} 行：{message}",
        "error": "未计票",
        "digest": "摘要 {digest}",
        "under": "按以下规则也会入选：{rules}。",
        "instead": "按以下规则会入选：{rules}。",
        "under-all": "按其他各种规则也都会入选。",
        "instead-all": "按其他各种规则都会入选。",
        "under-most": "除以下规则外，按其他规则也都会入选：{rules}。",
        "instead-most": "除以下规则外，按其他规则都会入选：{rules}。",
        "under-none": "按其他规则都不会入选。",
        "instead-none": "",
        "others": "同一批选票按其他规则计票的结果，仅供比较",
        "rules": "规则",
        "winners": "入选数",
        "reached": "有项目入选的投票人",
        "and": "；",
        "searching": "试算落选项目入选所需的条件",
        "unsearched": "有 {number} 个落选项目未试算入选所需的条件；加 --thorough 可全部试算，需数分钟。",
    },
}


def show_outcome(
    outcome: Outcome,
    others: Sequence[Alternative],
    *,
    file: str,
    warnings: list[dict[str, Any]],
    language: Language,
) -> None:
    """Write the account of one election to the terminal; `others` is what other rules would have chosen."""
    words, console = _WORDS[language], Console()
    spec = outcome.spec
    console.print(f"\n[bold]{escape(file)}[/bold]")
    console.print(
        words["rule"].format(
            rule=spec.rule, satisfaction=spec.satisfaction, completion=spec.completion, ties=", ".join(spec.ties)
        )
    )
    winners, projects = len(outcome.winners), len(outcome.standings)
    cost, budget = money(outcome.total_cost), money(outcome.budget)
    console.print(
        words["spent"].format(
            winners=winners, projects=projects, cost=cost, budget=budget, ballots=f"{outcome.ballots:,}"
        )
    )
    _show_projects(console, outcome, others, language)
    console.print(_comparison(others, language))
    for tie in outcome.ties:
        console.print(escape(_tie(tie, words)))
    for warning in warnings:
        console.print(escape(_located(warning, words, language)), style="yellow")
    if left := unsearched(outcome):
        console.print(words["unsearched"].format(number=len(left)), style="yellow")
    console.print(words["digest"].format(digest=outcome.digest), style="dim")


def searched(election: Election, outcome: Outcome, *, language: Language) -> Outcome:
    """Search on for what losers would have needed until nothing is left, with a progress bar on the error output."""
    left = unsearched(outcome)
    found = track(
        search(election, outcome, left), _WORDS[language]["searching"], len(left), console=Console(stderr=True)
    )
    return with_found(outcome, dict(found))


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


def _show_projects(console: Console, outcome: Outcome, others: Sequence[Alternative], language: Language) -> None:
    """Write each project on a line of its own with what was decided, and beneath it over the whole width why."""
    words = _WORDS[language]
    rows = [_cells(standing, words) for standing in _in_order(outcome)]
    head = (words["result"], words["project"], words["cost"], words["votes"])
    widths = [max(cell_len(row[at]) for row in [head, *rows]) for at in range(4)]
    console.print()
    console.print(_row(head, widths), style="dim")
    for standing, cells in zip(_in_order(outcome), rows, strict=True):
        console.print(_row(cells, widths), style="bold" if standing.status == "won" else "")
        told = [sentence(standing, outcome, language), _under(standing, others, language)]
        text = ("" if language == "zh" else " ").join(part for part in told if part)
        console.print(Padding(escape(text), (0, 0, 0, widths[0] + 1)))
    console.print()


def _cells(standing: Standing, words: dict[str, str]) -> tuple[str, str, str, str]:
    name = f"{standing.project} {standing.name}".strip()
    return words[standing.status], name, money(standing.cost), f"{standing.votes:,}"


def _row(cells: tuple[str, str, str, str], widths: list[int]) -> Table:
    table = Table.grid(padding=(0, 1), expand=True)
    table.add_column(width=widths[0], no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    table.add_column(width=widths[2], justify="right", no_wrap=True)
    table.add_column(width=widths[3], justify="right", no_wrap=True)
    table.add_row(*(escape(cell) for cell in cells))
    return table


def _under(standing: Standing, others: Sequence[Alternative], language: Language) -> str:
    """Say under which of the other rules the project would win."""
    words, wins = _WORDS[language], wins_under(others, standing.project)
    key = "under" if standing.status == "won" else "instead"
    if not wins or len(wins) == len(others):
        return words[f"{key}-none" if not wins else f"{key}-all"]
    named = wins
    if 2 * len(wins) > len(others):
        key, named = f"{key}-most", tuple(other for other in others if other not in wins)
    return words[key].format(rules=words["and"].join(rule_title(other.spec, language) for other in named))


def _comparison(others: Sequence[Alternative], language: Language) -> Table:
    words = _WORDS[language]
    table = Table(title=words["others"], title_justify="left", expand=False)
    table.add_column(words["rules"], overflow="fold")
    for name in ("winners", "cost", "reached"):
        table.add_column(words[name], justify="right")
    for other in others:
        figures = (f"{len(other.winners):,}", money(other.total_cost), f"{other.reached:,}")
        table.add_row(escape(rule_title(other.spec, language)), *figures)
    return table


def _in_order(outcome: Outcome) -> list[Standing]:
    """Winners in the order of selection, then the others by votes."""
    place = {project: number for number, project in enumerate(outcome.winners)}
    return sorted(outcome.standings, key=lambda s: (place.get(s.project, len(place)), -s.votes, s.project))
