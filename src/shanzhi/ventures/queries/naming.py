"""What lists show beside rows, so that they and their exports need no query a row: areas, order of states, numbers."""

from __future__ import annotations

from django.db.models import Case, OuterRef, Subquery, Value, When
from django.db.models.fields import SmallIntegerField

from shanzhi.kernel.lifecycle import Lifecycle
from shanzhi.places.models import Area
from shanzhi.ventures.models import Proposal


def area_name(path: str) -> Subquery:
    """Give the name of the area whose code stands in the column `path`."""
    return Subquery(Area.objects.filter(pk=OuterRef(path)).values("name")[:1])


def course(table: Lifecycle) -> Case:
    """Give how far along its life a row is: the place of its state in the table, for lists sorted by state."""
    steps = (When(state=name, then=Value(place)) for place, name in enumerate(table.states))
    return Case(*steps, default=Value(len(table.states)), output_field=SmallIntegerField())


def option_code(proposal: Proposal) -> str:
    """Give the proposal's number on the ballot: three digits, so that codes sort as numbers do."""
    return proposal.code or f"{proposal.number:03d}"
