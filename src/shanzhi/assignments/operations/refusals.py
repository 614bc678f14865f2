"""Why something about matching and asking is not done, and what helps."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.errors import Conflict, Invalid


class BadRunArea(Invalid):
    """No area in which volunteers serve."""

    code = "bad_run_area"
    message = _("Choose a community, a subdistrict or a district.")


class BadRunDays(Invalid):
    """The days are over, the wrong way round, or too many."""

    code = "bad_run_days"
    message = _("Choose days from today on, the last not before the first, and at most %(days)s of them.")


class BadMost(Invalid):
    """Too few or too many shifts for one volunteer."""

    code = "bad_most"
    message = _("Choose from 1 to %(most)s shifts for each volunteer.")


class ReasonNeeded(Invalid):
    """A reason is missing or too long."""

    code = "assignment_reason"
    message = _("Say in a few words why; at most %(most)s characters.")


class NothingToFill(Conflict):
    """No shift has a place that nobody has a right to."""

    code = "nothing_to_fill"
    message = _(
        "No shift in these days has a free place that nobody waits for. Choose other days, or add shifts first."
    )


class ShiftFull(Conflict):
    """A call-up for a shift without free places."""

    code = "shift_full"
    message = _(
        "This shift has no free place: people are signed up, wait in line, or are asked. Give it more places first."
    )


class BadWanted(Invalid):
    """More are called up than may be."""

    code = "bad_wanted"
    message = _("Choose from 1 to %(most)s people.")


class NobodyOnCall(Conflict):
    """Nobody agreed to be called up there."""

    code = "nobody_on_call"
    message = _(
        "Nobody here has agreed to be called up yet. Ask volunteers to agree under Asked of me, or make "
        "an ordinary proposal."
    )


class RunNotReady(Conflict):
    """The run is being worked out, failed, or was closed."""

    code = "run_not_ready"
    message = _("This proposal is being worked out, did not work, or was closed. Make a new one.")


class TooManyPairs(Invalid):
    """More pairs than are asked at once."""

    code = "too_many_pairs"
    message = _("Ask at most %(most)s at once, and at least one.")


class NotAsked(Conflict):
    """The ask is answered or over."""

    code = "not_asked"
    message = _("This is answered already, or over. Look at the list of what is asked of you.")


class NotProposed(Conflict):
    """The pair was decided already."""

    code = "not_proposed"
    message = _("This pair was decided already. Reload the page to see where it stands.")


class OnlyGrownUps(Conflict):
    """A minor is never called up."""

    code = "only_grown_ups"
    message = _("Only grown-ups are called up in an emergency. You can sign up for shifts as before.")
