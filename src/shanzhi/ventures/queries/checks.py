"""What the builder of a call checks: each with words and cure; blocking ones keep the call from being published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.canonical import canonical
from shanzhi.places.models import Area
from shanzhi.places.queries import valid
from shanzhi.tally.pabulib import BadSpec, spec_from_json
from shanzhi.tally.spec import Spec
from shanzhi.ventures.lifecycle import OPTIONAL_PHASES, PHASES
from shanzhi.ventures.models import Call, Phase

# What a ballot can say is what it can be counted by: money or the number of projects by any ballot that names them.
FITS: Final = {
    "approval": ("cost", "cardinality"),
    "points": ("cost", "cardinality", "points"),
    "ranked": ("cost", "cardinality", "borda"),
}


@dataclass(frozen=True, slots=True)
class Check:
    """One check: what is asked for (`words`), whether it holds (`ok`), what would help (`cure`, to mend at `field`).

    With `problem` the words say what is wrong, not what should be.
    """

    code: str
    ok: bool
    words: Any
    cure: Any = ""
    field: str = ""
    blocking: bool = True
    problem: bool = False

    @property
    def told(self) -> str:
        """What to say to the one whom this check holds up."""
        return f"{self.words} {self.cure}" if self.problem else str(self.cure)


def checks_of(call: Call, at: datetime) -> list[Check]:
    """Check a whole call, in the order of its builder."""
    codes = [area.code for area in call.areas.all()]
    phases = {phase.kind: phase for phase in call.phases.all()}
    return [
        *_basics(call),
        *_money(call),
        *_areas(codes, at),
        *_dates(call, phases),
        *_roll(call, phases),
        *_rule(call, phases),
        *_review(call),
        *_jury(call),
        *_training(call, phases),
        *_budget(call),
    ]


def blocking(checks: Iterable[Check]) -> list[Check]:
    """Give those that are not met and keep the call from going on."""
    return [check for check in checks if check.blocking and not check.ok]


def _basics(call: Call) -> list[Check]:
    return [
        Check("title", bool(call.title), _("The call has a title."), _("Write a title."), "title"),
        Check(
            "about",
            bool(call.about),
            _("The call tells residents what it is for."),
            _("Write a few sentences; residents read them first."),
            "about",
            blocking=False,
        ),
        Check("sponsor", bool(call.sponsor), _("The sponsor is named."), _("Name who gives the money."), "sponsor"),
        Check(
            "proposers",
            bool(call.proposers),
            _("It is said who may propose."),
            _("Choose residents, teams or organisations."),
            "proposers",
        ),
    ]


def _money(call: Call) -> list[Check]:
    return [
        Check("purse", call.purse_fen > 0, _("There is money in the purse."), _("Enter the purse."), "purse_fen"),
        Check(
            "limit",
            0 < call.limit_fen <= call.purse_fen,
            _("The limit for one project is above zero and not above the purse."),
            _("Enter a limit between zero and the purse."),
            "limit_fen",
        ),
    ]


def _areas(codes: list[str], at: datetime) -> list[Check]:
    known = Area.objects.filter(valid(at), pk__in=codes).count() if codes else 0
    return [
        Check(
            "areas",
            bool(codes) and known == len(codes),
            _("All areas of the call exist."),
            _("Choose the areas from the list; codes that no longer hold have successors."),
            "areas",
        )
    ]


def _dates(call: Call, phases: Mapping[str, Phase]) -> list[Check]:
    lacking = [PHASES[kind] for kind in PHASES if kind not in phases and kind not in OPTIONAL_PHASES]
    order = [phases[kind] for kind in PHASES if kind in phases]
    ordered = all(a.ends_at <= b.starts_at for a, b in pairwise(order))
    notice = phases.get("notice")
    days = timedelta(days=call.notice_days)
    return [
        Check(
            "phases",
            not lacking,
            _("Every phase has its dates."),
            _("Enter start and end of: %s") % "、".join(map(str, lacking)) if lacking else "",
            "phases",
        ),
        Check(
            "order",
            ordered,
            _("The phases follow one another without overlap."),
            _("Let each phase start when the one before it has ended."),
            "phases",
        ),
        Check(
            "notice_days",
            notice is None or notice.ends_at - notice.starts_at >= days,
            _("The public notice lasts as long as the call promises."),
            _("Lengthen the notice, or lower the number of days of notice."),
            "phases",
        ),
    ]


def _roll(call: Call, phases: Mapping[str, Phase]) -> list[Check]:
    voting = phases.get("voting")
    early = call.roll_date is not None and (
        voting is None or call.roll_date <= timezone.localtime(voting.starts_at).date()
    )
    return [
        Check(
            "roll_date",
            early,
            _("The roll of voters is fixed before the vote opens."),
            _("Set the day of the roll on or before the first day of the vote."),
            "roll_date",
        )
    ]


def _spec(call: Call) -> Spec | None:
    try:
        return spec_from_json(canonical(call.rule).decode())
    except (BadSpec, TypeError, ValueError):
        return None


def _rule(call: Call, phases: Mapping[str, Phase]) -> list[Check]:
    spec = _spec(call)
    kind = str(call.ballot.get("kind", ""))
    asks_satisfaction = spec is not None and spec.rule == "equal-shares"
    weights = (
        None if spec is None or spec.composite is None else spec.composite.vote_weight + spec.composite.jury_weight
    )
    weighted = spec is None or ((spec.rule == "composite") == (weights is not None) and weights in (None, 1))
    fits = spec is not None and (not asks_satisfaction or spec.satisfaction in FITS.get(kind, ()))
    least, most = call.ballot.get("minimum") or 0, call.ballot.get("maximum")
    points_right = (kind == "points") == bool(call.ballot.get("points"))
    sensible = kind in FITS and points_right and (most is None or least <= most)
    return [*_spec_checks(spec, fits, weighted), *_ballot_checks(spec, phases, sensible)]


def _spec_checks(spec: Spec | None, fits: bool, weighted: bool) -> list[Check]:
    return [
        Check(
            "rule",
            spec is not None,
            _("The rule of decision can be understood."),
            _("Choose the rule from the list again."),
            "rule",
        ),
        Check(
            "rule_fits",
            fits,
            _("The rule fits the ballot."),
            _("Points count from ballots with points alone, ranks from rankings alone; cost and number from any."),
            "rule",
        ),
        Check(
            "weights",
            weighted,
            _("The weights of votes and jury add up to one."),
            _("Give both weights as fractions that add up to 1, for a rule with a jury alone."),
            "rule",
        ),
    ]


def _ballot_checks(spec: Spec | None, phases: Mapping[str, Phase], sensible: bool) -> list[Check]:
    return [
        Check(
            "ballot",
            sensible,
            _("The ballot makes sense."),
            _("Check the least and most number of choices, and the points."),
            "ballot",
        ),
        Check(
            "pitch",
            spec is None or (spec.rule == "composite") <= ("pitch" in phases),
            _("A jury that counts has a pitch to judge."),
            _("Give the pitch its dates, or choose a rule without a jury."),
            "phases",
        ),
    ]


def _jury(call: Call) -> list[Check]:
    criteria = call.jury.get("criteria", ())
    if call.rule.get("rule") != "composite" and not criteria:
        return []
    return [
        Check(
            "criteria",
            bool(criteria),
            _("The jury's criteria are named."),
            _("Name what the jury scores, with weights; without it the scores are typed in by the office."),
            "jury",
            blocking=False,
        ),
        Check(
            "criteria_weights",
            not criteria or sum(one["weight"] for one in criteria) == 100,
            _("The weights of the jury's criteria add up to 100."),
            _("Correct the weights until they add up to 100."),
            "jury",
        ),
        Check(
            "jury_counts",
            not criteria or call.rule.get("rule") == "composite",
            _("A jury with criteria counts in the rule of decision."),
            _("Choose the rule of votes and jury together, or take the criteria away."),
            "rule",
        ),
    ]


def _training(call: Call, phases: Mapping[str, Phase]) -> list[Check]:
    if not call.training:
        return []
    held = [one for one in call.training_sessions.all() if one.state != "cancelled"]
    others = sum(not one.required for one in held)
    gate = phases.get(call.training["gate"])
    late = gate is not None and any(
        one.starts_at + timedelta(minutes=one.minutes) > gate.starts_at for one in held if one.state == "planned"
    )
    return [
        Check(
            "training",
            bool(held) and others >= call.training["others"] and len(held) - others + call.training["others"] > 0,
            _("The training that the rule asks for is planned."),
            _("Plan its sessions on the tab Training, or take the gate away."),
            "training",
        ),
        Check(
            "training_in_time",
            not late,
            _("Every session of training ends before the phase that waits for it."),
            _("Move the session forward, or the phase back."),
            "training",
            blocking=False,
        ),
    ]


def _budget(call: Call) -> list[Check]:
    named = call.budget_rules.get("categories", ())
    shares = [0 if one["forbidden"] else one["share"] for one in named]
    possible = not named or None in shares or sum(share or 0 for share in shares) >= 100
    return [
        Check(
            "budget_rules",
            possible,
            _("A budget can keep the shares of its categories."),
            _("The largest shares add up to less than 100 %: raise one, or leave a category without a limit."),
            "budget_rules",
        )
    ]


def _review(call: Call) -> list[Check]:
    return [
        Check(
            "checklist",
            bool(call.checklist),
            _("There is a check list for the review."),
            _("Add the items that reviewers look at."),
            "checklist",
        ),
        Check(
            "themes",
            bool(call.themes),
            _("The call names its themes."),
            _("Themes help residents and reviewers; without them every theme is welcome."),
            "themes",
            blocking=False,
        ),
    ]
