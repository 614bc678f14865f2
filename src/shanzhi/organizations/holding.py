"""What the room of people asks of organisations: their names, seats and whether they take roles (`people.holders`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery

from shanzhi.organizations.models import Organization
from shanzhi.people.holders import Body
from shanzhi.places import queries as places


def _body(found: Organization) -> Body:
    return Body(found.pk, found.name, found.area, found.open)


class Registry:
    """The organisations on record."""

    def find(self, ids: Iterable[UUID]) -> Mapping[UUID, Body]:
        """Give the organisations of these numbers, in one query; unknown ones are left out."""
        return {found.pk: _body(found) for found in Organization.objects.filter(pk__in=set(ids))}

    def hold(self, organization: UUID) -> Body | None:
        """Give an organisation and keep it from being closed until the transaction ends."""
        found = Organization.objects.select_for_update(no_key=True).filter(pk=organization).first()
        return _body(found) if found else None

    def named(self, path: str) -> Any:
        """Give the expression of the name of the organisation whose number stands in `path` of a row."""
        return Subquery(Organization.objects.filter(pk=OuterRef(path)).values("name")[:1])

    def seated(self, codes: Iterable[str]) -> Any:
        """Give the numbers of the organisations whose seat lies in one of the areas, as a query."""
        return Organization.objects.filter(places.within_any("area", codes)).values("pk")

    def open_in(self, codes: Iterable[str], *, words: str = "", most: int) -> Sequence[Body]:
        """Give organisations that take roles and have their seat in one of the areas, by a part of the name."""
        rows = Organization.objects.filter(places.within_any("area", codes), closed_at=None, name__has=words)
        return [_body(found) for found in rows.order_by("area", "name", "id")[:most]]
