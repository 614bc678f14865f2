"""Coarse outlines of the two districts that come with the program, as GeoJSON."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

_FILE: Final = Path(__file__).resolve().parent.parent / "data" / "districts_370102_110114.geojson"
_COUNTRY: Final = "156"


@cache
def _outlines() -> dict[str, dict[str, Any]]:
    features = json.loads(_FILE.read_text(encoding="utf-8"))["features"]
    return {str(one["properties"]["gb"]).removeprefix(_COUNTRY): one for one in features}


def outline(code: str) -> dict[str, Any] | None:
    """Give an area's outline as a GeoJSON feature, or None where none is known."""
    found = _outlines().get(code)
    if found is None:
        return None
    properties = {"code": code, "name": found["properties"]["name"]}
    return {"type": "Feature", "id": code, "properties": properties, "geometry": found["geometry"]}
