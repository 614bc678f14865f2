"""Codes of words in events, and the names that people read instead, fetched in the query of the events."""

from __future__ import annotations

from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import Case, F, Func, JSONField, Lookup, OuterRef, QuerySet, TextField, Value, When
from django.db.models.functions import JSONObject

from shanzhi.audit.models import Event
from shanzhi.audit.subjects import Subject, subjects

_TEXTS: Final = (
    "ARRAY(SELECT told #>> '{}' FROM jsonb_path_query(%(expressions)s, 'strict $.**?(@.type()==\"string\")') AS told)"
)


class _Among(Lookup[bool]):
    """Whether a value is among those of an array; unlike `contains`, the index of the value finds it."""

    lookup_name = "among"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        value, of_value = self.process_lhs(compiler, connection)
        array, of_array = self.process_rhs(compiler, connection)
        return f"{value} = ANY({array})", (*of_value, *of_array)


def coded(rows: QuerySet[Event]) -> QuerySet[Event]:
    """Add to events `code_names`: for each field of codes the names of those in the change, {code, words} each."""
    branches = [When(subject_type=one.type, then=_named(one)) for one in subjects() if one.codes]
    if not branches:
        return rows
    none = Value({}, output_field=JSONField())
    return rows.annotate(code_names=Case(*branches, default=none, output_field=JSONField()))


def _named(one: Subject) -> JSONObject:
    told = Func(OuterRef("change"), template=_TEXTS, output_field=ArrayField(TextField()))
    pair = JSONObject(code=F("code"), words=F("words"))
    found = {name: words().filter(_Among(F("code"), told)).values(pair=pair) for name, words in one.codes.items()}
    return JSONObject(**{name: ArraySubquery(rows) for name, rows in found.items()})


def names_of(event: Event, name: str) -> dict[str, Any]:
    """Give by code the names of a field's codes in an event fetched through `coded`."""
    return {pair["code"]: pair["words"] for pair in getattr(event, "code_names", {}).get(name, ())}
