"""Choosing areas in a form: from a list where they are few, else by a part of the name, the district or the code.

A country has over 600,000 communities, and their names repeat; so each is shown with what it lies in, and where more
than a list can hold are open, one types and is shown those that fit. Without scripts a button searches: the form comes
back with what was typed, the places found as buttons to choose from, and no complaint about what is not filled in yet.
With htmx the same places come while one types.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.forms.widgets import Script
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shanzhi.ui.formatting import chinese
from shanzhi.ui.tongues import spoken

MOST_LISTED: Final = 200
"""Up to so many areas stand in a list."""
MOST_MATCHES: Final = 20
"""So many areas are shown for what was typed."""
LONGEST_WORDS: Final = 60
WHOLE: Final = "all"
"""What a form sends for the whole country, whose code is empty."""
_WORDS, _SEARCH, _SEEN = "_words", "_search", "_seen"
HELP: Final = _("Type a part of its name, or its code, and search. For a common name, put the district before it.")


@dataclass(frozen=True, slots=True)
class Place:
    """An area to choose: its code, its name, and the names of what it lies in."""

    code: str
    name: str
    above: str = ""

    def __hash__(self) -> int:
        """By the code alone, for speed: hundreds are looked up at once."""
        return hash(self.code)

    @property
    def words(self) -> str:
        """The name with what it lies in, for a line of a list."""
        return _words(self, chinese())


def _words(place: Place, in_chinese: bool) -> str:
    if not place.above:
        return place.name
    return f"{place.name}（{place.above}）" if in_chinese else f"{place.name} ({place.above})"


def lines(places: Sequence[Place]) -> tuple[tuple[str, str], ...]:
    """Give the codes of places and their words, for the options of a list; those of one list are written once."""
    return _lines(tuple(places), chinese())


@lru_cache(maxsize=64)
def _lines(places: tuple[Place, ...], in_chinese: bool) -> tuple[tuple[str, str], ...]:
    return tuple((place.code, _words(place, in_chinese)) for place in places)


@dataclass(frozen=True)
class AreaSource:
    """Which areas are open to a choice; a room with tables gives it.

    `few` are all of them where a list can hold them. `search` gives those that fit what was typed, best first, one more
    than `MOST_MATCHES` where there are more; `find` gives the open ones among codes. `url` answers with `answer`.
    `whole` names the whole country where that may be chosen too, `suggested` stand open where several are chosen.
    `nothing` says that nothing fits, where the choice is of other things than areas.
    """

    search: Callable[[str], Sequence[Place]]
    find: Callable[[Iterable[str]], Mapping[str, Place]]
    few: Sequence[Place] | None = None
    url: str = ""
    whole: Any = ""
    suggested: Sequence[Place] = ()
    nothing: Any = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was sent for an area: the codes chosen, and what was typed to find more."""

    codes: tuple[str, ...] = ()
    words: str = ""


