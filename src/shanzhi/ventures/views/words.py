"""What pages say of events, reviews and awards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from shanzhi.ventures.lifecycle import DECISIONS, OUTCOMES
from shanzhi.ventures.models import Proposal, Review

VERBS: Final = {
    "ventures.call.create": _("Round begun"),
    "ventures.call.save": _("Round changed"),
    "ventures.call.publish": _("Round published"),
    "ventures.call.open_submission": _("Opened for proposals; terms frozen"),
    "ventures.call.open_review": _("Review began"),
    "ventures.call.give_notice": _("Public notice given"),
    "ventures.call.open_voting": _("Vote opened"),
    "ventures.call.open_pitch": _("Vote closed; pitches began"),
    "ventures.call.award": _("Decided"),
    "ventures.call.close": _("Round closed"),
    "ventures.call.cancel": _("Round cancelled"),
    "ventures.call.change_terms": _("Terms changed"),
    "ventures.call.import": _("Round imported"),
    "ventures.proposal.create": _("Proposal begun"),
    "ventures.proposal.copy": _("Begun from an earlier proposal"),
    "ventures.proposal.take": _("Section taken over"),
    "ventures.proposal.template": _("Begun from a template"),
    "ventures.template.change": _("Template written"),
    "ventures.template.remove": _("Template taken away"),
    "ventures.proposal.save": _("Proposal changed"),
    "ventures.proposal.submit": _("Handed in"),
    "ventures.proposal.resubmit": _("Handed in again"),
    "ventures.proposal.return": _("Returned for mending"),
    "ventures.proposal.pass": _("Passed review"),
    "ventures.proposal.reject": _("Rejected"),
    "ventures.proposal.withdraw": _("Withdrawn"),
    "ventures.proposal.disqualify": _("Disqualified"),
    "ventures.proposal.review_again": _("Reinstated, to be reviewed anew"),
    "ventures.proposal.pass_by_ruling": _("Reinstated as passed"),
    "ventures.proposal.put_back": _("Put back into the vote"),
    "ventures.proposal.give_back": _("Award given back"),
    "ventures.proposal.wait_again": _("Reinstated among those not chosen"),
    "ventures.proposal.findable": _("Made findable for like projects"),
    "ventures.proposal.not_findable": _("No longer findable for like projects"),
    "ventures.proposal.merge": _("Merged into another"),
    "ventures.proposal.take_in": _("Another was merged into it"),
    "ventures.proposal.take_out": _("Merging undone"),
    "ventures.proposal.split_off": _("Merging undone; in the round again"),
    "ventures.merger.invite": _("One team asked the other to merge"),
    "ventures.merger.suggest": _("Staff suggested to merge"),
    "ventures.merger.show": _("A team showed its proposal to the other"),
    "ventures.merger.plan": _("What the one proposal will be was changed"),
    "ventures.merger.consent": _("A leader consented to the merger"),
    "ventures.merger.take_back": _("A leader took the consent to the merger back"),
    "ventures.merger.refuse": _("Merger refused"),
    "ventures.merger.lapse": _("Merger lapsed"),
    "ventures.proposal.seat_invite": _("Invited to the team"),
    "ventures.proposal.seat_invite_end": _("Invitation to the team taken back"),
    "ventures.proposal.seat_take": _("Joined the team"),
    "ventures.proposal.seat_role": _("Role in the team changed"),
    "ventures.proposal.seat_end": _("Taken out of the team"),
    "ventures.proposal.seat_leave": _("Left the team"),
    "ventures.proposal.seat_lead": _("Lead handed over"),
    "ventures.call.fill_places": _("Freed places filled"),
    "ventures.proposal.attach": _("File added"),
    "ventures.proposal.detach": _("File removed"),
    "ventures.proposal.assign": _("Reviewer named"),
    "ventures.proposal.review": _("Reviewed"),
    "ventures.proposal.set_exclusive": _("Group of alternatives set"),
    "ventures.dispute.object": _("Objected"),
    "ventures.dispute.appeal": _("Appealed"),
    "ventures.dispute.answer": _("Objection answered"),
    "ventures.dispute.withdraw": _("Objection or appeal withdrawn"),
    "ventures.dispute.rule": _("Ruled"),
    "ventures.conflict.declare": _("Own interest declared"),
    "ventures.juror.appoint": _("Juror appointed"),
    "ventures.juror.declare": _("Juror declared own interests"),
    "ventures.juror.end": _("Juror left"),
    "ventures.jury.close": _("Jury closed"),
    "ventures.pitch.draw": _("Order of pitches drawn by lot"),
    "ventures.pitch.start": _("Pitch begun"),
    "ventures.pitch.end": _("Pitch ended"),
    "ventures.comment.write": _("Comment written"),
    "ventures.comment.answer": _("Comment answered"),
    "ventures.comment.withdraw": _("Comment taken back"),
    "ventures.comment.hide": _("Comment hidden"),
    "ventures.endorsement.give": _("Project backed"),
    "ventures.endorsement.take_back": _("Backing taken back"),
    "ventures.trainingsession.plan": _("Session of training planned"),
    "ventures.trainingsession.change": _("Session of training changed"),
    "ventures.trainingsession.cancel": _("Session of training cancelled"),
    "ventures.trainingsession.close_list": _("List of attendance closed"),
    "ventures.trainingsession.reopen": _("List of attendance opened again"),
    "ventures.trainingsession.import": _("Sheet of attendance brought in"),
    "ventures.attendance.record": _("Attendance recorded"),
    "ventures.attendance.remove": _("Attendance removed"),
    "ventures.sheet.hand_in": _("Score sheet handed in"),
    "ventures.sheet.reopen": _("Score sheet opened again"),
    "ventures.sheet.save": _("Score sheet written on"),
    "ventures.marks.write": _("Marks of a proposal worked out"),
}
TONES: Final[dict[str, Any]] = {
    "ventures.proposal.pass": "good",
    "ventures.proposal.return": "warn",
    "ventures.proposal.reject": "bad",
    "ventures.proposal.disqualify": "bad",
    "ventures.call.award": "good",
    "ventures.call.cancel": "bad",
}


@dataclass(frozen=True, slots=True)
class ReviewWords:
    """A review as a page tells it: its decision, reasons, and the items of the list with remarks."""

    decision: Any
    tone: str
    at: datetime | None
    reason: str
    items: tuple[tuple[str, Any, str], ...]


def reviews_of(reviews: Iterable[Review]) -> list[ReviewWords]:
    """Tell finished reviews; those still due are not the team's matter."""
    tones = {"pass": "good", "return": "warn", "reject": "bad"}
    return [
        ReviewWords(
            DECISIONS.get(review.decision, ""),
            tones.get(review.decision, "plain"),
            review.decided_at,
            review.reason,
            tuple((item.text, OUTCOMES[item.outcome], item.remark) for item in review.items.all()),
        )
        for review in reviews
        if review.state == "done"
    ]


def award_reason(proposal: Proposal) -> str:
    """Give the count's sentence why a project won, in the reader's language."""
    award = getattr(proposal, "award", None)
    if award is None:
        return ""
    language = "zh" if (get_language() or "zh").startswith("zh") else "en"
    return str(award.reason.get(language, "")) or gettext("Chosen in place %(place)s.") % {"place": award.position}
