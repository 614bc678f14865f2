"""What pages say of grants and events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.models import Event
from shanzhi.kernel.roles import Role
from shanzhi.people.guardianship import KINDS
from shanzhi.people.holders import Body, find
from shanzhi.people.holders import place_of as seat_of
from shanzhi.people.lifecycle import REAL_NAME
from shanzhi.people.models import ROLE_LABELS, Guardianship, Invitation, Person, PersonMerge, RoleGrant
from shanzhi.people.queries import over
from shanzhi.places import queries as places
from shanzhi.ui import pieces

VERBS: Final = {
    "people.person.declare": _("Declared"),
    "people.person.claim": _("First signed in to"),
    "people.person.correct": _("Corrected"),
    "people.person.verify": _("Verified"),
    "people.person.revoke": _("Verification taken back"),
    "people.person.unmask": _("Shown in full"),
    "people.person.import": _("Brought in from a list"),
    "people.person.import_fill": _("Filled in from a list"),
    "people.person.import_restored": _("List taken back, what it filled in emptied"),
    "people.person.import_removed": _("Removed: the list was taken back"),
    "people.role.grant": _("Role given"),
    "people.role.end": _("Role ended"),
    "people.consent.give": _("Consent given"),
    "people.consent.withdraw": _("Consent taken back"),
    "people.account.close": _("Sign-in closed"),
    "people.account.open": _("Sign-in opened again"),
    "people.role.confirm": _("Role confirmed for a year"),
    "people.role.lapse": _("Role lapsed, since nobody confirmed it"),
    "people.role.begin": _("Role begun on its date"),
    "people.role.expire": _("Role ended on its date"),
    "people.session.end": _("One device signed out"),
    "people.session.end_all": _("Signed out everywhere"),
    "people.invitation.make": _("Invited to a role"),
    "people.invitation.take": _("Invitation taken up"),
    "people.invitation.end": _("Invitation taken back"),
    "people.invitation.miss": _("Wrong code for an invitation"),
    "people.factor.add": _("Second factor set up"),
    "people.factor.remove": _("Second factor removed"),
    "people.person.erase": _("Erased"),
    "people.guardian.link": _("Guardian noted"),
    "people.guardian.end": _("Guardian link ended"),
    "people.recovery.begin": _("Second factor reported lost"),
    "people.recovery.approve": _("Removal of the second factor confirmed"),
    "people.recovery.finish": _("Second factor removed by two officers"),
    "people.recovery.stop": _("Removal of the second factor stopped"),
    "people.merge.propose": _("Merge of two records proposed"),
    "people.merge.approve": _("Two records of one person merged"),
    "people.merge.fail": _("Merge of two records tried, which was not possible"),
    "people.merge.refuse": _("Merge of two records refused"),
    "people.merge.undo": _("Merge undone, two records again"),
    "people.keys.add": _("New key for personal data added"),
    "people.keys.use": _("New key for personal data in use"),
    "people.keys.reseal": _("Personal data sealed anew under the new key"),
    "people.keys.retire": _("Old key for personal data removed"),
}
FIELD_WORDS: Final = {
    "name": _("Name"), "id_number": _("Number of the document"), "phone": _("Mobile phone"),
    "born_on": _("Date of birth"),
}  # fmt: skip
STATE_TONES: Final = {"declared": "warn", "verified": "good", "verified_outside": "good"}


@dataclass(frozen=True)
class GrantRow:
    """A role as a page shows it."""

    grant: RoleGrant
    label: Any
    place: str
    seat: str
    state: str
    tone: str

    @property
    def running(self) -> bool:
        """Whether the role can still be ended."""
        return self.state != gettext("Ended")


def grant_state(grant: RoleGrant, at: datetime) -> tuple[str, str]:
    """Give tone and words of a grant's state at a moment."""
    if grant.ends_at is not None and grant.ends_at <= at:
        return "plain", gettext("Ended")
    return ("accent", gettext("Begins later")) if grant.starts_at > at else ("good", gettext("Holds"))


def place_words(held: RoleGrant | Invitation, area_name: str | None, organization_name: str | None) -> str:
    """Say where a role holds, or the one of an invitation: the name of its area or of its organisation."""
    if held.organization is not None:
        return organization_name or gettext("An organisation that is not on record")
    return (area_name or held.area) if held.area else gettext("The whole country")


def place_of(row: Any) -> str:
    """Say where a role or an invitation of a list holds; its query names the places (`area_name` and so on)."""
    return place_words(row, row.area_name, row.organization_name)


