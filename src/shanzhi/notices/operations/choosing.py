"""How a person wants to be told: channels by category, language, digest, quiet hours; and unsubscribing by a link."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, Invalid, NotFound
from shanzhi.notices.kinds import CHANNELS, GATHERED, Category, category_of, choosable, fixed, usual_channels
from shanzhi.notices.links import Choice
from shanzhi.notices.models import DAY_MINUTES, DIGESTS, READERS_LANGUAGES, Manner, Preference
from shanzhi.people.models import Person

Wishes = Mapping[tuple[str, str], bool]


class NotToChoose(Conflict):
    """The category is needed and stays on."""

    code = "notice_needed"
    message = _("These notices cannot be switched off: %(why)s")


class BadManner(Invalid):
    """A language, digest or quiet hour that does not exist."""

    code = "bad_manner"
    message = _("Choose one of the values offered.")


def choose(*, actor: Actor, wishes: Wishes, at: datetime) -> int:
    """Write down wishes by category and channel; gives how many changed. Raises NotToChoose, NotFound."""
    person_id = actor.person()
    with transaction.atomic():
        changed = _put(person_id, wishes)
        if changed:
            _note(actor, "notices.preference.choose", person_id, changed, at)
    return len(changed)


def _put(person_id: UUID, wishes: Wishes) -> list[str]:
    """Write wishes that differ from what holds; gives them as 'category channel on|off'."""
    Person.objects.select_for_update(no_key=True).get(pk=person_id)
    held = {(one.category, one.channel): one.wanted for one in Preference.objects.filter(person_id=person_id)}
    changed = []
    for (key, channel), wanted in sorted(wishes.items()):
        category = _category(key)
        if channel not in CHANNELS:
            raise NotFound
        usual = channel in usual_channels(category)
        if fixed(category, channel):
            if not wanted:
                raise NotToChoose(why=category.needed, field=f"{key}-{channel}")
            continue
        if held.get((key, channel), usual) == wanted:
            continue
        Preference.objects.update_or_create(
            person_id=person_id, category=key, channel=channel, defaults={"wanted": wanted}
        )
        changed.append(f"{key} {channel} {'on' if wanted else 'off'}")
    return changed


def _category(key: str) -> Category:
    try:
        return category_of(key)
    except KeyError as missing:
        raise NotFound from missing


def _note(actor: Actor, verb: str, person_id: UUID, changed: list[str], at: datetime) -> None:
    """Put a choice on record for the person alone: in no area, since when and of what one hears concerns no officer."""
    person = Person.objects.only("pk").get(pk=person_id)
    record(actor=actor, verb=verb, subject=person, area="", change={"changed": changed}, at=at)


def set_manner(*, actor: Actor, language: str, digest: str, quiet_from: int, quiet_to: int, at: datetime) -> Manner:
    """Set language, digest and quiet hours (minutes of the local day; equal bounds: none). Raises BadManner."""
    checks = {
        "language": language in READERS_LANGUAGES,
        "digest": digest in DIGESTS,
        "quiet_from": 0 <= quiet_from < DAY_MINUTES,
        "quiet_to": 0 <= quiet_to < DAY_MINUTES,
    }
    for name, right in checks.items():
        if not right:
            raise BadManner(field=name)
    values = {"language": language, "digest": digest, "quiet_from": quiet_from, "quiet_to": quiet_to}
    with transaction.atomic():
        person_id = actor.person()
        held = Manner.objects.select_for_update().filter(person_id=person_id).first()
        if held is not None and all(getattr(held, name) == value for name, value in values.items()):
            return held
        manner, _fresh = Manner.objects.update_or_create(person_id=person_id, defaults=values)
        _note(actor, "notices.manner.set", person_id, [f"{name} {value}" for name, value in values.items()], at)
    return manner


def unsubscribe(*, choice: Choice, everything: bool = False, at: datetime) -> int:
    """Switch off what a signed link stands for, or every optional category on its channel; gives how many changed.

    The link is the authority: no sign-in. A second time changes nothing. Raises NotToChoose for a needed category.
    """
    person = Person.objects.filter(pk=choice.person_id).only("pk").first()
    if person is None:
        raise NotFound
    if everything or choice.category == GATHERED.key:
        keys = [one.key for one in choosable() if not fixed(one, choice.channel)]
    else:
        keys = [choice.category]
    actor = Actor(person_id=person.pk, label="link:unsubscribe")
    with transaction.atomic():
        changed = _put(person.pk, {(key, choice.channel): False for key in keys})
        if changed:
            _note(actor, "notices.preference.unsubscribe", person.pk, changed, at)
    return len(changed)
