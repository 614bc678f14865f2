"""The record of processing and the impact assessment that the law asks for, written from the annotations of all rooms.

个人信息保护法 art. 55 and 56. Whoever runs an installation signs them; what they say of the program is made here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from django.apps import apps
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from shanzhi.kernel.personal import CONTENT, REGISTRY, SENSITIVE, Activity, Annotation, Erase, Ground, Kind
from shanzhi.people.fields import SealedField
from shanzhi.people.queries import own_data_schema

KINDS: Final = {
    Kind.IDENTITY: gettext_lazy("identity"), Kind.CONTACT: gettext_lazy("contact"),
    Kind.BIRTH: gettext_lazy("date of birth"), Kind.HOME: gettext_lazy("home"), Kind.SIGN_IN: gettext_lazy("sign-in"),
    Kind.DEVICE: gettext_lazy("device"), Kind.TEXT: gettext_lazy("own or others' words"),
    Kind.FILE: gettext_lazy("file"),
    Kind.RECORD: gettext_lazy("what was done or decided"), Kind.LINK: gettext_lazy("link to the record"),
}  # fmt: skip
GROUNDS: Final = {
    Ground.CONSENT: gettext_lazy("consent"), Ground.CONTRACT: gettext_lazy("needed for what the person asked for"),
    Ground.DUTY: gettext_lazy("duty by law"),
}  # fmt: skip
ERASES: Final = {
    Erase.EMPTY: gettext_lazy("emptied"), Erase.BLANK: gettext_lazy("emptied"),
    Erase.DELETE: gettext_lazy("row deleted"), Erase.SCRUB: gettext_lazy("name and numbers taken out"),
    Erase.SPECIAL: gettext_lazy("dropped by a rule of its own"), Erase.KEEP: gettext_lazy("stays, tells no name"),
}  # fmt: skip
LANGUAGES: Final = {"zh-hans": "", "en": ".en"}
SCHEMA: Final = "own-data.schema.json"


def fields_of(activity: Activity) -> list[Annotation]:
    """List the fields of one use of data, each once, by model and name."""
    found = {one.name: one for one in REGISTRY.annotations.values() if one.activity == activity.key}
    return [found[name] for name in sorted(found)]


def is_sealed(one: Annotation) -> bool:
    """Tell whether a field is stored encrypted, or as a keyed digest."""
    column = apps.get_model(one.model)._meta.get_field(one.field)
    return isinstance(column, SealedField) or one.field.endswith(("_mark", "_mark_next", "_mac"))


def _stored(one: Annotation) -> str:
    if one.field.endswith(("_mark", "_mark_next", "_mac")):
        return _("keyed digest")
    return _("encrypted") if is_sealed(one) else _("readable to the database")


def record_of_processing() -> str:
    """Write the record of processing in the language that is active."""
    lines = [
        "# " + _("Record of processing of personal data"),
        "",
        _("Made from the program by `shanzhi personal-data`; a test keeps both equal. Whoever runs an installation "
          "answers for it, and adds name and address of its office and of who is in charge of personal data."),
        "",
    ]  # fmt: skip
    for number, activity in enumerate(REGISTRY.uses(), 1):
        lines += [f"## {number}. {activity.title}", "", *_about(activity), "", *_table(activity), ""]
    return "\n".join(lines)


def _about(activity: Activity) -> Iterator[str]:
    found = fields_of(activity)
    kinds = [str(KINDS[kind]) for kind in Kind if any(one.kind is kind for one in found)]
    sensitive = any(one.kind in SENSITIVE for one in found)
    for label, words in (
        (_("What for"), activity.why),
        (_("Ground"), f"{GROUNDS[activity.ground]} ({activity.law})"),
        (_("Kinds of data"), pgettext("between items", ", ").join(kinds)),
        (_("Sensitive data"), _("Yes") if sensitive else _("No")),
        (_("How long"), activity.keeping),
        (_("Who reads it"), activity.readers),
        (_("Given outside"), activity.recipients or _("nobody")),
    ):
        yield "- " + _("%(label)s: %(words)s") % {"label": label, "words": words}


def _table(activity: Activity) -> Iterator[str]:
    heads = (pgettext("record", "Table"), pgettext("record", "Field"), pgettext("record", "Kind"), _("Stored"),
             _("When the person is erased"))  # fmt: skip
    yield f"| {' | '.join(heads)} |"
    yield "|" + "---|" * len(heads)
    for one in fields_of(activity):
        cells = (REGISTRY.models[one.model], f"{REGISTRY.words(one.model, one.field)} (`{one.name}`)", KINDS[one.kind],
                 _stored(one), ERASES[one.erase])  # fmt: skip
        yield f"| {' | '.join(map(str, cells))} |"


def level(activity: Activity) -> str:
    """Judge what is left of the risk: by what is sensitive, and whether it is encrypted."""
    sensitive = [one for one in fields_of(activity) if one.kind in SENSITIVE]
    if any(not is_sealed(one) for one in sensitive):
        return _("raised: sensitive data lies readable to the database")
    return _("medium: sensitive data, encrypted") if sensitive else _("low")


def impact_assessment() -> str:
    """Write the impact assessment in the language that is active."""
    uses = REGISTRY.uses()
    lines = [
        "# " + _("Impact assessment for personal data"),
        "",
        _("Personal Information Protection Law, articles 55 and 56. Made from the program by `shanzhi personal-data`; "
          "a test keeps both equal. Whoever runs an installation checks it, adds what is peculiar to it, signs it, and "
          "keeps it for three years; it is made anew whenever data of another kind, or for another end, is taken up."),
        "",
        "## 1. " + _("Why an assessment is due"),
        "",
        *(f"- {reason}" for reason in _due(uses)),
        "",
        "## 2. " + _("Each use: need, risk, answer"),
        "",
    ]  # fmt: skip
    for activity in uses:
        lines += [f"### {activity.title}", "", *_judged(activity), ""]
    lines += ["## 3. " + _("Sensitive data that lies readable"), "", *_readable(), ""]
    lines += ["## 4. " + _("Rights of the person"), "", *(f"- {words}" for words in _rights()), ""]
    return "\n".join(lines)


def _due(uses: list[Activity]) -> Iterator[str]:
    sensitive = [str(one.title) for one in uses if any(field.kind in SENSITIVE for field in fields_of(one))]
    outside = [str(one.title) for one in uses if one.recipients]
    between = pgettext("between items", ", ")
    yield _("Sensitive personal data is used: %(uses)s.") % {"uses": between.join(sensitive)}
    yield _("Personal data is given to others who act on behalf: %(uses)s.") % {"uses": between.join(outside)}
    yield _("Nothing is decided by a machine about a person, nothing is sold or made public with a name, and nothing "
            "leaves the country unless the installation's gateways do.")  # fmt: skip


def _judged(activity: Activity) -> Iterator[str]:
    found = [one for one in fields_of(activity) if one.kind in CONTENT]
    sealed = sum(is_sealed(one) for one in found)
    for label, words in (
        (_("Lawful and needed"), f"{activity.why} {GROUNDS[activity.ground]} ({activity.law})"),
        (_("What could go wrong"), activity.risk),
        (_("Answer to the risk"), activity.answer),
        (_("Fields that can tell who somebody is"),
         _("%(all)s, of which %(sealed)s encrypted or digested") % {"all": len(found), "sealed": sealed}),
        (_("Risk that is left"), level(activity)),
    ):  # fmt: skip
        yield "- " + _("%(label)s: %(words)s") % {"label": label, "words": words}


def _readable() -> Iterator[str]:
    for activity in REGISTRY.uses():
        for one in fields_of(activity):
            if one.kind in SENSITIVE and not is_sealed(one):
                words = REGISTRY.words(one.model, one.field)
                pair = _("%(label)s: %(words)s") % {"label": REGISTRY.models[one.model], "words": words}
                yield f"- {pair} (`{one.name}`, {activity.title})"


def _rights() -> tuple[str, ...]:
    return (
        _("See and take along: the page “All that is held about me”, and the same as a file of documented form."),
        _("Correct: the own page; what was verified is verified again."),
        _("Erase: on the own page or at the office. Not while a vote runs, a chosen project is unfinished or a role of "
          "staff is held; the page says why and from when on it will be possible."),
        _("Take a consent back, and read every text as one agreed to it."),
        _("Know who looked: each look in full needs a reason and stands on the own page."),
    )  # fmt: skip


def documents() -> dict[str, str]:
    """Give every document by the name of its file: two in two languages, and the form of the own data."""
    found = {SCHEMA: json.dumps(own_data_schema(), ensure_ascii=False, indent=1) + "\n"}
    for language, ending in LANGUAGES.items():
        with translation.override(language):
            found[f"record-of-processing{ending}.md"] = record_of_processing()
            found[f"impact-assessment{ending}.md"] = impact_assessment()
    return found


def write_documents(folder: Path) -> list[Path]:
    """Write the documents into a folder; give their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in documents().items():
        (folder / name).write_text(text)
        written.append(folder / name)
    return written
