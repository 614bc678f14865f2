"""`shanzhi import`: what offices keep in Excel, by the rooms that take it in."""

from __future__ import annotations

from shanzhi.organizations.command import app
from shanzhi.volunteering.command import volunteers

__all__ = ["app"]

app.command()(volunteers)
