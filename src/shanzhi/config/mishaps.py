"""What an operator can mend, in one sentence each: a mistyped setting, a database that cannot be reached.

Faults are known by the names of their classes, so that a command without Django or a database loads neither.
"""

from dataclasses import dataclass
from typing import Any, Final

from pydantic import SecretStr, ValidationError

from shanzhi.config.addresses import server_of
from shanzhi.config.environment import Environment, variable

LONGEST: Final = 80  # characters that are shown of what was given
WANTED: Final = {
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "bool_parsing": "true or false",
    "literal_error": "{expected}",
    "greater_than_equal": "{ge} or more",
    "less_than_equal": "{le} or less",
}


@dataclass(frozen=True)
class Mistake:
    """A setting that cannot be read: its variable, what is wrong with it, and what it is for."""

    variable: str
    words: str
    cure: str


def mistakes(problem: ValidationError) -> list[Mistake]:
    """Give the settings that cannot be read; a secret's value is never repeated."""
    return [_mistake(fault) for fault in problem.errors(include_url=False)]


def _mistake(fault: Any) -> Mistake:
    place = str(fault["loc"][0]) if fault["loc"] else ""
    fields = Environment.model_fields
    name = next((name for name in fields if place in (name, variable(name))), "")
    if not name:
        return Mistake(place, fault["msg"], "")
    secret = SecretStr in getattr(fields[name].annotation, "__args__", (fields[name].annotation,))
    given = "cannot be used" if secret else f"is `{str(fault['input'])[:LONGEST]}`"
    cure = fields[name].description or ""
    context = fault.get("ctx", {})
    if "error" in context:
        return Mistake(variable(name), f"{given}: {context['error']}", cure)
    wanted = WANTED.get(fault["type"], "")
    words = f"must be {wanted.format(**context)}" if wanted else fault["msg"]
    return Mistake(variable(name), f"{given}, but {words}", cure)


def sentences(problem: BaseException) -> list[str]:
    """Say what an operator can mend, one sentence for each fault; none when this is no such fault."""
    if isinstance(problem, ValidationError) and problem.title == Environment.__name__:
        return [f"{mistake.variable} {mistake.words}. {mistake.cure}".strip() for mistake in mistakes(problem)]
    return [out_of_reach(problem)] if unreachable(problem) else []


def unreachable(problem: BaseException) -> bool:
    """Whether the database did not answer at all: what it does answer, such as a lock held too long, has a state."""
    names = {kind.__name__ for kind in type(problem).__mro__}
    states = {getattr(fault, "sqlstate", None) for fault in (problem, problem.__cause__)}
    return "OperationalError" in names and states == {None}


def out_of_reach(problem: BaseException) -> str:
    """Say which server did not answer, why, and what would help."""
    environment = Environment()
    given = {
        variable(name): server_of(address.get_secret_value())
        for name in ("database_url", "owner_database_url")
        if (address := getattr(environment, name))
    }
    if "DATABASE_URL" not in given:
        where = f"The embedded database in {environment.data}"
        cure = "Look at `server.log` there."
    else:
        where = f"The database at {' or '.join(dict.fromkeys(given.values()))}"
        cure = f"Look at {' and '.join(given)}, and whether that server runs and lets this machine in."
    return f"{where} cannot be reached: {reason_of(problem)}. {cure}"


def reason_of(problem: BaseException) -> str:
    """What the driver says in the end, on one line: it names servers and roles, and passwords never."""
    lines = str(problem).strip().splitlines() or [type(problem).__name__]
    telling = next((line for line in lines if "failed: " in line), lines[0])  # of several tries, the first
    return telling.rpartition("failed: ")[2].rstrip(".")
