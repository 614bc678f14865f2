"""What the routes of calls take and give."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from shanzhi.ui.http import Given, Moment
from shanzhi.ventures.api.routing import Code, Fen, PageIn, Reason

Fraction = Annotated[str, Field(max_length=20, pattern=r"^[0-9]+(/[1-9][0-9]*)?$")]


class PhaseBody(Given):
    """A phase with its dates; times carry their offset."""

    kind: Literal["publicity", "submission", "review", "notice", "voting", "pitch", "award"]
    starts_at: Moment
    ends_at: Moment


class ThresholdBody(Given):
    """Least support."""

    voters: int = Field(default=0, ge=0, le=10**7)
    share: Fraction = Field(default="0")
    by_cost: int = Field(default=0, ge=0, le=1000)


class CompositeBody(Given):
    """Weights of votes and jury; shares as fractions that add to 1."""

    vote_weight: Fraction = "1/2"
    jury_weight: Fraction = "1/2"
    least_votes_share: Fraction = Field(default="0")
    least_jury_score: int = Field(default=0, ge=0, le=10_000)


class RuleBody(Given):
    """The rule of decision."""

    rule: Literal["score", "score-no-skip", "per-cost", "equal-shares", "phragmen", "composite"]
    satisfaction: Literal["cost", "cardinality", "points", "borda"] = "cost"
    completion: Literal["none", "add1", "add1u", "exhaustive-supported", "exhaustive-all"] = "none"
    ties: list[Literal["id", "cost", "votes", "listed"]] = Field(default=["id"], max_length=4)
    threshold: ThresholdBody = Field(default_factory=lambda: ThresholdBody())
    composite: CompositeBody | None = None


class BallotBody(Given):
    """How a ballot is filled in."""

    kind: Literal["approval", "points", "ranked"] = "approval"
    minimum: int = Field(default=0, ge=0, le=5000)
    maximum: int | None = Field(None, ge=1, le=5000)
    purse_limit: bool = False
    points: int | None = Field(None, ge=1, le=1_000_000)
    blank: bool = True
    smallest_electorate: int | None = Field(None, ge=0, le=100_000)
    smallest_group: int | None = Field(None, ge=3, le=1000)


class ItemBody(Given):
    """An item of the check list."""

    key: str = Field("", max_length=40)
    text: str = Field(max_length=300)
    required: bool = True


class CriterionBody(Given):
    """What a jury scores, with its weight in percent and what 0, 60 and 100 points mean."""

    key: str = Field("", max_length=40)
    name: str = Field(max_length=60)
    weight: int = Field(ge=0, le=100)
    low: str = Field("", max_length=200)
    middle: str = Field("", max_length=200)
    high: str = Field("", max_length=200)


class JuryBody(Given):
    """A call's jury; without a criterion it has none."""

    criteria: list[CriterionBody] = Field(max_length=12)
    drop_extremes: bool = False
    normalise: Literal["none", "shift", "stretch"] = "none"
    pitch_minutes: int = Field(5, ge=1, le=60)
    answer_minutes: int = Field(5, ge=0, le=60)


class TrainingBody(Given):
    """Before which phase a team must have attended every required session, and how many of the others; '' is none."""

    gate: Literal["", "notice", "voting"] = ""
    others: int = Field(0, ge=0, le=20)


class CategoryBody(Given):
    """A category of budget lines: its largest share of what is asked in percent, or forbidden."""

    key: str = Field("", max_length=40)
    name: str = Field(max_length=40)
    share: int | None = Field(None, ge=1, le=100)
    forbidden: bool = False


class BudgetRulesBody(Given):
    """Rules for the lines asked from the call; money in fen. `asked_share` is the largest part of the whole cost."""

    categories: list[CategoryBody] = Field(default=[], max_length=20)
    line_fen: Fen | None = None
    asked_share: int | None = Field(None, ge=1, le=100)


