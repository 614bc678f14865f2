"""Every page of the site with something on it: address by name, for a visitor, a resident and a district officer."""

from __future__ import annotations

from uuid import UUID

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from shanzhi.audit.models import Event
from shanzhi.audit.operations.sealing import seal
from shanzhi.kernel.roles import Role
from shanzhi.notices.links import Choice, unsubscribe_path
from shanzhi.notices.models import Delivery, EmailAddress, Notice
from shanzhi.people.actors import actor_for
from shanzhi.people.models import RoleGrant
from shanzhi.people.operations import give_consent
from shanzhi.places.models import AreaFigure, Station
from shanzhi.ventures.forms.desk import PARTS as CALL_PARTS
from shanzhi.ventures.forms.team import PARTS
from shanzhi.ventures.models import Comment, Proposal
from shanzhi.voting.models import PaperMark, RollEntry
from tests.activities import pages as activities
from tests.assignments import pages as assignments
from tests.attendance import pages as attendance
from tests.browser import rounds_pages
from tests.browser.people_pages import merging_people
from tests.funding import pages as money_pages
from tests.ledger.pages import pages as ledger_pages
from tests.organizations import pages as organizations
from tests.outcomes import pages as outcomes
from tests.projects import pages as projects
from tests.service import pages as service
from tests.support.booths import booth_of
from tests.support.guardians import guarded
from tests.support.site import Site
from tests.support.waiting import pages as pages_between
from tests.timebank import pages as timebank
from tests.ventures.seat_table import pages as seat_pages
from tests.ventures.training_support import trained
from tests.volunteering import pages as volunteering

Pages = dict[str, str]
SIGNING_IN = ("account_request_login_code", "account_login", "people:sign_up", "account_inactive")
COMMUNITY = "370102001002"


def names() -> set[str]:
    """Give the name of every address of our own, the API's left out."""
    return set(_names(get_resolver().url_patterns, ""))


def _names(patterns: list[URLPattern | URLResolver], prefix: str) -> list[str]:
    found = []
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace != "api":
                inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
                found += _names(pattern.url_patterns, inner)
        else:
            found.append(f"{prefix}{pattern.name}")
    return found


def each_once(found: Pages) -> Pages:
    """Leave each address once, as it is listed first; its other states go to the thorough run."""
    first: dict[str, tuple[str, str]] = {}
    for name, path in found.items():
        first.setdefault(name.split(" ")[0], (name, path))
    return dict(first.values())


def visitor(site: Site) -> Pages:
    """Give the public pages."""
    won = Proposal.objects.filter(call=site.finished, state="won").order_by("number").first() or site.own_draft()
    finished, imported = site.finished.poll_id, site.imported.poll_id
    calls = {"voting": site.voting, "submission": site.submission, "finished": site.finished, "imported": site.imported}
    return {
        "portal:district": reverse("portal:district", args=["370102"]),
        "portal:search": reverse("portal:search") + "?q=灯",
        "portal:search nothing": reverse("portal:search") + "?q=没有的东西",
        "portal:today signed out": reverse("portal:today"),
        **{f"portal:{name}": reverse(f"portal:{name}") for name in ("open_data", "accessibility", "sources")},
        "ventures:calls": reverse("ventures:calls"),
        **{f"ventures:call {name}": reverse("ventures:call", args=[call.pk]) for name, call in calls.items()},
        "ventures:call no notice": reverse("ventures:call", args=[site.voting.pk]) + "?notice-q=没有的东西",
        "ventures:call_proposals": reverse("ventures:call_proposals", args=[site.voting.pk]),
        "ventures:call_proposals none": reverse("ventures:call_proposals", args=[site.voting.pk]) + "?q=没有的东西",
        "ventures:proposals": reverse("ventures:proposals"),
        "ventures:proposal": reverse("ventures:proposal", args=[won.pk]),
        "voting:results": reverse("voting:results", args=[finished]),
        "voting:results imported": reverse("voting:results", args=[imported]),
        "voting:results narrowed": reverse("voting:results", args=[finished])
        + "?project-q=没有的东西&round-sort=-number&rule-won=1",
        "voting:recount": reverse("voting:recount", args=[finished]),
        "voting:receipt": reverse("voting:receipt", args=[finished]),
        "notices:unsubscribe": unsubscribe_path(Choice(site.person("resident").pk, "voting", "email")),
        "notices:unsubscribe needed": unsubscribe_path(Choice(site.person("resident").pk, "security", "email")),
        "voting:places": reverse("voting:places", args=[site.poll()]),
        **{n: reverse(n) for n in SIGNING_IN},
        **{f"places:{name}": reverse(f"places:{name}") for name in ("country", "stations")},
        "places:search": reverse("places:search") + "?q=解放",
        "places:area": reverse("places:area", args=["370102"]),
        "places:area community": reverse("places:area", args=[COMMUNITY]),
        **{f"places:{n}": reverse(f"places:{n}", args=[COMMUNITY]) for n in ("figures", "corrections", "history")},
        "places:below": reverse("places:below", args=["370102001"]),
        "places:station": reverse("places:station", args=[Station.objects.latest("created_at").pk]),
        **_log(),
        **projects.public(site) | money_pages.public() | outcomes.public(site) | volunteering.public(),
        **activities.public() | service.public(site) | timebank.public(),
    }


