"""The order of a list, and the marks by which it is read on from a row.

A mark holds the sort value and the tie-breaker of the row where a page ended. It is signed, so that only marks given
out by this list come back, and its values are read by the fields that they are compared with.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from django.core import signing
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import F, Field, Model, OrderBy, Q, QuerySet
from django.db.models.expressions import BaseExpression
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shanzhi.ui.listing.columns import Scale
from shanzhi.ui.listing.declaration import Listing
from shanzhi.ui.listing.memory import Rows

# Both directions of each scale in words, the rising one first.
DIRECTIONS: Final[dict[Scale, tuple[Any, Any]]] = {
    "words": (_("A to Z"), _("Z to A")),
    "amount": (_("smallest first"), _("largest first")),
    "time": (_("earliest first"), _("latest first")),
    "course": (_("first steps first"), _("last steps first")),
}
_SALT: Final = "shanzhi.ui.listing"
Source = TypeVar("Source", QuerySet[Any], Rows)


class BadMark(Exception):
    """A mark that this list did not give out, or not for this order."""


@dataclass(frozen=True)
class Order:
    """The order of one request: the column's key, its field, the direction and the tie-breaker."""

    key: str
    path: str
    descending: bool
    tie: str

    @property
    def parameter(self) -> str:
        """How the address writes it."""
        return f"-{self.key}" if self.descending else self.key


def chosen(listing: Listing, wanted: str) -> Order:
    """Read the wanted order; anything that the list does not offer falls back to its default."""
    for text in (wanted, listing.default_sort):
        column = listing.column(text.removeprefix("-"))
        if column and column.sort:
            return Order(column.key, column.sort, text.startswith("-"), listing.tie)
    return Order("", listing.tie, False, listing.tie)


def choices(listing: Listing) -> list[tuple[str, str]]:
    """List every order that the list offers as (what the address writes, words): each column, both ways."""
    return [
        (f"{sign}{column.key}", gettext("%(column)s, %(direction)s") % {"column": column.label, "direction": words})
        for column in listing.columns
        if column.sort
        for sign, words in zip(("", "-"), DIRECTIONS[column.ordered_by], strict=True)
    ]


def ordered(queryset: Source, order: Order, *, backwards: bool = False) -> Source:
    """Order the rows, empty values last; backwards for the page before a mark."""
    if order.path == order.tie:
        return queryset.order_by(_directed(order.tie, order.descending != backwards))
    nullable = _nullable(queryset, order.path)
    first = _directed(order.path, order.descending != backwards, nulls_first=nullable and backwards, nulls=nullable)
    return queryset.order_by(first, _directed(order.tie, backwards))


def _directed(path: str, descending: bool, *, nulls: bool = False, nulls_first: bool = False) -> OrderBy:
    # NULLS FIRST/LAST are written only where needed: PostgreSQL uses a plain index only for its own default
    where: dict[str, Any] = {} if not nulls else {"nulls_first": True} if nulls_first else {"nulls_last": True}
    return F(path).desc(**where) if descending else F(path).asc(**where)


def mark(listing: Listing, order: Order, row: Any) -> str:
    """Write the mark of a row."""
    values = [_text(_value(row, path)) for path in (order.path, order.tie)]
    return signing.dumps([order.parameter, *values], salt=f"{_SALT}.{listing.key}", compress=False)


def _value(row: Any, path: str) -> Any:
    for name in path.split("__"):
        row = getattr(row, name)
    return row.pk if isinstance(row, Model) else row


def _text(value: Any) -> str | None:
    return None if value is None else value.isoformat() if hasattr(value, "isoformat") else str(value)


def beyond(
    queryset: QuerySet[Any], listing: Listing, order: Order, text: str, *, backwards: bool = False
) -> QuerySet[Any]:
    """Keep the rows behind a mark (before it when `backwards`); raise BadMark for a forged or foreign one."""
    value, tie = _read(queryset, listing, order, text)
    tie_behind = Q(**{f"{order.tie}__{'lt' if backwards else 'gt'}": tie})
    if order.path == order.tie:
        return queryset.filter(Q(**{f"{order.tie}__{'lt' if order.descending != backwards else 'gt'}": tie}))
    empty = Q(**{f"{order.path}__isnull": True})
    if value is None:
        return queryset.filter((empty & tie_behind) | ~empty) if backwards else queryset.filter(empty & tie_behind)
    side = "lt" if order.descending != backwards else "gt"
    # `<=` first, so that the index finds the place; the rest settles equal values
    condition = Q(**{f"{order.path}__{side}e": value}) & (Q(**{f"{order.path}__{side}": value}) | tie_behind)
    if _nullable(queryset, order.path) and not backwards:
        condition |= empty
    return queryset.filter(condition)


def _read(queryset: QuerySet[Any], listing: Listing, order: Order, text: str) -> tuple[Any, Any]:
    try:
        parameter, value, tie = signing.loads(text, salt=f"{_SALT}.{listing.key}")
    except (signing.BadSignature, ValueError, TypeError) as wrong:
        raise BadMark from wrong
    if parameter != order.parameter:
        raise BadMark
    try:
        return _parsed(queryset, order.path, value), _parsed(queryset, order.tie, tie)
    except ValidationError as wrong:
        raise BadMark from wrong


def _parsed(queryset: QuerySet[Any], path: str, value: str | None) -> Any:
    return None if value is None else _field(queryset, path).to_python(value)


def _nullable(queryset: QuerySet[Any] | Rows, path: str) -> bool:
    if isinstance(queryset, Rows):
        return True
    annotation = queryset.query.annotations.get(path)
    if annotation is not None:
        return True
    return any(step.null for step in _steps(queryset.model, path.split("__")))


def _field(queryset: QuerySet[Any], path: str) -> Field[Any, Any]:
    annotation = queryset.query.annotations.get(path)
    if isinstance(annotation, BaseExpression):
        found: Field[Any, Any] = annotation.output_field
        return found
    last = _steps(queryset.model, path.split("__"))[-1]
    field: Field[Any, Any] = last.target_field if last.is_relation else last
    return field


def _steps(model: Any, names: Sequence[str]) -> list[Any]:
    steps: list[Any] = []
    for name in names:
        try:
            step = model._meta.pk if name == "pk" else model._meta.get_field(name)
        except FieldDoesNotExist as wrong:
            raise ValueError(f"{model.__name__} has no field {name!r} to sort by") from wrong
        steps.append(step)
        model = getattr(step, "related_model", None) or model
    return steps
