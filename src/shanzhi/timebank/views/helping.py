"""What members ask for and offer: the list, writing, one post with its answers, answering."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters

from shanzhi.kernel.errors import NotFound
from shanzhi.people import queries as people
from shanzhi.places import queries as places
from shanzhi.places.views.frames import answer_form, sent
from shanzhi.timebank import operations, policies, queries
from shanzhi.timebank.forms.own import AnswerForm, OfferForm, RequestForm, SureForm
from shanzhi.timebank.lifecycle import LIVING, POST
from shanzhi.timebank.models import Post, Sort
from shanzhi.timebank.views.frames import (
    FORM,
    deal_state,
    frame,
    help_steps,
    page,
    post_state,
    shown_name,
)
from shanzhi.ui import formatting
from shanzhi.ui.http import acting, viewing
from shanzhi.ui.listing import BooleanFilter, ChoiceFilter, Column, Empty, Listing, listing_response, page_of
from shanzhi.ui.methods import form_page
from shanzhi.ui.pieces import Answer
from shanzhi.volunteering import queries as volunteering
from shanzhi.volunteering.forms.volunteers import WEEKDAYS, hours_words

POSTS = Listing(
    key="time_bank_help",
    columns=(
        Column("title", gettext_lazy("In a few words"), sort="title", url=page_of("timebank:post")),
        Column("sort", gettext_lazy("Asks or offers"), value=lambda row: row.get_sort_display(), sort="sort"),
        Column("minutes", gettext_lazy("Credits"), value=lambda row: formatting.minutes(row.minutes), sort="minutes",
               export=lambda row: row.minutes, scale="amount"),
        Column("starts_at", gettext_lazy("When"), value=lambda row: _when(row), sort="starts_at", scale="time",
               export=lambda row: row.starts_at),
        Column("week", gettext_lazy("When, week by week"), value=lambda row: _week(row), on_page=False),
        Column("place", gettext_lazy("Where, roughly"), value=lambda row: row.place or formatting.NONE,
               export=lambda row: row.place, priority=2),
        Column("until", gettext_lazy("Stands until"), "date", sort="until", priority=2),
        Column("author", gettext_lazy("Who it is"), value=lambda row: shown_name(row.author), priority=2),
        Column("created_at", gettext_lazy("Put up on"), "date", sort="created_at", priority=3),
        Column("state", gettext_lazy("State"), "tag", value=post_state, sort="state"),
    ),
    default_sort="-created_at",
    filters=(
        ChoiceFilter("sort", gettext_lazy("Asks or offers"), choices=Sort.choices),
        BooleanFilter(
            "own", gettext_lazy("Whose"), yes=gettext_lazy("My own"), no=gettext_lazy("Of other members"),
        ),
        ChoiceFilter("state", gettext_lazy("State"), choices=POST.choices()),
        ChoiceFilter("weekday", gettext_lazy("Offered on"), apply=queries.on_weekday,
                     choices=[(str(day), words) for day, words in enumerate(WEEKDAYS, 1)]),
    ),
    search=queries.search_posts,
    search_label=gettext_lazy("Part of the title"),
    empty=Empty(
        gettext_lazy("Nobody asks for help or offers it now"),
        gettext_lazy("Be the first: say what you need, or what you can do for others."),
    ),
)  # fmt: skip


@login_required
def posts(request: Any, bank_id: UUID) -> HttpResponse:
    """List what members of a bank ask for and offer."""
    found = queries.bank(bank_id)
    rows = queries.posts(viewer=request.actor, bank_id=bank_id)
    context = {
        "bank": found, "heading": _("Help among members"), "own": policies.own_member(request.actor, found),
        "lead": _("What members ask for and offer. Addresses are shown to the two of a promise alone."),
        "crumbs": [(_("Home"), "/"), *help_steps(found)[:-1], (_("Help among members"), "")],
    }  # fmt: skip
    answer: HttpResponse = listing_response(request, POSTS, rows, context, template="timebank/help.html")
    return answer


@sensitive_post_parameters("address")
@login_required
@form_page
def write(request: Any, bank_id: UUID, sort: str) -> HttpResponse:
    """Ask for help, or offer it."""
    found = queries.own_member(viewer=request.actor, bank_id=bank_id).bank
    asks = sort == Sort.REQUEST
    home = people.own(viewer=request.actor).area[:12]
    given: dict[str, Any] = {
        "data": sent(request), "files": request.FILES if request.method == "POST" else None,
        "initial": {"area": home, "minutes": 60}, "areas": queries.help_areas(found, request.now),
    }  # fmt: skip
    form = (
        RequestForm(**given, skills=_skills(request, home or found.area))
        if asks else OfferForm(**given, own=_own_hours(request))
    )  # fmt: skip

    def act(form: Any) -> str:
        made = operations.post_help(bank_id=bank_id, given=form.given(sort), **acting(request))
        return page("post", made)

    heading = _("Ask for help") if asks else _("Offer help")
    context = frame(heading, _("Publish to the members"), page("help", found), *help_steps(found))
    done = _("It is published to the members. You are told here who answers.")
    return answer_form(request, form, act, context, done=done, template=FORM)


def _skills(request: Any, area: str) -> list[tuple[str, str]]:
    """List the skills that hold in the community that is chosen, code and name."""
    chosen = request.POST.get("area", area) if request.method == "POST" else area
    return [(one.code, str(one)) for one in volunteering.skills(chosen if chosen.isdigit() else area)]


def _own_hours(request: Any) -> list[tuple[int, int, int]]:
    """Give the free hours that one said as a volunteer; none is ticked beforehand, since all members read an offer."""
    entry = volunteering.mine(viewer=request.actor)
    return [(one.weekday, one.starts, one.ends) for one in entry.hours.all()] if entry is not None else []


def _week(row: Post) -> str:
    """Say at which hours of a week an offer holds."""
    comma = "、" if formatting.chinese() else ", "
    return comma.join(hours_words(one.span) for one in row.hours.all())


def _when(row: Post) -> str:
    """Say when a request is for, or at which hours of a week an offer holds."""
    return formatting.moment(row.starts_at) if row.starts_at else _week(row) or formatting.NONE


@login_required
def post(request: Any, post_id: UUID) -> HttpResponse:
    """Show a post; to its author with the answers, to others with the way to answer."""
    found = queries.post(**viewing(request), post_id=post_id)
    mine = request.actor.is_person(found.author.person_id)
    own = None if mine else queries.own_deal(viewer=request.actor, found=found)
    context = {
        "post": found, "heading": found.title, "state": post_state(found), "pairs": _pairs(request, found),
        "mine": mine, "own": own, "may_close": mine or policies.keeps(request.actor, found.bank),
        "own_state": deal_state(own) if own else None,
        "asked": None if mine else queries.asked_upon(viewer=request.actor, found=found),
        "answers": [(one, deal_state(one), _other(one, found)) for one in queries.deals_of(found)] if mine else [],
        "may_answer": found.state == "open" and not mine and (own is None or own.state not in LIVING)
        and policies.own_member(request.actor, found.bank) is not None,
        "crumbs": [(_("Home"), "/"), *help_steps(found.bank), (found.title, "")],
    }  # fmt: skip
    return render(request, "timebank/post.html", context)


def _other(deal: Any, found: Post) -> str:
    other = deal.taker if deal.helper_id == found.author_id else deal.helper
    return shown_name(other)


def _pairs(request: Any, found: Post) -> list[Answer]:
    mean = queries.mean_of(found.author, request.now)
    who = shown_name(found.author)
    if mean is not None:
        rated = _("%(stars)s of 5 stars in %(times)s ratings") % {
            "stars": f"{mean[0] // 10}.{mean[0] % 10}", "times": formatting.count(mean[1]),
        }  # fmt: skip
        who = f"{who} · {rated}"
    asks = found.sort == Sort.REQUEST
    told = [
        Answer(_("Asks or offers"), found.get_sort_display()),
        Answer(_("Who it is"), who),
        Answer(_("Credits") if asks else _("Credits for an hour"), formatting.minutes(found.minutes)),
        Answer(_("Community"), places.full_names({found.area}).get(found.area, found.area)),
    ]
    if found.place:
        told.append(Answer(_("Where, roughly"), found.place))
    if week := _week(found):
        told.append(Answer(_("When, week by week"), week))
    when = formatting.moment(found.starts_at) if asks else formatting.day(found.until)
    told.append(Answer(_("When") if asks else _("Stands until"), when))
    if found.skills:
        names = {one.code: str(one) for one in volunteering.skills(found.area)}
        comma = "、" if formatting.chinese() else ", "
        told.append(Answer(_("Skills that help"), comma.join(names.get(code, code) for code in found.skills)))
    if found.language:
        told.append(Answer(_("Language"), found.get_language_display()))
    return told


@login_required
@form_page
def answer(request: Any, post_id: UUID) -> HttpResponse:
    """Answer a post."""
    found = queries.post(**viewing(request), post_id=post_id)
    form = AnswerForm(sent(request), initial={"minutes": found.minutes}, sort=found.sort)

    def act(form: Any) -> str:
        given = form.cleaned_data
        made = operations.answer_post(
            post_id=post_id, message=given["message"], minutes=given.get("minutes"), **acting(request)
        )
        return page("deal", made)

    asks = found.sort == Sort.REQUEST
    lead = _("The other decides. Credits are held only from the promise on.")
    heading = _("Offer to help") if asks else _("Ask for this help")
    steps = [*help_steps(found.bank), (found.title, page("post", found))]
    context = frame(heading, heading, page("post", found), *steps, lead=lead)
    return answer_form(request, form, act, context, done=_("Your answer is sent."), template=FORM)


@login_required
@form_page
def close(request: Any, post_id: UUID) -> HttpResponse:
    """Close one's own post, after a question."""
    found = queries.post(**viewing(request), post_id=post_id)
    if not request.actor.is_person(found.author.person_id) and not policies.keeps(request.actor, found.bank):
        raise NotFound

    def act(form: Any) -> str:
        operations.close_post(post_id=post_id, **acting(request))
        return page("post", found)

    lead = _("Nobody answers it any more, and answers that wait lapse. What is promised stays.")
    steps = [*help_steps(found.bank), (found.title, page("post", found))]
    context = frame(_("Close this"), _("Close it"), page("post", found), *steps, lead=lead, kind="danger")
    return answer_form(request, SureForm(sent(request)), act, context, done=_("It is closed."), template=FORM)


@login_required
def photo(request: Any, post_id: UUID) -> FileResponse:
    """Give the photo of a post."""
    answer = FileResponse(queries.photo(**viewing(request), post_id=post_id).open("rb"), content_type="image/jpeg")
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