def _log() -> Pages:
    """Give the public pages of the log, sealed for the occasion."""
    head = seal(at=timezone.now())
    assert head is not None
    digest = Event.objects.earliest("pk").digest
    return {
        "people:processing": reverse("people:processing"),
        "audit:log": reverse("audit:log"),
        "audit:head": reverse("audit:head", args=[head.size]),
        "audit:check": reverse("audit:check"),
        "audit:check found": reverse("audit:check") + f"?digest={digest}",
    }


def resident(site: Site) -> Pages:
    """Give the pages of a resident who has a draft, handed one in and cast a ballot."""
    draft = [site.own_draft().pk]
    plain = (
        *("people:account", "people:correct", "people:verify_outside", "people:password", "account_logout"),
        *("people:sessions", "people:second_factor", "people:own_data", "people:erase", "people:consents"),
        *("people:wards", "people:guardians"),
        *("mfa_list_webauthn", "mfa_add_webauthn", "voting:receipts", "ventures:my_proposals", "portal:today"),
        "work:jobs",
    )
    own = actor_for(account=site.account("resident"), at=site.at)
    given = give_consent(actor=own, purpose="real_name", at=site.at)
    return {
        **organizations.own_filing_pages(own.person()) | volunteering.own(site) | service.own(site),
        **activities.own(site) | attendance.own(site) | timebank.own(site),
        **assignments.own(site),
        **{name: reverse(name) for name in plain},
        "people:consent_text": reverse("people:consent_text", args=[given.pk]),
        **{
            f"people:{name}": reverse(f"people:{name}", args=[guarded(site).ward_id]) for name in ("ward", "ward_erase")
        },
        "ventures:propose": reverse("ventures:propose", args=[site.submission.pk]),
        **{
            f"ventures:{name}": reverse(f"ventures:{name}", args=draft)
            for name in ("edit", "files", "check", "withdraw", "handed_in")
        },
        **{f"ventures:section {part}": reverse("ventures:section", args=[*draft, part]) for part in PARTS},
        "voting:vote": reverse("voting:vote", args=[site.poll()]),
        "voting:done": reverse("voting:done", args=[site.poll()]),
        **projects.team(site),
        "ventures:proposal own": reverse("ventures:proposal", args=draft),
        **rounds_pages.voices(site),
        **_notices(site),
        **rounds_pages.disputes(site),
        **rounds_pages.mergers(site),
        **seat_pages(site),
    }


def _notices(site: Site) -> Pages:
    """Give the pages of a resident's notices, with an e-mail address that waits for its code."""
    person = site.person("resident")
    asked = {"wanted": "example@example.cn", "code_mark": b"-", "code_until": site.at, "changed_at": site.at}
    EmailAddress.objects.update_or_create(person=person, defaults=asked)
    newest = Delivery.objects.filter(person=person, channel="app").latest("created_at")
    return {
        **{f"notices:{name}": reverse(f"notices:{name}") for name in ("own", "choices", "email", "email_code")},
        "notices:own none": reverse("notices:own") + "?q=没有的东西",
        "notices:notice": reverse("notices:notice", args=[newest.pk]),
    }


