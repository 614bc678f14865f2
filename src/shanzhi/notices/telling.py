"""What this room itself tells: warnings about an account, roles given and ended, digests."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID, uuid4

from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.notices import shell
from shanzhi.notices.kinds import APP, DIGEST, EMAIL, EVERYWHERE, Category, Kind, register
from shanzhi.notices.operations import notify, set_waker
from shanzhi.notices.values import LINK, MOMENT, To
from shanzhi.people import devices, signals
from shanzhi.people.models import RoleGrant

SECURITY: Final = Category(
    "security",
    _("Safety of my account"),
    _("A new password or second factor, a sign-in on a new device."),
    needed=_("Without them somebody could take over your account and you would not know."),
    order=10,
)
ROLES: Final = Category(
    "roles",
    _("My roles"),
    _("A role was given to you, or ended."),
    needed=_("A role gives duties and rights, and whoever holds it must know."),
    order=20,
)
PASSWORD: Final = Kind(
    "security.password",
    SECURITY,
    _("Your password was set or changed"),
    _(
        "The password of your account was set or changed at %(moment)s. If that was not you, sign in by a code and set "
        "another."
    ),
    {"moment": MOMENT, "link": LINK},
    channels=EVERYWHERE,
    urgent=True,
)
DEVICE: Final = Kind(
    "security.device",
    SECURITY,
    _("Sign-in on a new device"),
    _(
        "Somebody signed in to your account on a new device at %(moment)s. If that was not you, change your password "
        "now."
    ),
    {"moment": MOMENT, "link": LINK},
    channels=EVERYWHERE,
    urgent=True,
)
FACTOR: Final = Kind(
    "security.factor",
    SECURITY,
    _("Your second factor was changed"),
    _(
        "A second factor of your account was set up or removed at %(moment)s. If that was not you, tell your office at "
        "once."
    ),
    {"moment": MOMENT, "link": LINK},
    channels=EVERYWHERE,
    urgent=True,
)
RECOVERY: Final = Kind(
    "security.recovery",
    SECURITY,
    _("Somebody asked to remove your second factor"),
    _(
        "Two officers decide on it; the last step was at %(moment)s. If it was not you who came to the office, sign in "
        "and stop it now."
    ),
    {"moment": MOMENT, "link": LINK},
    channels=EVERYWHERE,
    urgent=True,
)
REMOVED: Final = Kind(
    "security.removed",
    SECURITY,
    _("Your second factor was removed"),
    _(
        "Two officers removed your second factor at %(moment)s and every device was signed out. If it was not you who "
        "came to the office, tell your office at once."
    ),
    {"moment": MOMENT, "link": LINK},
    channels=EVERYWHERE,
    urgent=True,
)
GIVEN: Final = Kind(
    "roles.given",
    ROLES,
    _("A role was given to you"),
    _("Since %(moment)s you hold a further role. Your account shows which one, where and until when."),
    {"moment": MOMENT, "link": LINK},
    channels=frozenset({APP, EMAIL}),
)
ENDED: Final = Kind(
    "roles.ended",
    ROLES,
    _("A role of yours has ended"),
    _("A role that you held ended at %(moment)s. Your account shows your roles."),
    {"moment": MOMENT, "link": LINK},
    channels=frozenset({APP, EMAIL}),
)
MERGED: Final = Kind(
    "security.merged",
    SECURITY,
    _("Two records under your name were merged"),
    _(
        "Your office merged two records as one person's at %(moment)s. Nothing was deleted. If you are not both, tell "
        "your office at once; it can be undone."
    ),
    {"moment": MOMENT, "link": LINK},
    channels=EVERYWHERE,
    urgent=True,
)
PARTED: Final = Kind(
    "security.parted",
    SECURITY,
    _("The merge of your records was undone"),
    _("Your office undid a merge at %(moment)s: the two records stand by themselves again, as they were."),
    {"moment": MOMENT, "link": LINK},
    channels=EVERYWHERE,
    urgent=True,
)
GUARDIANS: Final = Category(
    "guardians",
    _("Guardians and wards"),
    _("A guardian was noted, agreed for a ward, took that back, or the guardianship ended."),
    needed=_("Guardian and ward must know who may decide for whom."),
    order=25,
)
ASKED: Final = Kind(
    "guardians.asked",
    GUARDIANS,
    _("A minor waits for your consent"),
    _("You were noted as a guardian at %(moment)s. Read under My wards what is asked, and agree or leave it."),
    {"moment": MOMENT, "link": LINK},
    channels=frozenset({APP, EMAIL}),
)
NOTED: Final = Kind(
    "guardians.noted",
    GUARDIANS,
    _("A guardian was noted for you"),
    _("Your community office noted a guardian for you at %(moment)s. Look under My guardians, and tell it of errors."),
    {"moment": MOMENT, "link": LINK},
)
CONSENTED: Final = Kind(
    "guardians.consent",
    GUARDIANS,
    _("A guardian decided for you"),
    _("At %(moment)s a guardian agreed for you to how data is used, or took that back. Look under My guardians."),
    {"moment": MOMENT, "link": LINK},
)
OVER: Final = Kind(
    "guardians.ended",
    GUARDIANS,
    _("A guardianship has ended"),
    _("Your community office ended a guardian link of yours at %(moment)s. What was agreed by it no longer counts."),
    {"moment": MOMENT, "link": LINK},
    channels=frozenset({APP, EMAIL}),
)
OWN_GUARDIANS: Final = To("people:guardians")
OWN_WARDS: Final = To("people:wards")
ACCOUNT: Final = To("people:account")
FACTORS: Final = To("people:second_factor")
register(
    DIGEST, PASSWORD, DEVICE, FACTOR, RECOVERY, REMOVED, MERGED, PARTED, GIVEN, ENDED, ASKED, NOTED, CONSENTED, OVER
)  # fmt: skip


def _warn(kind: Kind, link: To, *, actor: Actor, person_id: UUID, at: datetime, **_more: Any) -> None:
    notify(actor=actor, kind=kind, values={"moment": at, "link": link}, to=[person_id], key=str(uuid4()), at=at)


def _warn_of_recovery(*, state: str, **told: Any) -> None:
    """Tell of each step towards removal; one that was stopped harms nobody."""
    if state != "stopped":
        _warn(REMOVED if state == "done" else RECOVERY, FACTORS, **told)


def _tell_role(kind: Kind, *, actor: Actor, grant: RoleGrant, at: datetime, **_more: Any) -> None:
    """Tell the holder, unless the holder did it."""
    if actor.is_person(grant.person_id):
        return
    moment = max(at, grant.starts_at) if kind is GIVEN else min(at, grant.ends_at or at)
    values = {"moment": moment, "link": ACCOUNT}
    notify(actor=actor, kind=kind, values=values, to=[grant.person_id], key=str(grant.pk), at=at)


def _tell_link(
    to_guardian: Kind, to_ward: Kind, *, actor: Actor, ward_id: UUID, guardian_id: UUID, link_id: UUID, at: datetime,
    **_more: Any,
) -> None:  # fmt: skip
    """Tell guardian and ward, naming nobody: who it is they see on their own pages."""
    for kind, person_id, link in ((to_guardian, guardian_id, OWN_WARDS), (to_ward, ward_id, OWN_GUARDIANS)):
        key = f"{link_id}:{person_id}"
        notify(actor=actor, kind=kind, values={"moment": at, "link": link}, to=[person_id], key=key, at=at)


def _tell_ward(*, actor: Actor, ward_id: UUID, at: datetime, **_more: Any) -> None:
    values = {"moment": at, "link": OWN_GUARDIANS}
    notify(actor=actor, kind=CONSENTED, values=values, to=[ward_id], key=str(uuid4()), at=at)


for _signal, _receiver in (
    (signals.password_set, partial(_warn, PASSWORD, ACCOUNT)),
    (signals.signed_in_anew, partial(_warn, DEVICE, ACCOUNT)),
    (signals.factor_changed, partial(_warn, FACTOR, FACTORS)),
    (signals.recovery_moved, _warn_of_recovery),
    (signals.people_merged, partial(_warn, MERGED, ACCOUNT)),
    (signals.merge_undone, partial(_warn, PARTED, ACCOUNT)),
    (signals.role_given, partial(_tell_role, GIVEN)),
    (signals.role_ended, partial(_tell_role, ENDED)),
    (signals.guardian_linked, partial(_tell_link, ASKED, NOTED)),
    (signals.guardian_ended, partial(_tell_link, OVER, OVER)),
    (signals.guardian_consent, _tell_ward),
):
    _signal.connect(_receiver, weak=False, dispatch_uid="shanzhi.notices")
devices.watch()
# Looked up when it is first needed: a task is bound to the queue of the settings in the moment of its import.
set_waker(lambda: import_string("shanzhi.notices.tasks.send_notices").enqueue())
shell.install()
