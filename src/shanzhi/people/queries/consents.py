"""What people agreed to: every consent, and the text as it stood then, in both languages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound, SignInNeeded
from shanzhi.people import minors, policies
from shanzhi.people.models import Consent, ConsentText, Person
from shanzhi.people.texts import EVERY, PRIVACY, TEXTS, Text


@dataclass(frozen=True, slots=True)
class Agreed:
    """A consent with its text; `standing` tells whether it counts now. `text` is None where the words were lost."""

    consent: Consent
    text: Text | None
    standing: bool


def agreed(*, viewer: Actor, person_id: UUID, at: datetime) -> list[Agreed]:
    """List what a person agreed to, newest first: for the person, and for staff who may see the person."""
    if not viewer.signed_in:
        raise SignInNeeded
    person = policies.load(viewer=viewer, person_id=person_id, at=at, lock=False)
    return agreed_of(Consent.objects.filter(person=person))


def agreed_of(consents: QuerySet[Consent]) -> list[Agreed]:
    """Give consents with their texts, newest first; whoever calls saw that the viewer may read them."""
    rows = list(consents.select_related("guardianship__guardian", "withdrawn_by").order_by("-given_at", "id"))
    texts = _texts({row.text_digest for row in rows})
    return [Agreed(row, texts.get(row.text_digest), _stands(row)) for row in rows]


def agreed_one(*, viewer: Actor, consent_id: UUID, at: datetime) -> Agreed:
    """Give one consent with its text, to those who may see whose it is. Raises SignInNeeded, NotFound."""
    if not viewer.signed_in:
        raise SignInNeeded
    found = Consent.objects.select_related("person", "guardianship__guardian").filter(pk=consent_id).first()
    if found is None or not (_gave(viewer, found) or policies.sees(viewer=viewer, person=found.person, at=at)):
        raise NotFound
    return Agreed(found, _texts({found.text_digest}).get(found.text_digest), _stands(found))


def _gave(viewer: Actor, found: Consent) -> bool:
    """Tell whether the viewer gave it as a guardian; what one signed one may read, also when the link is over."""
    return found.guardianship is not None and found.guardianship.guardian_id == viewer.person_id


def agrees(rows: Iterable[Agreed]) -> bool:
    """Tell whether one of these consents covers the text of today."""
    return any(one.standing and one.consent.purpose == PRIVACY.purpose for one in rows)


def consent_due(*, viewer: Actor, at: datetime) -> bool:
    """Tell whether the viewer must be asked for the own consent to the text of today.

    So it is with who agreed to an earlier text; and with who is 14 or older now, where so far a guardian agreed alone.
    Who took the own consent back is not asked again.
    """
    if viewer.person_id is None:
        return False
    person = Person.objects.get(pk=viewer.person_id)
    if minors.is_child(person, at):
        return False
    rows = list(Consent.objects.filter(person=person))
    own = [row for row in rows if row.purpose == PRIVACY.purpose and row.withdrawn_at is None]
    if own:
        return not any(_stands(row) for row in own)
    return any(row.guardianship_id for row in rows) and all(row.guardianship_id for row in rows)


def _stands(row: Consent) -> bool:
    text = TEXTS.get(row.purpose)
    return row.withdrawn_at is None and text is not None and text.counts(row.text_version)


def _texts(digests: set[str]) -> dict[str, Text]:
    """Find texts by their digests: as they were kept, and for consents from before that as the program has them."""
    found = {text.digest: text for text in EVERY if text.digest in digests}
    for row in ConsentText.objects.filter(pk__in=digests):
        words = {language: tuple(lines) for language, lines in row.paragraphs.items()}
        found[row.digest] = Text(row.purpose, row.version, row.title, words)
    return found