@dataclass(frozen=True, slots=True)
class Known:
    """The names of areas by code, and the organisations, of the places that a page speaks of."""

    names: Mapping[str, str]
    bodies: Mapping[UUID, Body]

    def words(self, held: RoleGrant | Invitation) -> str:
        """Say where a role holds."""
        body = self.bodies.get(held.organization) if held.organization else None
        return place_words(held, self.names.get(held.area), body.name if body else None)

    def seat(self, held: RoleGrant) -> str:
        """Give the code of the area in which a role lies, of its organisation's seat."""
        return seat_of(held, self.bodies)


def known_places(held: Iterable[RoleGrant | Invitation], *codes: str, without: str = "") -> Known:
    """Name the places of roles and some areas besides: one query for areas, one for organisations where there are any.

    `without` leaves out what lies above that code.
    """
    listed = list(held)
    wanted = {*codes, *(one.area for one in listed)} - {""}
    return Known(places.full_names(wanted, without=without), find(one.organization for one in listed))


def grant_rows(grants: Iterable[RoleGrant], known: Known, at: datetime) -> list[GrantRow]:
    """Prepare roles for a page."""
    return [
        GrantRow(g, ROLE_LABELS[Role(g.role)], known.words(g), known.seat(g), state, tone)
        for g in grants
        for tone, state in [grant_state(g, at)]
    ]


def merge_rows(rows: Iterable[PersonMerge], person: Person) -> list[tuple[PersonMerge, Person, bool]]:
    """Prepare the merges of a record for its page: each with the other record, and whether this one gives way."""
    return [(row, row.kept, True) if row.merged_id == person.pk else (row, row.merged, False) for row in rows]


def state_tag(real_name: str) -> tuple[str, Any]:
    """Give tone and words of a real-name state."""
    return STATE_TONES[real_name], SHORT_STATES[real_name]


SHORT_STATES: Final = {"declared": _("Declared only"), "verified": _("Verified"), "verified_outside": _("Verified")}
LONG_STATES: Final = dict(REAL_NAME.states)


LINK_STATES: Final = {"holds": _("In force"), "over": _("Over")}
ENDED_HOW: Final = {
    "staff": _("Ended by staff"),
    "closed": _("Closed when noted anew or when one of the two was erased"),
    "date": _("Over since its last day"),
    "majority": _("Over: the ward is 18"),
}


@dataclass(frozen=True)
class LinkRow:
    """A guardian link as a page shows it; `until` is its last day or the day on which it was over."""

    link: Guardianship
    kind: Any
    tone: str
    state: Any
    until: date | None
    running: bool


def link_state(link: Guardianship, at: datetime) -> tuple[str, Any]:
    """Give tone and words of a guardian link's state at a moment."""
    ended = over(link, at)
    return ("good", LINK_STATES["holds"]) if ended is None else ("plain", ENDED_HOW[ended[0]])


def link_rows(links: Iterable[Guardianship], at: datetime) -> list[LinkRow]:
    """Prepare guardian links for a page."""
    found = []
    for link in links:
        ended = over(link, at)
        tone, state = link_state(link, at)
        until = link.ends_on if ended is None else ended[1]
        found.append(LinkRow(link, KINDS[link.kind], tone, state, until, ended is None))
    return found


def event_words(events: Iterable[Event], who: Mapping[int, str] | None = None) -> list[pieces.Event]:
    """Write events as a timeline: what, when, why; never a value."""
    return [
        pieces.Event(
            at=event.at,
            title=VERBS.get(event.verb, event.verb),
            text=_details(event),
            who=(who or {}).get(event.pk, ""),
            tone="good" if event.verb.endswith(".verify") else "plain",
        )
        for event in events
    ]


def lookers(events: Iterable[Event]) -> dict[int, str]:
    """Say who looked, as the person may know it: the role and its area, never the name."""
    found = [event for event in events if event.change.get("seen_as")]
    names = places.full_names({event.change["seen_in"] for event in found} - {""})
    return {
        event.pk: " · ".join(
            (str(ROLE_LABELS[Role(event.change["seen_as"])]),
             names.get(event.change["seen_in"], gettext("The whole country")))
        )
        for event in found
    }  # fmt: skip


def _details(event: Event) -> str:
    parts = []
    if event.change.get("role"):
        parts.append(str(ROLE_LABELS.get(event.change["role"], event.change["role"])))
    fields = event.change.get("fields")
    if fields:
        parts.append("、".join(str(FIELD_WORDS.get(name, name)) for name in fields))
    if event.reason:
        parts.append(gettext("Reason: %(reason)s") % {"reason": event.reason})
    return " · ".join(parts)
