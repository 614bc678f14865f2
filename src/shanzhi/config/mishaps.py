"""What an operator can mend, in one sentence each: a mistyped setting."""

from dataclasses import dataclass
from typing import Any, Final

from pydantic import SecretStr, ValidationError

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
    return []