class AreaWidget(forms.Widget):
    """A field to type in, a button that searches, and the places found to choose from."""

    template_name = "ui/widgets/area.html"

    def __init__(self, source: AreaSource, *, several: bool = False, attrs: dict[str, Any] | None = None) -> None:
        """Take where areas come from, and whether several may be chosen."""
        self.source = source
        self.several = several
        super().__init__(attrs)

    @property
    def use_fieldset(self) -> bool:  # type: ignore[override]  # a class attribute with Django
        """Several choices are a group with a legend."""
        return self.several

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        """A group has no control of its own for its label."""
        return "" if self.several else id_

    @property
    def media(self) -> forms.Media:
        """The script that brings places while one types; the page works without it."""
        return forms.Media(js=[Script("vendor/htmx.min.js", defer=True)])  # type: ignore[list-item]  # Django takes it

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Asked:
        """Read the chosen codes and what was typed."""
        codes = data.getlist(name) if isinstance(data, MultiValueDict) else _listed(data.get(name))
        typed = _plain(data.get(f"{name}{_WORDS}") or "")
        return Asked(tuple(dict.fromkeys(code for code in map(_plain, codes) if code)), typed)

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        """Tell whether nothing of this field was sent."""
        return name not in data and f"{name}{_WORDS}" not in data

    def searching(self, data: Mapping[str, Any], name: str) -> bool:
        """Tell whether the search was asked for: its button, with words whose places were not shown and chosen yet.

        Return pressed in another field of the form presses this button too, as the first of the form.
        """
        asked = self.value_from_datadict(data, None, name)
        settled = bool(asked.codes) and data.get(f"{name}{_SEEN}") == asked.words
        return f"{name}{_SEARCH}" in data and bool(asked.words) and not settled

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Prepare the field and what was found."""
        context = super().get_context(name, value, attrs)
        asked = value if isinstance(value, Asked) else Asked(tuple(code for code in _listed(value) if code))
        own = context["widget"]["attrs"].setdefault("id", f"id_{name}")
        if self.several:
            context["widget"]["attrs"] |= {"id": f"{own}_0", "aria-label": gettext("Another area: name or code")}
        suggested = [(place, place.code in asked.codes) for place in self.source.suggested] if self.several else []
        more = {"id": own, "source": self.source, "suggested": suggested}
        return {**context, **more, **found(self.source, name, asked, several=self.several)}


def _plain(value: Any) -> str:
    """Keep of what was sent what a database can be asked for."""
    return str(value).replace("\x00", "").strip()[:LONGEST_WORDS]


def _listed(value: Any) -> list[str]:
    if value is None:
        return []
    return [str(one) for one in value] if isinstance(value, list | tuple | set) else [str(value)]


def found(source: AreaSource, name: str, asked: Asked, *, several: bool) -> dict[str, Any]:
    """Work out what stands below the field: what is chosen, and the places that fit what was typed."""
    open_ones = source.find(asked.codes)
    aside = {place.code for place in source.suggested} if several else set()
    chosen = [open_ones[code] for code in asked.codes if code in open_ones and code not in aside]
    if source.whole and not several and (WHOLE in asked.codes or not asked.words):
        chosen.insert(0, Place(WHOLE, str(source.whole)))
    fitting = list(source.search(asked.words)) if asked.words else []
    matches = [one for one in fitting[:MOST_MATCHES] if one.code not in {*asked.codes, *aside}]
    sole = len(matches) == 1 and not asked.codes
    rows = [(place, place.code in asked.codes) for place in chosen] + [(place, sole) for place in matches]
    return {
        "name": name,
        "words": asked.words,
        "rows": rows,
        "more": len(fitting) > MOST_MATCHES,
        "several": several,
        "settled": not asked.words and all(checked for _place, checked in rows),
        "nothing": bool(asked.words) and not fitting,
        "nothing_words": source.nothing,
        "already": bool(fitting) and not matches,
    }


def answer(request: HttpRequest, source: AreaSource, *, several: bool = False) -> HttpResponse:
    """Answer htmx with the places that fit what has been typed; the name of the form's field comes along."""
    name = request.GET.get("name", "")
    if not name.isidentifier() or len(name) > 40:
        return HttpResponse(status=400)
    asked = AreaWidget(source).value_from_datadict(request.GET, None, name)
    context = found(source, name, asked, several=several)
    return HttpResponse(spoken(render_to_string("ui/widgets/area_matches.html", context)))


