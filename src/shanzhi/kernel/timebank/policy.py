"""The rules of a time bank as data. No national rule is known, so every one of them is a policy of an area.

Credits are kept in whole minutes; what people see (1 credit, one hour) is a unit of so many minutes. A policy is
frozen: it changes by a new version for days to come (`versions`).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from shanzhi.kernel.canonical import digest

FORMAT: Final = 1
#: Relatives in the direct line; an area may name others.
LINEAL: Final = ("parent", "grandparent", "child", "grandchild")
RELATIONS: Final = (*LINEAL, "spouse", "sibling", "other_relative")
#: What the giver is to the receiver, by what the receiver is to the giver.
INVERSES: Final = {
    "parent": "child", "child": "parent", "grandparent": "grandchild", "grandchild": "grandparent",
    "spouse": "spouse", "sibling": "sibling", "other_relative": "other_relative",
}  # fmt: skip

#: More minutes than a life has.
_MOST: Final = 100_000_000
Minutes = Annotated[int, Field(ge=1, le=_MOST)]
Age = Annotated[int, Field(ge=0, le=150)]
Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[a-z0-9][a-z0-9_-]*$")]
Relation = Literal["parent", "grandparent", "child", "grandchild", "spouse", "sibling", "other_relative"]
Rounding = Literal["down", "half_up", "up"]
Group = Literal["free", "donate_only", "donated", "refused"]


class PolicyError(ValueError):
    """A policy makes no sense; every fault is named.

    `faults` holds the field as a path (`cap.minutes`, `rates.0.per`, empty for the whole), a code, and data for the
    words that the page makes: codes are pydantic's (`missing`, `int_type`, `less_than_equal`) and this package's.
    """

    def __init__(self, *faults: tuple[str, str, dict[str, Any]]) -> None:
        """Keep the faults."""
        self.faults = faults
        super().__init__("; ".join(f"{field}: {code}" for field, code, _ in faults))

    @property
    def fields(self) -> tuple[str, ...]:
        """Name the fields at fault."""
        return tuple(field for field, _, _ in self.faults)


class _Unfit(ValueError):
    """Rules that do not go together, raised inside pydantic, which carries it out."""

    def __init__(self, field: str, code: str, data: dict[str, Any] | None = None) -> None:
        super().__init__(code)
        self.fault = (field, code, data or {})


class _Part(BaseModel):
    """Whole numbers stay whole, unknown fields are refused, nothing changes once it is made."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class Rate(_Part):
    """So many minutes of credit (`gives`) for so many of service (`per`), in steps of `step`, rounded as declared."""

    gives: Minutes = 1
    per: Minutes = 1
    step: Minutes = 1
    rounding: Rounding = "down"

    def value_of(self, minutes: int) -> int:
        """Give the credit for minutes of service, in minutes; a half goes up under `half_up`."""
        above, below = minutes * self.gives, self.per * self.step
        extra = {"down": 0, "half_up": below // 2, "up": below - 1}[self.rounding]
        return (above + extra) // below * self.step


class KindRate(Rate):
    """The rate of one kind of service."""

    kind: Name


class Cap(_Part):
    """The most that somebody may hold; what is above goes to the pool, or is refused where there is none."""

    minutes: Minutes
    pool: Name | None = None


class Members(_Part):
    """Who may earn: from an age on; students below it from their own, with a guardian if the area wants one."""

    least_age: Age = 18
    students_from: Age | None = None
    guardian: bool = True


class Spending(_Part):
    """Who may spend, and to whom credits may be given: relatives by kind, from an age of theirs if one is named."""

    least_age: Age = 0
    gifts_to: tuple[Relation, ...] = ()
    receiver_least_age: Age | None = None


class Expiry(_Part):
    """Credits end so many months after they were earned; they go to the pool, or lapse where there is none."""

    months: Annotated[int, Field(ge=1, le=1200)]
    pool: Name | None = None


class Policy(_Part):
    """All rules of one area from one day on.

    `published` is the day on which the version was made public, never after `from_day`; a change takes effect no
    sooner than `notice_days` after it. `group` says what becomes of hours given as a group: free like others, kept but
    for donation only, donated at once to `group_pool`, or refused. `pools` are those to which one may donate: the
    poor, an organisation's, the area's. `reviewers` is how many others have to confirm a record.
    """

    format: Literal[1] = FORMAT
    area: str
    version: Annotated[int, Field(ge=1)]
    published: date
    from_day: date
    notice_days: Annotated[int, Field(ge=0, le=366)] = 0
    unit: Minutes = 60
    rate: Rate = Rate()
    rates: tuple[KindRate, ...] = ()
    cap: Cap | None = None
    members: Members = Members()
    group: Group = "free"
    group_pool: Name | None = None
    spending: Spending = Spending()
    pools: tuple[Name, ...] = ()
    expiry: Expiry | None = None
    reviewers: Annotated[int, Field(ge=1, le=9)] = 1

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        for field, pool in self._named_pools().items():
            if pool is not None and pool not in self.pools:
                raise _Unfit(field, "unknown_pool", {"pool": pool})
        if (self.group == "donated") != (self.group_pool is not None):
            # A pool for donated group hours is needed then, and only then.
            raise _Unfit("group_pool", "missing" if self.group_pool is None else "not_wanted")
        if self.from_day < self.published:
            raise _Unfit("from_day", "before_published")
        if len({rate.kind for rate in self.rates}) < len(self.rates):
            raise _Unfit("rates", "repeated_kind")
        if self.members.students_from is not None and self.members.students_from >= self.members.least_age:
            raise _Unfit("members.students_from", "not_below_members")
        return self

    def _named_pools(self) -> dict[str, str | None]:
        return {
            "cap.pool": None if self.cap is None else self.cap.pool,
            "group_pool": self.group_pool,
            "expiry.pool": None if self.expiry is None else self.expiry.pool,
        }

    @property
    def digest(self) -> str:
        """Give the digest under which the version is published."""
        return digest(self.model_dump(mode="json"))

    def rate_of(self, kind: str) -> Rate:
        """Give the rate of a kind of service: its own, or the common one."""
        return next((rate for rate in self.rates if rate.kind == kind), self.rate)

    def value_of(self, minutes: int, kind: str = "") -> int:
        """Give the credit for minutes of service of a kind, in whole minutes of credit."""
        return self.rate_of(kind).value_of(minutes)

    def in_units(self, credit: int) -> tuple[int, int]:
        """Give minutes of credit as whole units and what is left of one, in minutes."""
        return divmod(credit, self.unit)


def to_json(policy: Policy) -> str:
    """Write a policy as JSON, every field in its order, so that the text tells all rules."""
    return policy.model_dump_json(indent=1)


def from_json(text: str) -> Policy:
    """Read a policy from JSON; raise PolicyError, which names every field at fault."""
    try:
        return Policy.model_validate_json(text)
    except ValidationError as error:
        raise PolicyError(*(_fault(dict(one)) for one in error.errors(include_url=False))) from None


def _fault(error: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
    unfit = error.get("ctx", {}).get("error")
    if isinstance(unfit, _Unfit):
        return unfit.fault
    data = {key: value for key, value in error.get("ctx", {}).items() if isinstance(value, int | str)}
    return ".".join(str(step) for step in error["loc"]), str(error["type"]), data
