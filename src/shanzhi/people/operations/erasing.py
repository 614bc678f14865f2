"""What this room drops when a person is erased, beyond single fields; called by `erasure` inside its transaction."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.personal import Hindrance, Leaving, Touched
from shanzhi.kernel.roles import STAFF_READERS
from shanzhi.people.fields import PHONE_OF_INVITATION, marks
from shanzhi.people.lifecycle import INVITATION, MERGE
from shanzhi.people.models import (
    Account,
    Guardianship,
    ImportBatch,
    Invitation,
    Person,
    PersonMerge,
    Recovery,
    RoleGrant,
    SignIn,
)  # fmt: skip
from shanzhi.people.operations.sessions import ERASED, end_sessions
from shanzhi.work.models import AnsweredRequest

LOCAL_DIGITS = 11
"""How long a mobile number of the mainland is without its country."""


def numbers_of(person_id: UUID) -> list[str]:
    """Give what is unmistakably a person's: number of the document, phones in both ways of writing, sign-in name."""
    person = Person.objects.get(pk=person_id)
    account = Account.objects.filter(person_id=person_id).first()
    sealed = (person.id_number, person.phone, account.phone if account else None)
    found = [value.reveal() for value in sealed if value is not None]
    local = [number[-LOCAL_DIGITS:] for number in found if number.startswith("+86")]
    return [*found, *local, *([account.login_name] if account and account.login_name else [])]


def roles_and_recoveries(person_id: UUID, at: datetime) -> list[Hindrance]:
    """Refuse while the person holds a role of staff, or somebody works on giving back a second factor."""
    running = RoleGrant.objects.filter(Q(ends_at=None) | Q(ends_at__gt=at), person_id=person_id)
    found = []
    if running.filter(role__in=STAFF_READERS).exists():
        found.append(Hindrance(_("You hold a role of staff, or will hold one. Lay it down first.")))
    if Recovery.objects.filter(person_id=person_id, state__in=("asked", "waiting")).exists():
        found.append(Hindrance(_("A lost second factor is being replaced. Have that stopped or finished first.")))
    return found


def erase_account(leaving: Leaving) -> Touched:
    """Close and unlink the sign-in: phone, name, password, factors and devices go, its row stays for what points to it.

    Roles without staff's duties end with it; the answers kept for requests that come twice go too.
    """
    running = RoleGrant.objects.filter(Q(ends_at=None) | Q(ends_at__gt=leaving.at), person_id=leaving.person_id)
    touched = {"people_rolegrant": [str(key) for key in running.values_list("pk", flat=True)]}
    running.filter(starts_at__gte=leaving.at).delete()
    running.update(ends_at=leaving.at)
    # Ended by now or just before: nothing is left for the clock to do, and nobody to tell.
    over = RoleGrant.objects.filter(person_id=leaving.person_id, ends_at__lte=leaving.at, over_at=None)
    touched["people_rolegrant"] += [str(key) for key in over.values_list("pk", flat=True)]
    over.update(over_at=leaving.at, begins_later=False)
    AnsweredRequest.objects.filter(owner=str(leaving.person_id)).delete()
    touched["people_personmerge"] = _refuse_proposals(leaving)
    account = Account.objects.select_for_update().filter(person_id=leaving.person_id).first()
    if account is None:
        return touched
    AnsweredRequest.objects.filter(owner=str(account.pk)).delete()
    end_sessions(account_id=account.pk, why=ERASED, at=leaving.at)
    SignIn.objects.filter(account=account).delete()
    Authenticator.objects.filter(user_id=account.pk).delete()
    account.person, account.last_login = None, None
    account.phone, account.phone_mark, account.phone_mark_next = None, None, None
    account.login_name, account.is_active, account.phone_verified = f"erased-{account.pk.hex}", False, False
    account.set_unusable_password()
    account.save()
    return {**touched, "people_account": [str(account.pk)]}


def _refuse_proposals(leaving: Leaving) -> list[str]:
    """End proposals to merge the person's record: nobody can say any more whose it was."""
    about = Q(kept=leaving.person_id) | Q(merged=leaving.person_id)
    waiting = PersonMerge.objects.filter(about, state="proposed")
    keys = [str(key) for key in waiting.values_list("pk", flat=True)]
    waiting.update(state=MERGE.move("proposed", "refuse"), decided_at=leaving.at)
    return keys


def end_links(leaving: Leaving) -> Touched:
    """End the guardian links of who leaves, as ward or as guardian, and drop what tells of documents and reasons.

    Consents given by them count no longer.
    """
    own = Guardianship.objects.filter(Q(ward_id=leaving.person_id) | Q(guardian_id=leaving.person_id))
    keys = [str(key) for key in own.values_list("pk", flat=True)]
    own.filter(ended_at=None).update(ended_at=leaving.at)
    own.update(document_tail=None, ended_reason="")
    return {"people_guardianship": keys}


def erase_from_lists(leaving: Leaving) -> Touched:
    """Take the person out of lists that wait to be written, and end open invitations to the own phones."""
    for batch in ImportBatch.objects.exclude(rows=None).select_for_update():
        rows = json.loads(batch.rows.reveal())
        left = [row for row in rows if not _is(leaving, row)]
        if len(left) != len(rows):
            batch.rows, batch.fresh = json.dumps(left), max(0, batch.fresh - (len(rows) - len(left)))
            batch.save(update_fields=["rows", "fresh"])
    theirs = [one for number in leaving.numbers for one in marks(number, purpose=PHONE_OF_INVITATION)]
    ended = []
    for found in Invitation.objects.select_for_update().filter(phone_mark__in=theirs, state="open"):
        found.state, found.ended_at = INVITATION.move(found.state, "end"), leaving.at
        found.phone, found.phone_mark, found.phone_mark_next, found.reason = None, None, None, ""
        found.save()
        ended.append(str(found.pk))
    return {"people_invitation": ended}


def _is(leaving: Leaving, row: dict[str, Any]) -> bool:
    proven = [row[name] for name in ("id_number", "phone") if row.get(name)]
    return any(value in leaving.numbers for value in proven) if proven else row.get("name") == leaving.name