def _records(site: Site) -> Pages:
    """Give the desk's pages of people and places."""
    grant = RoleGrant.objects.filter(role=Role.SOCIAL_WORKER).earliest("created_at")
    someone = site.person("resident").pk
    plain = (
        *("desk", "roles", "import", "twins", "merges", "recoveries", "invitations", "invite", "review"),
        "guardians_desk",
    )
    people = {
        **{f"people:{name}": reverse(f"people:{name}") for name in plain},
        "people:guardianship": reverse("people:guardianship", args=[guarded(site).pk]),
        "people:link_guardian": reverse("people:link_guardian", args=[guarded(site).ward_id]),
        **{
            f"people:{name}": reverse(f"people:{name}", args=[someone])
            for name in ("person", "verify", "revoke", "grant", "close_account", "begin_recovery", "erase_other")
        },
        "people:merge_with": reverse("people:merge_with", args=[someone]) + "?q=没有的人",
        **merging_people(),
        "people:end_grant": reverse("people:end_grant", args=[grant.pk]),
    }
    forms = ("add", "rename", "split", "merge", "succeed", "close", "add-figure", "add-station")
    station = [Station.objects.latest("created_at").pk]
    figure = AreaFigure.objects.filter(area=COMMUNITY).latest("revision")
    places = {
        **{f"places:{name}": reverse(f"places:{name}", args=[COMMUNITY]) for name in forms},
        **{f"places:{name}": reverse(f"places:{name}") for name in ("import-figures", "import-stations")},
        "places:correct-figure": reverse("places:correct-figure", args=[figure.pk]),
        **{f"places:{name}": reverse(f"places:{name}", args=station) for name in ("edit-station", "close-station")},
    }
    own = organizations.pages() | volunteering.desk() | service.desk(site.person("resident")) | activities.desk()
    own |= timebank.desk() | assignments.desk()
    return {**people, **places, **own, **ledger_pages(), **money_pages.desk(), **outcomes.desk()}


def _booths(site: Site) -> Pages:
    """Give the desks of polling places, each in the state in which it has most on it."""
    by_state = {
        "prepared": ("booth_edit", "booth_officers", "booth_cancel", "booth_print", "booth_open"),
        "open": ("booth", "booth_receive", "booth_voters", "booth_register", "booth_spoil", "booth_marks",
                 "booth_visits", "booth_close", "offline"),
        "closed": ("booth_balance", "entry", "differences"),
    }  # fmt: skip
    booths = {state: booth_of(state) for state in by_state}
    mark = PaperMark.objects.get(booth=booths["open"])
    fresh = RollEntry.objects.filter(poll=site.poll(), area__startswith=booths["open"].area).earliest("pk")
    poll = [site.poll()]
    return {
        **{f"voting:{name}": reverse(f"voting:{name}", args=poll) for name in ("booths", "booth_add")},
        "voting:paper_terms": reverse("voting:paper_terms", args=poll),
        "voting:my_booths": reverse("voting:my_booths"),
        **{
            f"voting:{name}": reverse(f"voting:{name}", args=[booths[state].pk])
            for state, listed in by_state.items()
            for name in listed
        },
        "voting:booth closed": reverse("voting:booth", args=[booths["closed"].pk]),
        "voting:booth_mark": reverse("voting:booth_mark", args=[booths["open"].pk, mark.pk]),
        "voting:booth_voter": reverse("voting:booth_voter", args=[booths["open"].pk, fresh.pk]),
    }


def _templates(draft: list[UUID]) -> Pages:
    """Give the pages on which the templates of a call are written."""
    return {
        "ventures:desk_templates": reverse("ventures:desk_templates", args=draft),
        "ventures:desk_template": reverse("ventures:desk_template", args=draft) + "?theme=为老服务",
    }


