"""The rule of a published result as JSON, carried in the file so that anyone can count again in the same way."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from fractions import Fraction
from typing import Any, get_args

from shanzhi.tally.spec import Completion, Composite, RuleName, Satisfaction, Spec, Threshold, TieKey


class BadSpec(ValueError):
    """A rule_spec that is no rule of Shanzhi's."""


def spec_as_json(spec: Spec) -> str:
    """The rule with all its parameters on one line, keys sorted, fractions as "n/d"."""
    return json.dumps(_plain(spec), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return value


def spec_from_json(text: str) -> Spec:
    """The rule that `spec_as_json` wrote. Raises BadSpec for anything else."""
    try:
        data = json.loads(text)
        if not isinstance(data, dict):
            raise BadSpec("it is not an object")
        return _spec(data)
    except (KeyError, TypeError, ValueError, ZeroDivisionError, RecursionError) as error:
        raise BadSpec(str(error)) from None


def _spec(data: dict[str, Any]) -> Spec:
    _known(Spec, data)
    _one_of(data["rule"], get_args(RuleName))
    _one_of(data.get("satisfaction", "cost"), get_args(Satisfaction))
    _one_of(data.get("completion", "none"), get_args(Completion))
    for key in data.get("ties", []):
        _one_of(key, get_args(TieKey))
    changed = dict(data)
    changed["ties"] = tuple(data.get("ties", ("id",)))
    changed["threshold"] = _record(Threshold, data.get("threshold") or {})
    composite = data.get("composite")
    changed["composite"] = _record(Composite, composite) if composite else None
    return Spec(**changed)


def _record(kind: type[Any], data: dict[str, Any]) -> Any:
    _known(kind, data)
    default = kind()
    changed: dict[str, Any] = {}
    for name, value in data.items():
        if isinstance(getattr(default, name), Fraction):
            changed[name] = Fraction(str(value))
        elif isinstance(value, dict):
            changed[name] = {str(key): int(item) for key, item in value.items()}
        else:
            changed[name] = int(value)
    return kind(**changed)


def _known(kind: type[Any], data: dict[str, Any]) -> None:
    strange = set(data) - {field.name for field in fields(kind)}
    if strange:
        raise BadSpec(f"{', '.join(sorted(strange))} is not known")


def _one_of(value: object, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise BadSpec(f"{value!r} is not one of {', '.join(allowed)}")
