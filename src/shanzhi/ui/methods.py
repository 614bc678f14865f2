"""Which methods of HTTP a page takes: it reads, unless its view says that it also, or only, takes what is sent.

The middleware `shanzhi.config.middleware.Methods` answers any other method before the view is asked, in one manner.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from django.http import HttpResponseBase

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
READING: Final = ("GET", "HEAD")


def form_page(view: View) -> View:
    """Let a page be read, and take what its form sends."""
    return _takes(view, (*READING, "POST"))


def acts(view: View) -> View:
    """Let an address only take what is sent: there is no page to read at it."""
    return _takes(view, ("POST",))


def methods_of(view: Any) -> tuple[str, ...]:
    """Give the methods that a view takes."""
    taken: tuple[str, ...] = getattr(view, "methods", READING)
    return taken


def _takes(view: View, methods: tuple[str, ...]) -> View:
    view.methods = methods  # type: ignore[attr-defined]  # what wraps a view takes its attributes along
    return view
