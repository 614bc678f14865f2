"""The outcomes app."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.ui import navigation


class OutcomesConfig(AppConfig):
    """What came of rounds: signs of life, survival, costs; no tables."""

    name = "shanzhi.outcomes"
    label = "outcomes"
    verbose_name = _("Outcomes")

    def ready(self) -> None:
        """Put its pages into the shell."""
        policies = import_module("shanzhi.organizations.policies")
        navigation.register("outcomes", _("Outcomes"), "outcomes:index", order=52)
        navigation.register(
            "signs", _("Signs of life"), "outcomes:desk", section="desk", order=67,
            visible=lambda request: policies.at_the_desk(getattr(request, "actor", Actor())),
        )  # fmt: skip
