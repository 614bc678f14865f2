"""A time bank's rules: the policy of an area as data, and what it makes of service, spending, gifts and time."""

from shanzhi.kernel.timebank.dealings import (
    Earned,
    Left,
    Lot,
    Member,
    Refused,
    Service,
    earn,
    expire,
    may_donate,
    may_earn,
    may_give,
    may_spend,
    room,
    take,
    usable,
)
from shanzhi.kernel.timebank.policy import INVERSES, LINEAL, RELATIONS, Policy, PolicyError, from_json, to_json
from shanzhi.kernel.timebank.versions import changes, in_force, succeed

__all__ = [
    "INVERSES",
    "LINEAL",
    "RELATIONS",
    "Earned",
    "Left",
    "Lot",
    "Member",
    "Policy",
    "PolicyError",
    "Refused",
    "Service",
    "changes",
    "earn",
    "expire",
    "from_json",
    "in_force",
    "may_donate",
    "may_earn",
    "may_give",
    "may_spend",
    "room",
    "succeed",
    "take",
    "to_json",
    "usable",
]
