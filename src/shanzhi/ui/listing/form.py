"""The form of a list: search, order and filters, drawn by hand because every list has it and little in it changes."""

from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, pgettext

from shanzhi.ui.listing.page import ListPage


def list_form(page: ListPage, heading: object) -> SafeString:
    """Draw the form; `heading` is what its page is called, or nothing."""
    listing, path = page.listing, escape(page.request.path)
    called = listing.caption if listing.prefix else heading
    label = escape(_search_label(page) + (f" · {called}" if called else ""))
    part = f' hx-get="{path}" hx-target="#list-{escape(listing.key)}" hx-swap="outerHTML" hx-push-url="true"'
    kept = "".join(f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in page.kept)
    tools = _search(page) + _sort(page)
    return mark_safe(  # noqa: S308 - escaped here and in the parts
        f'<form class="list-form" method="get" action="{path}{escape(page.anchor)}" role="search" aria-label="{label}"'
        f"{'' if listing.prefix else part}>\n{kept}"
        + (f'<div class="list-tools">{tools}</div>' if tools else "")
        + _filters(page)
        + "</form>"
    )


def _search_label(page: ListPage) -> str:
    return str(page.listing.search_label) or gettext("Search this list")


def _button(words: str) -> str:
    return f'<button class="button second">{escape(words)}</button>'


def _search(page: ListPage) -> str:
    listing = page.listing
    if not listing.searchable:
        return ""
    key, label = escape(listing.key), escape(_search_label(page))
    return (
        f'<div class="list-search"><label class="unseen" for="q-{key}">{label}</label>\n'
        f'<input type="search" id="q-{key}" name="{escape(listing.prefix)}q" value="{escape(page.search)}"'
        f' maxlength="100" placeholder="{label}" autocomplete="off">{_button(gettext("Search"))}</div>'
    )


def _sort(page: ListPage) -> str:
    listing, orders = page.listing, page.sort_options
    if not orders:
        return ""
    key, narrow = escape(listing.key), "" if listing.cards else " only-narrow"
    return (
        f'<div class="list-sort{narrow}"><label for="s-{key}">{escape(pgettext("list", "Sort by"))}</label>'
        f'<select id="s-{key}" name="{escape(listing.prefix)}sort">{orders}</select>'
        f'<button class="button second" id="sort-{key}">{escape(pgettext("list", "Sort"))}</button></div>'
    )


def _filters(page: ListPage) -> str:
    views = page.form_filters
    if not views:
        return ""
    opened = " open" if any(view.current for view in views) else ""
    return (
        f'<details class="list-box"{opened}><summary>{escape(gettext("More filters"))}</summary>\n'
        f'<div class="list-more">{page.controls}<div>{_button(gettext("Apply"))}</div></div></details>'
    )
