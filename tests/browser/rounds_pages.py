"""Pages about disputes, mergers and voices in a round."""

from __future__ import annotations

from django.urls import reverse

from shanzhi.ventures.models import Comment, Dispute, Proposal
from tests.support.site import Site
from tests.ventures.dispute_support import disputed
from tests.ventures.merger_table import merging

Pages = dict[str, str]


def disputes(site: Site) -> Pages:
    """Give the pages of objections and appeals for the resident, who also has proposals to answer and to appeal for."""
    found = disputed(site)
    own = Proposal.objects.filter(members__person=site.person("resident"))
    lost, answered = own.get(state="rejected"), Dispute.objects.get(proposal__in=own)
    free = found.proposal.call.proposals.get(number=3)
    pages = {"object": free, "appeal": lost, "proposal rejected": lost, "proposal disputed": found.proposal}
    return {
        **{f"ventures:{n}": reverse(f"ventures:{n.split(' ')[0]}", args=[one.pk]) for n, one in pages.items()},
        "ventures:answer": reverse("ventures:answer", args=[answered.pk]),
        "ventures:withdraw_dispute": reverse("ventures:withdraw_dispute", args=[found.pk]),
    }


def desk_of_disputes(site: Site) -> Pages:
    """Give the desk's list of objections and appeals, and one to rule on."""
    one = reverse("ventures:desk_dispute", args=[disputed(site).pk])
    return {"ventures:desk_disputes": reverse("ventures:desk_disputes"), "ventures:desk_dispute": one}


def mergers(site: Site) -> Pages:
    """Give a leader's pages of like projects and of mergers: one being agreed on, one done, one refused."""
    named = merging(site)
    first, other, goes = named["first"], named["second"], named["goes"]
    return {
        "ventures:twins": reverse("ventures:twins", args=[first]),
        "ventures:twins none": reverse("ventures:twins", args=[site.own_draft().pk]),
        "ventures:merger_invite": reverse("ventures:merger_invite", args=[first, other]),
        "ventures:merger": reverse("ventures:merger", args=[named["merger"]]),
        "ventures:merger done": reverse("ventures:merger", args=[named["merged"]]),
        **{f"ventures:merger_{name}": reverse(f"ventures:merger_{name}", args=[named["merger"]])
           for name in ("plan", "refuse")},
        "ventures:before_merging": reverse("ventures:before_merging", args=[goes]),
        "ventures:proposal of two": reverse("ventures:proposal", args=[named["stays"]]),
    }  # fmt: skip


def desk_of_mergers(site: Site) -> Pages:
    """Give the desk's list of like projects, a pair, and a merging to undo."""
    named = merging(site)
    return {
        "ventures:desk_twins": reverse("ventures:desk_twins"),
        "ventures:desk_twin": reverse("ventures:desk_twin", args=[named["twin"]]),
        "ventures:desk_merger_undo": reverse("ventures:desk_merger_undo", args=[named["merged"]]),
        "ventures:merger at the desk": reverse("ventures:merger", args=[named["merger"]]),
    }


def voices(site: Site) -> Pages:
    """Give a resident's pages of earlier proposals, of versions, and of a public project with comments and backing."""
    draft, said = site.own_draft().pk, Comment.objects.filter(proposal__call=site.voting).earliest("created_at")
    return {
        "ventures:earlier": reverse("ventures:earlier", args=[site.submission.pk]),
        "ventures:earlier none": reverse("ventures:earlier", args=[site.submission.pk]) + "?q=没有的东西",
        "ventures:copy_proposal": reverse("ventures:copy_proposal", args=[site.submission.pk, draft]),
        "ventures:versions none": reverse("ventures:versions", args=[draft]),
        "ventures:compare_versions same": reverse("ventures:compare_versions", args=[draft]),
        "ventures:comment": reverse("ventures:comment", args=[said.proposal_id]),
        "ventures:proposal with comments": reverse("ventures:proposal", args=[said.proposal_id]),
    }
