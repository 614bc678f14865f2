"""The demo's activities lie where a visitor of its map would look for them."""

from collections.abc import Sequence
from itertools import combinations, pairwise

from shanzhi.activities.demo import PLANS, SPOTS
from shanzhi.places.exchange import outline

DEGREE = 1_000_000
APART = 0.008


def inside(lng: float, lat: float, ring: Sequence[Sequence[float]]) -> bool:
    """Tell whether a ray to the east crosses the ring an odd number of times."""
    crossed = [
        lng < (right - left) * (lat - low) / (high - low) + left
        for (left, low), (right, high) in pairwise(ring)
        if (low > lat) != (high > lat)
    ]
    return sum(crossed) % 2 == 1


def test_positions_are_scattered_inside_the_district() -> None:
    district = outline("370102")
    assert district is not None
    (shape,) = district["geometry"]["coordinates"]
    points = [(lng / DEGREE, lat / DEGREE) for lat, lng in SPOTS]
    assert len(set(points)) == len(PLANS)
    assert [point for point in points if not inside(*point, shape[0])] == []
    for one, other in combinations(points, 2):
        assert abs(one[0] - other[0]) + abs(one[1] - other[1]) > APART, "their numbers would cover one another"
    # they lie on no line: where a place is from west to east tells less than half of where it is from south to north
    middle = [sum(values) / len(points) for values in zip(*points, strict=True)]
    spread = [[one - at for one, at in zip(point, middle, strict=True)] for point in points]
    both = sum(east * north for east, north in spread)
    alone = [sum(part[axis] ** 2 for part in spread) for axis in (0, 1)]
    assert both**2 < alone[0] * alone[1] / 2
