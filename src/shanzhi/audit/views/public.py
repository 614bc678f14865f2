"""What anyone may see of the log: its heads, and whether a digest is in it."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shanzhi.audit import queries
from shanzhi.audit.models import TreeHead
from shanzhi.kernel.checkpoint import VerifierKey
from shanzhi.kernel.errors import Refusal
from shanzhi.ui import formatting
from shanzhi.ui.http import Request
from shanzhi.ui.listing import BooleanFilter, Column, DateRangeFilter, Empty, Listing, listing_response
from shanzhi.ui.pieces import Answer

FEWEST_OF_A_ROOT: Final = 8
MOST_OF_A_SIZE: Final = 15
TEXT: Final = "text/plain; charset=utf-8"


def _address(head: TreeHead) -> str:
    return reverse("audit:head", args=[head.size])


def _key_id(head: TreeHead) -> str:
    return VerifierKey.read(head.key).id.hex()


def in_type(text: str) -> SafeString:
    """Set a hash, a key or a name of the log in type of one width that breaks anywhere."""
    return format_html('<code class="log-hash">{}</code>', text)


def _found(rows: QuerySet[TreeHead], words: str) -> QuerySet[TreeHead]:
    """Find heads by their size or the beginning of their root, which may be digits alone: few digits are a size."""
    digits = words.isascii() and words.isdigit()
    root = Q(root__startswith=words.lower().removeprefix("sha256:"))
    if digits and len(words) < FEWEST_OF_A_ROOT:
        return rows.filter(size=int(words))
    return rows.filter(root | Q(size=int(words))) if digits and len(words) <= MOST_OF_A_SIZE else rows.filter(root)


HEADS: Final = Listing(
    key="heads",
    columns=(
        Column("size", gettext_lazy("Leaves"), "number", sort="size", url=_address),
        Column("at", gettext_lazy("Signed"), "datetime", sort="at"),
        Column(
            "root",
            gettext_lazy("Root"),
            value=lambda head: in_type(head.root[:16] + "…"),
            export=lambda head: head.root,
        ),
        Column("key_id", gettext_lazy("Key"), value=lambda head: in_type(_key_id(head)), export=_key_id, priority=2),
        Column("note", gettext_lazy("Signed note"), value=queries.note_of, on_page=False),
    ),
    default_sort="-size",
    filters=(
        DateRangeFilter("at", gettext_lazy("Signed")),
        BooleanFilter(
            "announces",
            gettext_lazy("Key"),
            apply=lambda yes: queries.announcing(yes=yes),
            yes=gettext_lazy("Announces a new key"),
            no=gettext_lazy("Under the same key"),
        ),
    ),
    search=_found,
    search_label=gettext_lazy("Number of leaves or beginning of a root"),
    tie="size",
    empty=Empty(gettext_lazy("No head yet"), gettext_lazy("The first head comes within a minute of the first event.")),
)


def log(request: Request) -> HttpResponse:
    """Say what the log is, show its newest head and list all of them."""
    newest = queries.latest_head()
    context = {
        "heading": _("The log, for anyone to check"),
        "lead": _("Every act leaves an event, every event its place in a tree that only grows."),
        "newest": newest,
        "key": newest.next_key or newest.key if newest else "",
        "crumbs": [(_("Home"), "/"), (_("Log"), "")],
    }
    answer: HttpResponse = listing_response(request, HEADS, queries.heads(), context, template="audit/log.html")
    return answer


def head(request: Request, size: int) -> HttpResponse:
    """Show one head with its signed note."""
    found = queries.head(size=size)
    named = [(_("Leaves"), formatting.count(found.size)), (_("Signed"), formatting.moment(found.at))]
    hashes = [(_("Root"), found.root), (_("Log's name"), found.origin), (_("Key"), found.key)]
    if found.next_key:
        hashes.append((_("Announces the key"), found.next_key))
    named += [(label, in_type(value)) for label, value in hashes]
    context = {
        "head": found,
        "answers": [Answer(label, value) for label, value in named],
        "note": queries.note_of(found),
        "crumbs": [(_("Home"), "/"), (_("Log"), reverse("audit:log")), (formatting.count(size), "")],
    }
    return render(request, "audit/head.html", context)


def note(request: Request, size: int) -> HttpResponse:
    """Give a head as the signed note that monitors and witnesses read."""
    return HttpResponse(queries.note_of(queries.head(size=size)), content_type=TEXT)


def checkpoint(request: Request) -> HttpResponse:
    """Give the newest head as a signed note."""
    return HttpResponse(queries.note_of(queries.head()), content_type=TEXT)


def check(request: Request) -> HttpResponse:
    """Say whether the event of a digest is in the log, at which place, and how to check that elsewhere."""
    given = request.GET.get("digest", "").replace("\x00", "").strip()[:100]
    digest = given if given.startswith("sha256:") or not given else f"sha256:{given}"
    context: dict[str, Any] = {
        "given": given,
        "crumbs": [(_("Home"), "/"), (_("Log"), reverse("audit:log")), (_("Check a digest"), "")],
    }
    status = 200
    if given:
        try:
            found = queries.inclusion(digest=digest.lower())
        except Refusal as refusal:
            context["problem"], status = refusal.text, refusal.status
        else:
            context["found"] = found
            signed = queries.head(size=found.size)
            context["head"] = signed
            context["answers"] = [
                Answer(_("Leaf"), in_type(found.leaf.hex())),
                Answer(_("Root"), in_type(signed.root)),
            ]
            context["path"] = [one.hex() for one in found.path]
            context["place"] = formatting.count(found.index)
    return render(request, "audit/check.html", context, status=status)