class AreaField(forms.Field):
    """An area by its code; one that the source does not hold open is refused."""

    default_error_messages = {
        "required": _("Choose: %(label)s."),
        "not_open": _("Choose an area from the list; this one is not open to you."),
        "unclear": _("More than one place fits, or none exactly. Choose one of those below."),
        "unknown": _("No place fits. Type a shorter part of its name, or its code."),
    }
    several = False
    choose: Any = _("Choose an area")
    search_help: Any = HELP
    """How to search, where there is no list; fields of other things than areas say it in their words."""
    nowhere: str | None = ""
    """What an empty choice gives; a form that must tell it from the whole country sets None."""

    def __init__(self, *, source: AreaSource, **kwargs: Any) -> None:
        """Take the source of the areas and Django's field arguments."""
        self.source = source
        if source.few is None or self.several:
            kwargs["widget"] = AreaWidget(source, several=self.several)
            kwargs.setdefault("help_text", self.search_help)
        else:
            whole = [(WHOLE, source.whole)] if source.whole else []
            pairs = [("", self.choose), *whole, *((place.code, place.words) for place in source.few)]
            kwargs["widget"] = forms.Select(choices=pairs)
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str | None:
        """Give the code, empty for the whole country; raise ValidationError for one that is not open."""
        codes = self._codes(value)
        if not codes:
            if self.required:
                raise self._wrong("required")
            return self.nowhere
        if codes[0] == WHOLE and self.source.whole:
            return ""
        if codes[0] not in self._open(codes[:1]):
            raise self._wrong("not_open")
        return codes[0]

    def _open(self, codes: Sequence[str]) -> set[str]:
        if self.source.few is not None:
            return {place.code for place in self.source.few} & set(codes)
        return set(self.source.find(codes))

    def _codes(self, value: Any) -> list[str]:
        """Give the chosen codes, or the one that the typed words name exactly."""
        if not isinstance(value, Asked):
            return [code for code in _listed(value) if code]
        return list(value.codes) or (self._meant(value.words) if value.words else [])

    def _meant(self, words: str) -> list[str]:
        matches = self.source.search(words)
        exact = [place.code for place in matches if words in (place.code, place.name)]
        if len(exact) == 1:
            return exact
        raise self._wrong("unclear" if matches else "unknown")

    def _wrong(self, code: str) -> ValidationError:
        return ValidationError(self.error_messages[code], code=code, params={"label": self.label})

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare codes, those that were typed among them."""
        try:
            return set(_listed(initial)) - {""} != set(self._codes(data))
        except ValidationError:
            return True


class AreasField(AreaField):
    """Several areas by their codes: those suggested as boxes, others by what is typed; several codes at once, too."""

    several = True

    def clean(self, value: Any) -> list[str]:  # type: ignore[override]  # several
        """Give the codes; raise ValidationError when one is not open."""
        codes = self._codes(value)
        if not codes and self.required:
            raise self._wrong("required")
        if set(codes) - self._open(codes):
            raise self._wrong("not_open")
        return codes

    def _codes(self, value: Any) -> list[str]:
        if not isinstance(value, Asked):
            return [code for code in _listed(value) if code]
        typed = value.words.split()
        if typed and all(word.isascii() and word.isdigit() for word in typed):
            return list(dict.fromkeys([*value.codes, *typed]))
        settled = not value.words or {place.code for place in self.source.search(value.words)} & set(value.codes)
        return list(dict.fromkeys([*value.codes, *([] if settled else self._meant(value.words))]))

    def names(self, codes: Iterable[str]) -> list[str]:
        """Name areas for people."""
        open_ones = self.source.find(codes)
        return [open_ones[code].words if code in open_ones else code for code in codes]


class Searches(forms.BaseForm):
    """A form that comes back unjudged while one of its areas is being searched for."""

    @property
    def searching(self) -> bool:
        """Whether the form was sent to find an area and not to be taken."""
        return self.is_bound and any(
            field.widget.searching(self.data, self.add_prefix(name))
            for name, field in self.fields.items()
            if isinstance(field.widget, AreaWidget)
        )

    def full_clean(self) -> None:
        """Judge what was sent, unless it was sent for a search."""
        if self.searching:
            self._errors = ErrorDict()
            self.cleaned_data = {}
        else:
            super().full_clean()

    def is_valid(self) -> bool:
        """Tell whether what was sent can be taken."""
        return not self.searching and super().is_valid()
