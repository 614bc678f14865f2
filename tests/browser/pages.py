"""Every page of the site with something on it: address by name, for a visitor, a resident and a district officer."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from shanzhi.kernel.roles import Role
from shanzhi.people.models import RoleGrant
from shanzhi.places.models import Station
from shanzhi.ventures.forms.desk import PARTS as CALL_PARTS
from shanzhi.ventures.forms.team import PARTS
from shanzhi.ventures.models import Proposal
from tests.support.site import Site

Pages = dict[str, str]
COMMUNITY = "370102001002"
# Addresses that answer no page by GET: acts, files, states that one passes through, machines' addresses.
NO_PAGES = {
    "portal:home",  # leads to the only district
    "portal:desk",  # leads to what is due today
    "ventures:terms", "ventures:document", "ventures:attachment", "ventures:detach", "ventures:desk_draw_roll",
    "ventures:desk_import_preview",
    "voting:review", "voting:cast", "voting:file", "voting:import_preview", "voting:draw_roll",
    "people:unmask", "people:import_sheet", "people:import_preview", "people:consent", "people:open_account",
    "people:welcome", "account_confirm_login_code", "mfa_login_webauthn", "mfa_authenticate", "account_reauthenticate",
    "mfa_reauthenticate_webauthn", "mfa_remove_webauthn",
    # the living page of pieces has tests of its own
    "places:outline", "ui:preferences", "ui:pieces", "work:job", "set_language", "health", "ready", "metrics",
}  # fmt: skip


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
        "ventures:call_proposals": reverse("ventures:call_proposals", args=[site.voting.pk]),
        "ventures:call_proposals none": reverse("ventures:call_proposals", args=[site.voting.pk]) + "?q=没有的东西",
        "ventures:proposals": reverse("ventures:proposals"),
        "ventures:proposal": reverse("ventures:proposal", args=[won.pk]),
        "voting:results": reverse("voting:results", args=[finished]),
        "voting:results imported": reverse("voting:results", args=[imported]),
        "voting:recount": reverse("voting:recount", args=[finished]),
        "voting:receipt": reverse("voting:receipt", args=[finished]),
        **{name: reverse(name) for name in ("account_request_login_code", "account_login", "people:sign_up")},
        "account_inactive": reverse("account_inactive"),
        **{f"places:{name}": reverse(f"places:{name}") for name in ("country", "stations")},
        "places:search": reverse("places:search") + "?q=解放",
        "places:area": reverse("places:area", args=["370102"]),
        "places:area community": reverse("places:area", args=[COMMUNITY]),
        "places:below": reverse("places:below", args=["370102001"]),
        "places:station": reverse("places:station", args=[Station.objects.get().pk]),
    }


def resident(site: Site) -> Pages:
    """Give the pages of a resident who has a draft, handed one in and cast a ballot."""
    draft = [site.own_draft().pk]
    plain = (
        *("people:account", "people:correct", "people:verify_outside", "people:password", "account_logout"),
        *("mfa_list_webauthn", "mfa_add_webauthn", "voting:receipts", "ventures:my_proposals", "portal:today"),
        "work:jobs",
    )
    return {
        **{name: reverse(name) for name in plain},
        "ventures:propose": reverse("ventures:propose", args=[site.submission.pk]),
        **{
            f"ventures:{name}": reverse(f"ventures:{name}", args=draft)
            for name in ("edit", "files", "check", "withdraw", "handed_in")
        },
        **{f"ventures:section {part}": reverse("ventures:section", args=[*draft, part]) for part in PARTS},
        "voting:vote": reverse("voting:vote", args=[site.poll()]),
        "voting:done": reverse("voting:done", args=[site.poll()]),
        "ventures:proposal own": reverse("ventures:proposal", args=draft),
    }


def _records(site: Site) -> Pages:
    """Give the desk's pages of people and places."""
    grant = RoleGrant.objects.filter(role=Role.SOCIAL_WORKER).earliest("created_at")
    someone = site.person("resident").pk
    people = {
        **{f"people:{name}": reverse(f"people:{name}") for name in ("desk", "roles", "import")},
        **{
            f"people:{name}": reverse(f"people:{name}", args=[someone])
            for name in ("person", "verify", "revoke", "grant", "close_account")
        },
        "people:end_grant": reverse("people:end_grant", args=[grant.pk]),
    }
    forms = ("add", "rename", "split", "merge", "succeed", "close", "add-figure", "add-station")
    station = [Station.objects.get().pk]
    places = {
        **{f"places:{name}": reverse(f"places:{name}", args=[COMMUNITY]) for name in forms},
        **{f"places:{name}": reverse(f"places:{name}", args=station) for name in ("edit-station", "close-station")},
    }
    return {**people, **places}


def district(site: Site) -> Pages:
    """Give the pages of the desk of a district."""
    waiting = Proposal.objects.filter(call=site.review, state="submitted").order_by("number").first()
    assert waiting is not None
    draft, voting, review = ([call.pk] for call in (site.draft, site.voting, site.review))
    picked = f"?proposal={waiting.pk}"
    calls = {
        **{
            f"ventures:desk_{name}": reverse(f"ventures:desk_{name}")
            for name in ("calls", "new_call", "import", "reviews")
        },
        **{
            f"ventures:desk_{name}": reverse(f"ventures:desk_{name}", args=draft)
            for name in ("call", "preview", "copy", "cancel")
        },
        **{
            f"ventures:desk_{name}": reverse(f"ventures:desk_{name}", args=review)
            for name in ("change", "history", "proposals", "phase")
        },
        **{f"ventures:desk_part {part}": reverse("ventures:desk_part", args=[*draft, part]) for part in CALL_PARTS},
        **{
            f"ventures:desk_change_part {part}": reverse("ventures:desk_change_part", args=[*review, part])
            for part in CALL_PARTS
        },
        "ventures:desk_part words": reverse("ventures:desk_part", args=[*review, "words"]),
        "ventures:desk_phase voting": reverse("ventures:desk_phase", args=voting),
        "ventures:desk_exclusive": reverse("ventures:desk_exclusive", args=[waiting.pk]),
        "ventures:desk_batch": reverse("ventures:desk_batch") + picked,
        "ventures:desk_assign": reverse("ventures:desk_assign") + picked,
        "ventures:desk_review": reverse("ventures:desk_review", args=[waiting.pk]),
        "ventures:desk_review_done": reverse("ventures:desk_review_done", args=[waiting.pk]),
        "voting:import": reverse("voting:import"),
        "voting:electorate": reverse("voting:electorate", args=[site.poll()]),
    }
    return {"portal:today desk": reverse("portal:today"), **calls, **_records(site)}
