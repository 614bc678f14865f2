"""What came of rounds, read from the records of the rooms below; nothing here writes."""

from shanzhi.outcomes.queries.bodies import Body, area_bodies, bodies, desk_bodies
from shanzhi.outcomes.queries.dates import dead_on, lives
from shanzhi.outcomes.queries.groups import group_of
from shanzhi.outcomes.queries.rounds import Had, Round, had, round_of, rounds
from shanzhi.outcomes.queries.survival import FEW, Curve, Point, at_risk, curves, product_limit, share_at

__all__ = [
    "FEW", "Body", "Curve", "Had", "Point", "Round", "area_bodies", "at_risk", "bodies", "curves", "dead_on",
    "desk_bodies", "group_of", "had", "lives", "product_limit", "round_of", "rounds", "share_at",
]  # fmt: skip