def district(site: Site) -> Pages:
    """Give the pages of the desk of a district."""
    waiting = Proposal.objects.filter(call=site.review, state="submitted").earliest("number")
    draft, voting, review = ([call.pk] for call in (site.draft, site.voting, site.review))
    picked = f"?proposal={waiting.pk}"
    calls = {
        **{f"ventures:desk_{n}": reverse(f"ventures:desk_{n}") for n in ("calls", "new_call", "import", "reviews")},
        **{
            f"ventures:desk_{name}": reverse(f"ventures:desk_{name}", args=draft)
            for name in ("call", "preview", "copy", "cancel")
        },
        **{
            f"ventures:desk_{name}": reverse(f"ventures:desk_{name}", args=review)
            for name in ("change", "history", "proposals", "phase", "places")
        },
        **_templates(draft),
        **{f"ventures:desk_part {part}": reverse("ventures:desk_part", args=[*draft, part]) for part in CALL_PARTS},
        **{
            f"ventures:desk_change_part {part}": reverse("ventures:desk_change_part", args=[*review, part])
            for part in CALL_PARTS
        },
        "ventures:desk_part words": reverse("ventures:desk_part", args=[*review, "words"]),
        **{f"ventures:desk_{n}": reverse(f"ventures:desk_{n}", args=[waiting.pk]) for n in ("exclusive", "disqualify")},
        "ventures:desk_phase voting": reverse("ventures:desk_phase", args=voting),
        **{name: reverse(name) + picked for name in ("ventures:desk_batch", "ventures:desk_assign")},
        **{f"ventures:desk_{n}": reverse(f"ventures:desk_{n}", args=[waiting.pk]) for n in ("review", "review_done")},
        **{f"voting:{n}": reverse(f"voting:{n}", args=[site.poll()]) for n in ("electorate", "roll_communities")},
    }
    return {
        **calls,
        **_talk(site),
        **_training(site),
        **_records(site),
        **_deliveries(),
        **_told(site),
        **rounds_pages.desk_of_disputes(site),
        **rounds_pages.desk_of_mergers(site),
        **_booths(site),
        **_waiting(site),
    }


def _waiting(site: Site) -> Pages:
    """Give the pages of what waits between a call's phases, and of projects that are carried out."""
    return {**pages_between(site), **projects.desk(site)}


def _talk(site: Site) -> Pages:
    """Give the desk's pages of comments, and the versions of a proposal that was mended."""
    said = Comment.objects.filter(proposal__call=site.voting, kind="comment").earliest("created_at")
    mended = said.proposal_id  # the demo's first project, handed in twice
    return {
        "ventures:desk_comments": reverse("ventures:desk_comments", args=[site.voting.pk]),
        "ventures:desk_comments none": reverse("ventures:desk_comments", args=[site.review.pk]),
        "ventures:desk_hide": reverse("ventures:desk_hide", args=[said.pk]),
        "ventures:versions": reverse("ventures:versions", args=[mended]),
        "ventures:compare_versions": reverse("ventures:compare_versions", args=[mended]),
    }


def _training(site: Site) -> Pages:
    """Give the desk's pages of training, with one session that is recorded and one that lies ahead."""
    session, row = trained(site)
    one = [session.pk]
    return {
        "ventures:desk_trainings": reverse("ventures:desk_trainings", args=[site.submission.pk]),
        "ventures:desk_trainings none": reverse("ventures:desk_trainings", args=[site.draft.pk]),
        "ventures:desk_training_new": reverse("ventures:desk_training_new", args=[site.submission.pk]),
        **{f"ventures:desk_training{n}": reverse(f"ventures:desk_training{n}", args=one) for n in ("", "_edit")},
        **{
            f"ventures:desk_training_{n}": reverse(f"ventures:desk_training_{n}", args=one) for n in ("cancel", "sheet")
        },
        "ventures:desk_training_remove": reverse("ventures:desk_training_remove", args=[*one, row.pk]),
    }


def _deliveries() -> Pages:
    """Give what staff see of notices."""
    told = Notice.objects.filter(kind="voting.opened").latest("created_at")
    delivered = reverse("notices:delivered", args=[told.pk])
    return {"notices:desk": reverse("notices:desk"), "notices:delivered": delivered}


def _told(site: Site) -> Pages:
    """Give the day of a district, its events, one of them, and histories of things."""
    opened = Event.objects.filter(verb="voting.poll.open").latest("pk")
    call, person = site.voting, site.person("resident")
    return {
        "portal:today desk": reverse("portal:today"),
        "audit:events": reverse("audit:events"),
        "audit:event": reverse("audit:event", args=[opened.pk]),
        "audit:history": reverse("audit:history", args=["ventures.call", call.pk]),
        "audit:history person": reverse("audit:history", args=["people.person", person.pk]),
    }
