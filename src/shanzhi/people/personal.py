"""What this room holds about people."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.personal import DUTIES, SPECIALS, Category, Duty, Erase, Ground, Retention, Special, describe
from shanzhi.kernel.roles import STAFF_READERS
from shanzhi.people.fields import ID_NUMBER, PHONE, PHONE_OF_INVITATION, mark
from shanzhi.people.models import Account, ImportBatch, Invitation, Person, RoleGrant, SignIn
from shanzhi.people.operations.sessions import ERASED, end_sessions

C, E = Category, Erase
VOTE: Final = "one person one vote, and proposals by real people"
describe(
    "people.Person", "pk",
    ("name", C.IDENTITY, E.BLANK), ("name_mark", C.IDENTITY, E.EMPTY), ("id_number", C.IDENTITY, E.EMPTY),
    ("id_mark", C.IDENTITY, E.EMPTY), ("phone", C.CONTACT, E.EMPTY), ("phone_mark", C.CONTACT, E.EMPTY),
    ("born_on", C.BIRTH, E.EMPTY), ("area", C.HOME, E.SPECIAL), ("real_name", C.IDENTITY, E.SPECIAL),
    ("verified_at", C.IDENTITY, E.EMPTY), ("verified_against", C.IDENTITY, E.BLANK), ("verified_by", C.LINK, E.EMPTY),
    ("merged_into", C.LINK, E.KEEP), purpose=VOTE,
)  # fmt: skip
describe(
    "people.Account", "person_id",
    ("login_name", C.SIGN_IN, E.SPECIAL), ("phone", C.CONTACT, E.SPECIAL), ("phone_mark", C.CONTACT, E.SPECIAL),
    ("person", C.LINK, E.SPECIAL), purpose="signing in",
)  # fmt: skip
describe("mfa.Authenticator", "user__person_id", ("user", C.SIGN_IN, E.SPECIAL), purpose="second factor",
         ground=Ground.SAFETY)  # fmt: skip
describe(
    "people.SignIn", "account__person_id",
    ("account", C.LINK, E.DELETE), ("device", C.DEVICE, E.DELETE), ("network", C.DEVICE, E.DELETE),
    ("started_at", C.DEVICE, E.DELETE), ("seen_at", C.DEVICE, E.DELETE),
    purpose="the own list of devices", ground=Ground.SAFETY, retention=Retention.DAYS,
)  # fmt: skip
describe(
    "people.RoleGrant", "person_id",
    ("person", C.LINK, E.KEEP), ("role", C.LINK, E.KEEP), ("area", C.LINK, E.KEEP), ("reason", C.TEXT, E.BLANK),
    ("ended_reason", C.TEXT, E.BLANK), purpose="who may do what", ground=Ground.DUTY, retention=Retention.RECORD,
)  # fmt: skip
describe("people.RoleGrant", "granted_by_id", ("granted_by", C.LINK, E.KEEP), purpose="who gave a role",
         ground=Ground.DUTY, retention=Retention.RECORD)  # fmt: skip
describe(
    "people.Consent", "person_id",
    ("person", C.LINK, E.KEEP), ("purpose", C.LINK, E.KEEP), ("text_version", C.LINK, E.KEEP),
    ("given_at", C.LINK, E.KEEP), ("withdrawn_at", C.LINK, E.KEEP),
    purpose="proof of consent", ground=Ground.DUTY, retention=Retention.RECORD,
)  # fmt: skip
describe("people.Consent", "given_by_id", ("given_by", C.LINK, E.KEEP), purpose="proof of a guardian's consent",
         ground=Ground.DUTY, retention=Retention.RECORD)  # fmt: skip
describe("people.ImportBatch", "", ("rows", C.IDENTITY, E.SPECIAL), purpose="a list that waits to be written",
         retention=Retention.DAYS)  # fmt: skip
describe("people.ImportBatch", "owner_id", ("owner", C.LINK, E.KEEP), purpose="who sent a list", ground=Ground.DUTY,
         retention=Retention.RECORD)  # fmt: skip
describe("people.Invitation", "", ("phone", C.CONTACT, E.SPECIAL), ("phone_mark", C.CONTACT, E.SPECIAL),
         ("reason", C.TEXT, E.SPECIAL), purpose="inviting a colleague", ground=Ground.CONTRACT,
         retention=Retention.DAYS)  # fmt: skip
for _field in ("invited_by", "taken_by"):
    describe("people.Invitation", f"{_field}_id", (_field, C.LINK, E.KEEP), purpose="who invited whom",
             ground=Ground.DUTY, retention=Retention.RECORD)  # fmt: skip
describe("people.Recovery", "person_id", ("person", C.LINK, E.KEEP), ("account", C.LINK, E.KEEP),
         ("document", C.IDENTITY, E.BLANK), ("reason", C.TEXT, E.BLANK), ("ended_reason", C.TEXT, E.BLANK),
         purpose="recovering a second factor", ground=Ground.SAFETY, retention=Retention.RECORD)  # fmt: skip
for _field in ("asked_by", "approved_by", "ended_by"):
    describe("people.Recovery", f"{_field}_id", (_field, C.LINK, E.KEEP), purpose="who decided on a recovery",
             ground=Ground.DUTY, retention=Retention.RECORD)  # fmt: skip
describe("people.Guardianship", "child_id", ("child", C.LINK, E.KEEP), ("document", C.IDENTITY, E.BLANK),
         ("ended_reason", C.TEXT, E.BLANK), ("relation", C.LINK, E.KEEP), ("ends_on", C.BIRTH, E.KEEP),
         purpose="consent for minors", ground=Ground.DUTY, retention=Retention.RECORD)  # fmt: skip
for _field in ("guardian", "verified_by"):
    describe("people.Guardianship", f"{_field}_id", (_field, C.LINK, E.KEEP), purpose="consent for minors",
             ground=Ground.DUTY, retention=Retention.RECORD)  # fmt: skip
describe("people.Merge", "kept_id", ("kept", C.LINK, E.KEEP), ("before", C.IDENTITY, E.EMPTY),
         ("reason", C.TEXT, E.BLANK), purpose="undoing a merge", retention=Retention.RECORD)  # fmt: skip
for _field in ("dropped", "merged_by", "undone_by"):
    describe("people.Merge", f"{_field}_id", (_field, C.LINK, E.KEEP), purpose="who merged which records",
             ground=Ground.DUTY, retention=Retention.RECORD)  # fmt: skip
describe("people.Erasure", "person_id", ("person", C.LINK, E.KEEP), purpose="proof of erasure", ground=Ground.DUTY,
         retention=Retention.RECORD)  # fmt: skip
# The rooms below cannot name this one; what they hold is described here.
describe("audit.Event", "actor_person", ("actor_person", C.LINK, E.KEEP), purpose="who did what", ground=Ground.DUTY,
         retention=Retention.RECORD)  # fmt: skip
describe("work.Job", "owner", ("owner", C.LINK, E.KEEP), purpose="work in the background", retention=Retention.DAYS)
describe("work.AnsweredRequest", "", ("owner", C.LINK, E.SPECIAL), purpose="repeats made harmless",
         retention=Retention.DAYS)  # fmt: skip


def erase_account(person_id: UUID, at: datetime) -> int:
    """Close and unlink the sign-in; its phone, name, password and factors go, its row stays for what points to it."""
    account = Account.objects.filter(person_id=person_id).first()
    if account is None:
        return 0
    _drop_invitations(account)
    end_sessions(account_id=account.pk, why=ERASED, at=at)
    Authenticator.objects.filter(user_id=account.pk).delete()
    SignIn.objects.filter(account=account).delete()
    account.person, account.phone, account.phone_mark = None, None, None
    account.login_name, account.is_active, account.phone_verified = f"erased-{account.pk.hex}", False, False
    account.last_login = None
    account.set_unusable_password()
    account.save()
    return 1


def _drop_invitations(account: Account) -> None:
    phone = account.phone.reveal() if account.phone else ""
    found = Invitation.objects.filter(phone_mark=mark(phone, purpose=PHONE_OF_INVITATION))
    found.filter(state="open").update(state="ended", phone=None, phone_mark=None, reason="")


def erase_from_lists(person_id: UUID, _at: datetime) -> int:
    """Take the person out of lists that wait to be written: by number, by phone, by name in the same community."""
    person, taken = Person.objects.get(pk=person_id), 0
    for batch in ImportBatch.objects.exclude(rows=None).select_for_update():
        rows = json.loads(batch.rows.reveal())
        left = [row for row in rows if not _is(person, row)]
        if len(left) != len(rows):
            taken += len(rows) - len(left)
            batch.rows, batch.fresh = json.dumps(left), max(0, batch.fresh - (len(rows) - len(left)))
            batch.save(update_fields=["rows", "fresh"])
    return taken


def _is(person: Person, row: dict[str, Any]) -> bool:
    number, phone = row.get("id_number"), row.get("phone")
    if number and person.id_mark is not None and bytes(person.id_mark) == mark(number, purpose=ID_NUMBER):
        return True
    if phone and person.phone_mark is not None and bytes(person.phone_mark) == mark(phone, purpose=PHONE):
        return True
    return bool(row.get("name") == person.name.reveal() and row.get("area") == person.area)


def holds_a_role(person_id: UUID, at: datetime) -> Any:
    """Refuse while a role of staff runs: its holder answers for what is done in it."""
    running = RoleGrant.objects.filter(Q(ends_at=None) | Q(ends_at__gt=at), person_id=person_id, starts_at__lte=at)
    if running.filter(role__in=STAFF_READERS).exists():
        return _("You hold a role of staff. Lay it down first.")
    return None


SPECIALS += [Special("people", erase_from_lists), Special("people", erase_account)]
DUTIES.append(Duty("people", holds_a_role))
