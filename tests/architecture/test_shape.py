"""The shape that the design asks for: small files and functions, few rooms, writes in operations only."""

import ast
import re
from collections.abc import Iterator

import pytest
from django.apps import apps as django_apps
from django.conf import settings

from tests.architecture.source import PACKAGE, Source, apps, everything, package

LONGEST_FILE = 400
LONGEST_FUNCTION = 40
ROOMS = {
    "__init__", "apps", "models", "lifecycle", "operations", "queries", "policies", "forms", "views", "urls", "api",
    "exchange", "history", "personal", "tasks", "templates", "templatetags", "locale", "management", "migrations",
    "static", "README.md",
}  # fmt: skip
# What a room has besides, each with the reason.
MORE_ROOMS: dict[str, dict[str, str]] = {
    "portal": {"shell": "the entries of the public pages, and the switch between districts"},
    "outcomes": {"demo": "the demo's first round"},
    "audit": {
        "append_only": "the guard that other rooms' migrations put on their tables",
        "coverage": "which tables are audited; other rooms' apps say so of theirs",
        "planned": "the cursor by which events are written, planned once for each connection",
        "verification": "compares tree and rows in SQL of its own; it changes nothing",
        "subjects": "what events are about, and how they read; other rooms' histories register there",
    },
    "places": {
        "command": "`shanzhi areas`",
        "data": "the areas of the demo",
        "demo": "the demo's stations and figures",
    },
    "ledger": {
        "checking": "proves all books in SQL of its own; it changes nothing",
        "refusals": "why nothing is entered, and the words of the database as refusals",
        "words": "how amounts and kinds of entries read; rooms above say how theirs do",
        "urls_bills": "the addresses of bills, below those of a book",
    },
    "organizations": {
        "telling": "what the filing desk tells, and whom",
        "demo": "the demo's organisation",
        "command": "the command that takes in registers",
        "holding": "what the room of people asks of organisations",
        "uses": "where rooms above say that they name organisations by number",
    },
    "people": {
        "actors": "from an account to an actor",
        "adapter": "allauth's way to ask a room",
        "backends": "Django's way to find an account",
        "devices": "which accounts signed in on this device before",
        "documents": "documents that prove a name",
        "drivers": "ways out: text messages, real-name checks",
        "factors": "forms of the second factor, beside allauth's",
        "fields": "the encrypted field",
        "holders": "what this room asks of organisations, which the room above registers",
        "managers": "Django's way to make accounts",
        "middleware": "request.actor",
        "listeners": "what follows when somebody signs in through allauth",
        "processing": "the record of processing and the impact assessment, written from the annotations",
        "guardianship": "the model of guardian links",
        "minors": "what the age of a person asks for",
        "rights": "models of people's rights and of the safety of accounts",
        "rights_forms": "their forms",
        "rights_queries": "their reads",
        "sessions": "encrypted sessions",
        "session_store": "Django's way to read a session",
        "sign_in": "settings of signing in",
        "signals": "what higher rooms react to",
        "texts": "words in messages",
    },
    "notices": {
        "drivers": "ways out: mail, text messages, WeChat, and one that stores",
        "kinds": "what notices say, as data",
        "links": "signed links that work without signing in",
        "schedule": "quiet hours, digests, tries",
        "shell": "the bell",
        "telling": "what the room itself tells",
        "values": "what may stand in a notice",
    },
    "funding": {
        "demo": "the demo's fund and grants",
        "refusals": "why something about money is not done",
        "rules": "deadlines, example limits and working days, as data",
        "telling": "what funds tell, and whom",
    },
    "ventures": {
        "demo": "the demo's content",
        "telling": "what the rounds tell, and whom",
        "telling_mergers": "what mergers tell",
        "telling_seats": "what changes in a team tell",
    },
    "projects": {
        "demo": "the demo's projects",
        "telling": "what projects tell, and whom",
    },
    "activities": {"demo": "the demo's activities", "telling": "what activities tell, and whom"},
    "volunteering": {
        "demo": "the demo's volunteers and teams",
        "command": "the command that takes in volunteers",
        "telling": "what volunteering tells, and whom",
    },
    "attendance": {
        "cookies": "how long a phone may show a leader's list",
        "demo": "who was at the demo's activities",
        "refusals": "why somebody is not let in or out",
        "telling": "what attendance tells, and whom",
    },
    "service": {"demo": "the demo's records, stars and certificates"},
    "timebank": {
        "checking": "that lots and ledger agree, and that every credit came of a record",
        "circles": "which debts between banks can be taken off one another",
        "matched": "the door by which requests take part in the matching",
        "demo": "the demo's time bank",
        "refusals": "why something at a time bank is not done",
        "refusals_between": "why something between two time banks is not done",
        "sources": "verified records of service as the time bank takes them",
        "sums": "what moved at a time bank by month, from the ledger or as kept",
        "telling": "what a time bank tells, and whom",
        "telling_between": "what time banks tell of one another",
        "wants": "open requests as a run of matching fills them",
        "words": "how rules and moves of credits read",
    },
    "assignments": {
        "case": "the engine's case, read from the tables",
        "demo": "the demo's proposal and call-up",
        "fitting": "what holds on one day of a run and not on another",
        "telling": "what is asked of whom",
        "wants": "what a run fills beside shifts, registered by rooms above",
    },
    "work": {
        "pictures": "photos decoded whole and written anew, for the rooms above",
        "files": "files that people hand in: known by content, kept by digest, for the rooms above",
        "search": "search in Chinese names, shared by the rooms above",
        "planned": "statements of every signed-in request, planned once",
        "prepared": "statements of a ballot, straight through libpq",
        "batches": "a job that works batch by batch, for the rooms above",
        "joint": "what many ask for at once, done together in one commit",
        "sends": "writes over the API that count once, for the rooms above",
        "scanner": "the door to a malware scanner",
    },
    "voting": {
        "import_forms": "the forms of imports, which the rounds use too",
        "telling": "what votes tell, and whom",
        "keys": "keys of running votes, outside the database",
        "voter": "what a voter may see and do",
    },
}
WRITES = {
    "save", "create", "delete", "update", "bulk_create", "bulk_update", "get_or_create", "update_or_create",
    "asave", "acreate", "adelete", "aupdate", "abulk_create", "abulk_update", "aget_or_create", "aupdate_or_create",
    "execute", "executemany", "_raw_delete",
}  # fmt: skip
STATEMENT = re.compile(
    r"\s*(WITH\b.*?\b)?(INSERT\s+INTO|UPDATE\s+\S+\s+SET|DELETE\s+FROM|TRUNCATE|COPY\s.*?(FROM|TO))\s", re.I | re.S
)
# What writes beside operations, each with the reason.
WRITES_ELSEWHERE = {
    "src/shanzhi/audit/coverage.py": "tells the sealer, in the loader's transaction, that rows came without digests",
    "src/shanzhi/audit/planned.py": "runs the statements that others write out; they are looked at where they stand",
    "src/shanzhi/audit/verification/whole.py": "opens a snapshot for its own reads",
    "src/shanzhi/audit/verification/rows.py": "reads rows by SQL put together from the list of audited tables",
    "src/shanzhi/ledger/checking.py": "reads by SQL that stands beside each check",
    "src/shanzhi/timebank/checking.py": "reads by SQL that stands beside each check",
    "src/shanzhi/ledger/exchange/beancount.py": "opens a snapshot for its own reads",
    "src/shanzhi/funding/demo.py": "saves the drawing of a made-up receipt, no row",
    "src/shanzhi/outcomes/demo/money.py": "saves the drawing of a made-up receipt, no row",
    "src/shanzhi/notices/drivers/local.py": "a gateway's side: the box in which a demo finds what would be sent",
    "src/shanzhi/organizations/uses.py": "reads by SQL put together from the places that name organisations",
    "src/shanzhi/people/session_store.py": "Django's door to a session; the note of the sign-in follows its new key",
    "src/shanzhi/ui/drawing.py": "saves a drawing, no row",
    "src/shanzhi/ui/papers.py": "saves a document of Word, no row",
    "src/shanzhi/ventures/demo/people.py": "no operation opens an account with a name for others",
    "src/shanzhi/work/pictures.py": "saves a picture, no row",
    "src/shanzhi/work/planned.py": "runs the statements that others write out; they are looked at where they stand",
    "src/shanzhi/work/prepared.py": "runs the statements that others write out; they are looked at where they stand",
}
# Methods of these names on these receivers change no row: dictionaries, sets, hashes, cookies.
HARMLESS = {"hash", "digest", "context", "headers", "kwargs", "params", "attrs", "seen", "errors", "session", "widget"}


