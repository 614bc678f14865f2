"""Who organised: an organisation that the actor leads, or with none the committee or office of an area."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from shanzhi.organizations.models import Organization
from shanzhi.ui.choosing import AreaField, AreaSource
from shanzhi.ui.forms import PageForm, offer


class OrganisedForm(PageForm):
    """A form that says who organised; a subclass names the first field as it likes."""

    organization_id = forms.ChoiceField(label=_("Organiser"), required=False)

    def __init__(self, *args: Any, bodies: list[Organization], areas: AreaSource | None, **kwargs: Any) -> None:
        """Take the organisations that the actor leads and the areas whose office the actor is."""
        super().__init__(*args, **kwargs)
        office = [("", _("The committee or office of the area below"))] if areas is not None else []
        offer(self, "organization_id", [*office, *((str(one.pk), one.name) for one in bodies)])
        if not bodies:
            del self.fields["organization_id"]
        if areas is not None:
            self.fields["area"] = AreaField(source=areas, label=_("Area"), required=not bodies)
        self.order_fields(["organization_id", "area"])

    @property
    def by(self) -> tuple[UUID | None, str]:
        """The organisation, or with none the area of the office."""
        unit = self.cleaned_data.get("organization_id") or ""
        return (UUID(unit), "") if unit else (None, self.cleaned_data.get("area") or "")
