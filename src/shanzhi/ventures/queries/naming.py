"""Names of areas beside rows, so that lists and exports show them without a query a row."""

from __future__ import annotations

from django.db.models import OuterRef, Subquery

from shanzhi.places.models import Area


def area_name(path: str) -> Subquery:
    """Give the name of the area whose code stands in the column `path`."""
    return Subquery(Area.objects.filter(pk=OuterRef(path)).values("name")[:1])