def functions(source: Source) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def receiver(call: ast.Call) -> str:
    """The last name before the method: `manager` of `Model.manager.create()`."""
    value = call.func.value if isinstance(call.func, ast.Attribute) else call.func
    if isinstance(value, ast.Call):
        value = value.func
    return value.attr if isinstance(value, ast.Attribute) else value.id if isinstance(value, ast.Name) else ""


def reads(call: ast.Call) -> bool:
    """Whether the statement executed is written out here and only reads."""
    statement = call.args[0] if call.args else None
    return (
        isinstance(statement, ast.Constant)
        and isinstance(statement.value, str)
        and statement.value.split(maxsplit=1)[0].upper() == "SELECT"
        and not {"INSERT", "UPDATE", "DELETE"} & set(statement.value.upper().split())
    )


def writes(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Calls that write rows: by their method, with something that looks like a model, manager or cursor before it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES:
            if node.func.attr == "update" and node.args:
                continue  # a dictionary's: a query's takes keywords only
            if node.func.attr.startswith("execute") and reads(node):
                continue
            if receiver(node) not in HARMLESS:
                yield node.lineno, f"{receiver(node)}.{node.func.attr}"


def statements(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Texts that are statements of SQL which write, wherever they are run."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and STATEMENT.match(node.value):
            yield node.lineno, node.value.split("\n")[0][:60]


class TestEveryFile:
    def test_has_at_most_400_lines(self) -> None:
        assert [f"{s.name}: {s.lines}" for s in everything() if s.lines > LONGEST_FILE] == []

    def test_has_functions_of_at_most_40_lines(self) -> None:
        long = [
            f"{s.name}:{f.lineno} {f.name}: {f.end_lineno - f.lineno + 1}"
            for s in everything()
            for f in functions(s)
            if f.end_lineno is not None and f.end_lineno - f.lineno + 1 > LONGEST_FUNCTION
        ]
        assert long == []

    def test_imports_at_its_head_only(self) -> None:
        hidden = [
            f"{s.name}:{node.lineno}"
            for s in everything()
            if not s.name.startswith("benchmarks/")  # they set Django up themselves; ruff asks each line for a reason
            for f in functions(s)
            for node in ast.walk(f)
            if isinstance(node, ast.Import | ast.ImportFrom)
        ]
        assert hidden == []

    def test_of_the_package_prints_nothing(self) -> None:
        printing = [
            f"{s.name}:{node.lineno}"
            for s in package()
            for node in ast.walk(s.tree)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
        ]
        assert printing == []

    def test_of_the_package_says_what_it_is_for(self) -> None:
        assert [s.name for s in package() if s.lines > 1 and not ast.get_docstring(s.tree)] == []


class TestARoom:
    @pytest.mark.parametrize("app", [name for name in apps() if name != "ui"])
    def test_has_only_the_parts_that_the_design_names(self, app: str) -> None:
        found = {path.name.removesuffix(".py") for path in (PACKAGE / app).iterdir() if path.name != "__pycache__"}
        assert found - ROOMS - set(MORE_ROOMS.get(app, {})) == set()

    @pytest.mark.parametrize("app", apps())
    def test_says_in_its_readme_what_it_is_for(self, app: str) -> None:
        text = (PACKAGE / app / "README.md").read_text()
        assert 5 <= len(text.splitlines()) <= 120

    @pytest.mark.parametrize("app", apps())
    def test_writes_in_its_operations_only(self, app: str) -> None:
        found = [
            f"{s.name}:{line} {call}"
            for s in package()
            if s.room == app and s.part != "operations" and s.name not in WRITES_ELSEWHERE
            for line, call in (*writes(s.tree), *statements(s.tree))
        ]
        assert found == []

    def test_that_writes_elsewhere_still_does(self) -> None:
        """A reason that nothing needs any more goes."""
        writing = {s.name for s in package() if any(True for _found in (*writes(s.tree), *statements(s.tree)))}
        assert set(WRITES_ELSEWHERE) - writing == set()

    @pytest.mark.parametrize("app", apps())
    def test_is_served(self, app: str) -> None:
        assert f"shanzhi.{app}" in settings.INSTALLED_APPS


class TestTheSearchForWrites:
    @pytest.mark.parametrize(
        "line",
        [
            "Job.objects.create(x=1)",
            "job.save()",
            "jobs.filter(a=1).update(b=2)",
            "jobs.delete()",
            "cursor.execute(q)",
            "cursor.execute('DELETE FROM t')",
        ],
    )
    def test_finds_a_write(self, line: str) -> None:
        assert list(writes(ast.parse(line)))

    @pytest.mark.parametrize(
        "line", ["context.update({'a': 1})", "hash.update(data)", "jobs.filter(a=1)", "cursor.execute('SELECT 1')"]
    )
    def test_lets_other_calls_pass(self, line: str) -> None:
        assert not list(writes(ast.parse(line)))

    @pytest.mark.parametrize(
        "text",
        [
            "INSERT INTO t VALUES (1)", "update t set a = 1", "\n  DELETE FROM t", "COPY t FROM STDIN",
            "WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a",
        ],
    )  # fmt: skip
    def test_finds_a_statement_that_writes_however_it_is_run(self, text: str) -> None:
        assert list(statements(ast.parse(f"SQL = {text!r}")))

    @pytest.mark.parametrize("text", ["SELECT 1", "Update the page", "Copy this round", "WITH a AS (SELECT 1)"])
    def test_lets_other_texts_pass(self, text: str) -> None:
        assert not list(statements(ast.parse(f"SQL = {text!r}")))


class TestTheAdmin:
    def test_is_not_installed_so_nobody_sees_ballots_there(self) -> None:
        assert not django_apps.is_installed("django.contrib.admin")
        assert [s.name for s in package() if s.path.name == "admin.py"] == []


def names_a_moment(node: ast.expr) -> bool:
    """Tell whether an expression is called what moments are called here: `at`, `now`, `…_at`."""
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return name in {"at", "now", "moment"} or name.endswith("_at")


def test_days_are_those_of_the_place_and_not_of_utc() -> None:
    wrong = [
        f"{source.name}:{node.lineno}: take timezone.localdate(…), for until eight in the morning UTC is a day behind"
        for source in package()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "date"
        and names_a_moment(node.func.value)
    ]
    assert not wrong, "\n".join(wrong)