class CallFields(Given):
    """What can be said of a call; what is left out stays. Money in fen."""

    title: str | None = Field(None, max_length=120)
    title_en: str | None = Field(None, max_length=200)
    about: str | None = Field(None, max_length=5000)
    sponsor: str | None = Field(None, max_length=120)
    operator: str | None = Field(None, max_length=120)
    areas: list[Code] | None = Field(None, max_length=500)
    purse_fen: Fen | None = None
    limit_fen: Fen | None = None
    themes: list[str] | None = Field(None, max_length=20)
    proposers: list[Literal["residents", "teams", "organizations"]] | None = None
    propose_where: Literal["own_community", "call_areas"] | None = None
    minimum_age: int | None = Field(None, ge=0, le=120)
    roll_date: date | None = None
    ballot: BallotBody | None = None
    rule: RuleBody | None = None
    jury: JuryBody | None = None
    training: TrainingBody | None = None
    budget_rules: BudgetRulesBody | None = None
    exclusive_groups: list[str] | None = Field(None, max_length=20)
    checklist: list[ItemBody] | None = Field(None, max_length=30)
    reviews_needed: int | None = Field(None, ge=1, le=9)
    notice_days: int | None = Field(None, ge=0, le=60)
    phases: list[PhaseBody] | None = Field(None, max_length=7)

    def given(self) -> dict[str, Any]:
        """List what was sent; what has fields of its own comes whole, with the defaults of what it leaves out."""
        sent = {name: value for name, value in self.model_dump(exclude_unset=True).items() if value is not None}
        names = ("rule", "ballot", "jury", "training", "budget_rules")
        whole = {name: getattr(self, name) for name in names}
        bodies = {name: body.model_dump() for name, body in whole.items() if body is not None}
        for name in ("smallest_electorate", "smallest_group"):
            if "ballot" in bodies and bodies["ballot"][name] is None:
                del bodies["ballot"][name]  # left out: that of the settings
        return sent | bodies


class CallIn(CallFields):
    """A call to make."""

    title: str = Field(max_length=120)
    areas: list[Code] = Field(min_length=1, max_length=500)


class CallChange(Given):
    """Fields to save, with the version that was seen."""

    version: int
    fields: CallFields


class TermsChange(CallChange):
    """A change of frozen terms, with its public reason."""

    reason: Reason


class CallMoveIn(Given):
    """The state that was seen."""

    expected: str = Field(max_length=20)
    version: int | None = None


class CallReasonIn(Given):
    """A public reason."""

    reason: Reason


class PhaseOut(Schema):
    """A phase; opened and closed are when it really began and ended."""

    kind: str
    starts_at: datetime
    ends_at: datetime
    opened_at: datetime | None
    closed_at: datetime | None


class CallOut(Schema):
    """A call. Money in fen of its currency."""

    id: UUID
    title: str
    title_en: str
    about: str
    state: str
    area: str
    areas: list[str]
    sponsor: str
    operator: str
    purse_fen: int
    limit_fen: int
    currency: str
    themes: list[str]
    proposers: list[str]
    propose_where: str
    minimum_age: int
    roll_date: date | None
    ballot: dict[str, Any]
    rule: dict[str, Any]
    budget_rules: dict[str, Any]
    phases: list[PhaseOut]
    terms_version: int
    poll: UUID | None
    result_digest: str
    synthetic: bool
    imported: bool
    source: str
    version: int
    created_at: datetime
    published_at: datetime | None


class CallPage(Schema):
    """A page of calls; `next` reads on."""

    items: list[CallOut]
    next: UUID | None


class CallQuery(PageIn):
    """How calls are narrowed."""

    area: Code = ""
    ended: bool | None = None


class TermsOut(Schema):
    """A published version of the terms."""

    version: int
    terms: dict[str, Any]
    digest: str
    reason: str
    published_at: datetime


class NoticeOut(Schema):
    """A public notice."""

    id: UUID
    kind: str
    title: str
    body: str
    content: dict[str, Any]
    starts_at: datetime
    ends_at: datetime | None
    published_at: datetime


class AwardOut(Schema):
    """A winner, with the sentence why."""

    position: int
    proposal: UUID
    number: int | None
    title: str
    amount_fen: int
    reason: dict[str, str]


class CheckOut(Schema):
    """A check with its cure."""

    code: str
    ok: bool
    words: str
    cure: str
    field: str
    blocking: bool


class FactOut(Schema):
    """A figure."""

    key: str
    label: str
    value: int


class PreviewOut(Schema):
    """What the next move would do."""

    move: str
    source: str
    target: str
    due_at: datetime | None
    version: int
    facts: list[FactOut]
    told: list[FactOut]
    final: list[str]
    blocks: list[CheckOut]


class RollOut(Schema):
    """How many people are on the roll."""

    roll: int
