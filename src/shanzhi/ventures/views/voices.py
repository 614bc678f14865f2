"""What neighbours write and do on a public project's page: comments, answers, backing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shanzhi.ui.http import Request
from shanzhi.ui.methods import acts, form_page
from shanzhi.ventures import operations, policies, queries
from shanzhi.ventures.forms.voices import CommentForm
from shanzhi.ventures.models import Proposal
from shanzhi.ventures.views.desk_frames import answer_form, sent
from shanzhi.ventures.views.rows import proposal_crumbs


def voices_of(request: Request, found: Proposal) -> dict[str, Any]:
    """Give what a proposal's page shows of comments and backing; nothing before it is public."""
    if not queries.has_voices(found):
        return {}
    page = request.GET.get("comments", "")
    return {
        "talk": queries.talk(viewer=request.actor, found=found, page=page, at=request.now),
        "backing": queries.backing(viewer=request.actor, found=found),
    }


def _back_to(proposal_id: UUID, anchor: str) -> str:
    return f"{reverse('ventures:proposal', args=[proposal_id])}#{anchor}"


@login_required
@form_page
def write(request: Request, proposal_id: UUID) -> HttpResponse:
    """Comment on a public project."""
    found = queries.proposal(viewer=request.actor, proposal_id=proposal_id)
    operations.require_commenter(request.actor, found)

    def act(form: Any) -> str:
        words = form.cleaned_data["text"]
        operations.write_comment(actor=request.actor, proposal_id=proposal_id, words=words, at=request.now)
        return _back_to(proposal_id, "comments")

    context = {
        "heading": _("Comment on this project"),
        "lead": found.title,
        "text": _("Shown with your community, never with your name. You can take it back within an hour."),
        "button": _("Publish the comment"),
        "crumbs": proposal_crumbs(found, (_("Comment"), "")),
    }
    done = _("Your comment is published.")
    return answer_form(request, CommentForm(sent(request)), act, "ventures/say.html", context, done=done)


@login_required
@form_page
def answer(request: Request, comment_id: UUID) -> HttpResponse:
    """Answer a comment for the team."""
    asked = queries.comment(viewer=request.actor, comment_id=comment_id)
    found = asked.proposal
    policies.require_writer(request.actor, found)

    def act(form: Any) -> str:
        words = form.cleaned_data["text"]
        operations.answer_comment(actor=request.actor, comment_id=comment_id, words=words, at=request.now)
        return _back_to(found.pk, "comments")

    context = {
        "heading": _("Answer a comment"),
        "lead": found.title,
        "asked": asked,
        "text": _("Shown as the team's answer, without a name."),
        "button": _("Publish the answer"),
        "crumbs": proposal_crumbs(found, (_("Answer"), "")),
    }
    done = _("Your answer is published.")
    return answer_form(request, CommentForm(sent(request)), act, "ventures/say.html", context, done=done)


@login_required
@acts
def withdraw(request: Request, comment_id: UUID) -> HttpResponse:
    """Take one's own words back."""
    found = operations.withdraw_comment(actor=request.actor, comment_id=comment_id, at=request.now)
    messages.success(request, _("Your words are taken back."))
    return redirect(_back_to(found.proposal_id, "comments"))


@login_required
@acts
def back(request: Request, proposal_id: UUID) -> HttpResponse:
    """Back a project."""
    operations.endorse(actor=request.actor, proposal_id=proposal_id, at=request.now)
    messages.success(request, _("You back this project. It is no vote: remember to vote when the vote opens."))
    return redirect(_back_to(proposal_id, "backing"))


@login_required
@acts
def stop_backing(request: Request, proposal_id: UUID) -> HttpResponse:
    """Back a project no longer."""
    operations.take_back_endorsement(actor=request.actor, proposal_id=proposal_id, at=request.now)
    messages.success(request, _("You no longer back this project."))
    return redirect(_back_to(proposal_id, "backing"))
