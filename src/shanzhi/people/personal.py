"""What this room, and those below it, hold about people."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.personal import (
    REGISTRY,
    Activity,
    Erase,
    Ground,
    Kind,
    Special,
    describe,
    name_field,
    name_fields,
    register_activity,
)
from shanzhi.people.operations.erasing import (
    end_links,
    erase_account,
    erase_from_lists,
    numbers_of,
    roles_and_recoveries,
)

K, E = Kind, Erase
REAL_NAME: Final = register_activity(
    Activity(
        "real_name",
        _("Real names of residents"),
        _("One person, one vote; proposals by real people of the community."),
        Ground.CONSENT,
        _("Personal Information Protection Law, articles 13 (1) and 29: separate consent"),
        _("Until the person has it erased."),
        _("The person; staff who verify where the person lives, masked, and in full only for a reason on record."),
        _("Somebody learns name, number or phone and uses them for fraud or nuisance."),
        _("Sealed by field under keys outside the database; masked; each look in full is logged and told the person."),
        _("The real-name service that this installation names, only when the person asks for it."),
        order=10,
    )
)
SIGN_IN: Final = register_activity(
    Activity(
        "sign_in",
        _("Signing in"),
        _("Nobody else gets into the account."),
        Ground.CONTRACT,
        _("Personal Information Protection Law, article 13 (2); Cybersecurity Law: graded protection"),
        _("Until the person has it erased."),
        _("The person alone."),
        _("A thief signs in with a stolen phone or guesses a code."),
        _("Tries are counted and limited; staff need a second factor; devices are listed and can be signed out."),
        _("The gateway for text messages: the phone and the code."),
        order=12,
    )
)
RECOVERY: Final = register_activity(
    Activity(
        "recovery",
        _("Replacing a lost second factor"),
        _("A way back into the account that no single officer can misuse."),
        Ground.DUTY,
        _("Cybersecurity Law: graded protection"),
        _("As long as the log of events."),
        _("The person; the officers who decide."),
        _("An officer is deceived by somebody with a false document."),
        _("Two officers, the document seen in person, a day of waiting, a notice to the owner."),
        order=18,
    )
)
MERGE: Final = register_activity(
    Activity(
        "merge",
        _("Merging records of one person"),
        _("One person, one record: nobody is on a roll twice, and everybody finds all that is the own."),
        Ground.DUTY,
        _("Personal Information Protection Law, articles 8 and 46: correct and complete data"),
        _("As long as the log of events; after erasure without the name."),
        _("The person; staff who verify where both records live, masked."),
        _("Two people are taken for one, and one of them acts as the other."),
        _("Nothing is rewritten; two of staff where it matters; the person is told; it can be undone."),
        order=17,
    )
)
ROLES: Final = register_activity(
    Activity(
        "roles",
        _("Roles, and invitations to them"),
        _("Everybody can check who was allowed to do what, and by whom."),
        Ground.DUTY,
        _("Personal Information Protection Law, article 13 (3); Data Security Law, article 27"),
        _("As long as the log of events; after erasure without the name."),
        _("The person; staff of the area."),
        _("Reasons in free text say more about a person than they should."),
        _("Reasons are emptied when the person is erased."),
        order=16,
    )
)
CONSENT: Final = register_activity(
    Activity(
        "consent",
        _("Proof of consent"),
        _("To show which text somebody agreed to, and when."),
        Ground.DUTY,
        _("Personal Information Protection Law, articles 14 and 69: the burden of proof"),
        _("As long as the log of events; after erasure without the name."),
        _("The person; staff who may see the person."),
        _("It tells that somebody was here."),
        _("After erasure the row points to nobody's name."),
        order=14,
    )
)
GUARDIANS: Final = register_activity(
    Activity(
        "guardians",
        _("Guardians of minors"),
        _("Nobody but a guardian consents for a child, and only as long as the guardianship lasts."),
        Ground.DUTY,
        _("Personal Information Protection Law, articles 28 and 31; Civil Code, articles 27 to 32"),
        _("As long as the log of events; after erasure without name and document."),
        _("The ward; the guardian; staff who verify where the ward lives."),
        _("Somebody poses as a guardian and reads or decides about a child."),
        _(
            "A document seen by staff, of which the last characters alone are kept, sealed; a third person notes the "
            "link; both are told; it ends by dates."
        ),
        order=15,
    )
)  # fmt: skip
LISTS: Final = register_activity(
    Activity(
        "lists",
        _("Lists of residents that offices bring in"),
        _("An office need not type what it keeps already."),
        Ground.DUTY,
        _("Personal Information Protection Law, article 13 (3); Organic Law of Urban Residents' Committees"),
        _("Until written or given up; its rows are then dropped."),
        _("Whoever sent it in."),
        _("A whole community's list lies in one row."),
        _("The rows are sealed, seen by the sender alone, and dropped once written."),
        order=20,
    )
)
LOG: Final = register_activity(
    Activity(
        "log",
        _("The log of events"),
        _("Nobody changes a record, a vote or a sum unseen."),
        Ground.DUTY,
        _("Cybersecurity Law: keeping of logs; Personal Information Protection Law, articles 51 and 54"),
        _("For good, since each event is bound into the published tree; after erasure without name and free text."),
        _("Staff and auditors of the area; everybody their own events."),
        _("The course of somebody's acts can be read."),
        _("Events hold no names; who acted is a random number, and behind it stands nobody once the person is erased."),
        order=90,
    )
)

describe(
    "people.Person", _("Your record"), "pk", REAL_NAME,
    name=(K.IDENTITY, E.BLANK), name_mark=(K.IDENTITY, E.EMPTY), id_number=(K.IDENTITY, E.EMPTY),
    id_mark=(K.IDENTITY, E.EMPTY), phone=(K.CONTACT, E.EMPTY), phone_mark=(K.CONTACT, E.EMPTY),
    name_mark_next=(K.IDENTITY, E.EMPTY), id_mark_next=(K.IDENTITY, E.EMPTY), phone_mark_next=(K.CONTACT, E.EMPTY),
    born_on=(K.BIRTH, E.EMPTY), area=(K.HOME, E.SPECIAL), merged_into=(K.LINK, E.KEEP), real_name=(K.RECORD, E.SPECIAL),
    verified_at=(K.RECORD, E.EMPTY), verified_against=(K.RECORD, E.BLANK), verified_by=(K.LINK, E.EMPTY),
    created_at=(K.RECORD, E.KEEP),
)  # fmt: skip
describe(
    "people.Account", _("Your sign-in"), "person_id", SIGN_IN, hidden=("password",),
    person=(K.LINK, E.SPECIAL), login_name=(K.SIGN_IN, E.SPECIAL), phone=(K.CONTACT, E.SPECIAL),
    phone_mark=(K.CONTACT, E.SPECIAL), phone_mark_next=(K.CONTACT, E.SPECIAL),
    password=(K.SIGN_IN, E.SPECIAL), last_login=(K.SIGN_IN, E.SPECIAL),
    created_at=(K.RECORD, E.KEEP),
)  # fmt: skip
describe(
    "mfa.Authenticator", _("Second factors and passkeys"), "user__person_id", SIGN_IN, hidden=("data",),
    type=(K.SIGN_IN, E.SPECIAL), data=(K.SIGN_IN, E.SPECIAL), created_at=(K.SIGN_IN, E.SPECIAL),
    last_used_at=(K.SIGN_IN, E.SPECIAL),
)  # fmt: skip
describe(
    "people.SignIn", _("Devices and sessions"), "account__person_id", SIGN_IN, hidden=("session_key",),
    account=(K.LINK, E.SPECIAL), session_key=(K.SIGN_IN, E.SPECIAL), device=(K.DEVICE, E.SPECIAL),
    network=(K.DEVICE, E.SPECIAL), started_at=(K.DEVICE, E.SPECIAL), seen_at=(K.DEVICE, E.SPECIAL),
)  # fmt: skip
describe(
    "people.Recovery", _("Lost second factors"), "person_id", RECOVERY,
    person=(K.LINK, E.KEEP), account=(K.LINK, E.KEEP), state=(K.RECORD, E.KEEP), asked_at=(K.RECORD, E.KEEP),
    document=(K.RECORD, E.KEEP), reason=(K.TEXT, E.BLANK), ended_reason=(K.TEXT, E.BLANK),
)  # fmt: skip
for _field in ("asked_by", "approved_by", "ended_by"):
    describe("people.Recovery", _("Lost second factors"), f"{_field}_id", RECOVERY,
             **{_field: (K.LINK, E.KEEP)})  # fmt: skip
describe(
    "people.RoleGrant", _("Roles"), "person_id", ROLES,
    person=(K.LINK, E.KEEP), role=(K.RECORD, E.KEEP), area=(K.RECORD, E.KEEP), organization=(K.RECORD, E.KEEP),
    starts_at=(K.RECORD, E.KEEP), ends_at=(K.RECORD, E.KEEP), reason=(K.TEXT, E.BLANK), ended_reason=(K.TEXT, E.BLANK),
)  # fmt: skip
MERGES: Final = _("Records merged with yours")
for _field in ("kept", "merged"):
    describe("people.PersonMerge", MERGES, f"{_field}_id", MERGE, **{
        _field: (K.LINK, E.KEEP), "state": (K.RECORD, E.KEEP), "proposed_at": (K.RECORD, E.KEEP),
        "decided_at": (K.RECORD, E.KEEP), "undone_at": (K.RECORD, E.KEEP), "reason": (K.TEXT, E.BLANK),
        "ended_reason": (K.TEXT, E.BLANK),
    })  # fmt: skip
for _field in ("proposed_by", "decided_by", "undone_by"):
    describe("people.PersonMerge", MERGES, f"{_field}_id", MERGE, **{_field: (K.LINK, E.KEEP)})
describe("people.RoleGrant", _("Roles"), "granted_by_id", ROLES, granted_by=(K.LINK, E.KEEP))
describe("people.Invitation", _("Invitations"), "", ROLES, phone=(K.CONTACT, E.SPECIAL),
         phone_mark=(K.CONTACT, E.SPECIAL), phone_mark_next=(K.CONTACT, E.SPECIAL))  # fmt: skip
describe(
    "people.Invitation", _("Invitations"), "taken_by_id", ROLES,
    taken_by=(K.LINK, E.KEEP), role=(K.RECORD, E.KEEP), organization=(K.RECORD, E.KEEP),
    reason=(K.TEXT, E.BLANK), created_at=(K.RECORD, E.KEEP),
)  # fmt: skip
describe("people.Invitation", _("Invitations"), "invited_by_id", ROLES, invited_by=(K.LINK, E.KEEP))
describe(
    "people.Consent", _("What you agreed to"), "person_id", CONSENT,
    person=(K.LINK, E.KEEP), purpose=(K.RECORD, E.KEEP), text_version=(K.RECORD, E.KEEP),
    text_digest=(K.RECORD, E.KEEP), given_at=(K.RECORD, E.KEEP), withdrawn_at=(K.RECORD, E.KEEP),
)  # fmt: skip
describe("people.Consent", _("What you agreed to"), "guardianship__guardian_id", CONSENT,
         guardianship=(K.LINK, E.KEEP), given_at=(K.RECORD, E.KEEP), withdrawn_at=(K.RECORD, E.KEEP))  # fmt: skip
describe("people.Consent", _("What you agreed to"), "withdrawn_by_id", CONSENT, withdrawn_by=(K.LINK, E.KEEP))
describe(
    "people.Guardianship", _("Guardian links"), "ward_id", GUARDIANS,
    ward=(K.LINK, E.KEEP), kind=(K.RECORD, E.KEEP), starts_on=(K.RECORD, E.KEEP), ends_on=(K.RECORD, E.KEEP),
    document=(K.RECORD, E.KEEP), document_tail=(K.IDENTITY, E.SPECIAL), verified_at=(K.RECORD, E.KEEP),
    ended_at=(K.RECORD, E.KEEP), ended_reason=(K.TEXT, E.SPECIAL),
)  # fmt: skip
describe(
    "people.Guardianship", _("Guardian links"), "guardian_id", GUARDIANS,
    guardian=(K.LINK, E.KEEP), kind=(K.RECORD, E.KEEP), starts_on=(K.RECORD, E.KEEP), ends_on=(K.RECORD, E.KEEP),
    document=(K.RECORD, E.KEEP), document_tail=(K.IDENTITY, E.SPECIAL), verified_at=(K.RECORD, E.KEEP),
    ended_at=(K.RECORD, E.KEEP), ended_reason=(K.TEXT, E.SPECIAL),
)  # fmt: skip
for _field in ("verified_by", "ended_by"):
    describe("people.Guardianship", _("Guardian links"), f"{_field}_id", GUARDIANS,
             **{_field: (K.LINK, E.KEEP)})  # fmt: skip
describe("people.ImportBatch", _("Lists of residents"), "", LISTS, rows=(K.IDENTITY, E.SPECIAL))
describe("people.ImportBatch", _("Lists of residents"), "owner_id", LISTS,
         owner=(K.LINK, E.KEEP), created_at=(K.RECORD, E.KEEP))  # fmt: skip
# The rooms below cannot name this one; what they hold is described here.
describe(
    "audit.Event", _("What you did here"), "actor_person", LOG,
    actor_person=(K.LINK, E.KEEP), at=(K.RECORD, E.KEEP), verb=(K.RECORD, E.KEEP), reason=(K.TEXT, E.SPECIAL),
)  # fmt: skip
describe("work.Job", _("Work in the background"), "owner", LOG,
         owner=(K.LINK, E.DELETE), kind=(K.RECORD, E.DELETE), created_at=(K.RECORD, E.DELETE))  # fmt: skip
describe("work.AnsweredRequest", _("Repeated requests"), "", LOG,
         owner=(K.LINK, E.SPECIAL), answer=(K.TEXT, E.SPECIAL))  # fmt: skip
describe("places.SentSheet", _("Lists of figures sent in"), "owner", LOG,
         owner=(K.LINK, E.KEEP), name=(K.RECORD, E.KEEP), created_at=(K.RECORD, E.KEEP))  # fmt: skip

name_field("work.AnsweredRequest", "answer", _("Answer kept for a repeat"))
name_fields(
    name=_("Name"), id_number=_("Number of the document"), phone=_("Mobile phone"), born_on=_("Date of birth"),
    area=_("Area"), real_name=_("Real name"), verified_at=_("Verified"), verified_against=_("Document"),
    verified_by=_("Verified by"), created_at=_("Made on"), person=_("Person"), login_name=_("Sign-in name"),
    password=_("Password"), last_login=_("Last sign-in"), type=_("Type"), data=_("Secret of the factor"),
    last_used_at=_("Last used"), account=_("Sign-in"), session_key=_("Key of the session"), device=_("Device"),
    network=_("Network"), started_at=_("Since"), seen_at=_("Last seen"), state=_("State"), asked_at=_("Asked on"),
    document=_("Document"), reason=_("Reason"), ended_reason=_("Reason of the end"), asked_by=_("Asked by"),
    approved_by=_("Confirmed by"), ended_by=_("Ended by"), role=_("Role"),
    organization=_("Organisation"), starts_at=_("Starts"), ends_at=_("Ends"),
    granted_by=_("Given by"), taken_by=_("Taken up by"), invited_by=_("Invited by"), purpose=_("Purpose of the text"),
    text_version=_("Version of the text"), text_digest=_("Digest of the text"), given_at=_("Given on"),
    withdrawn_at=_("Taken back"), rows=_("Rows of the list"), owner=_("Sent in by"), actor_person=_("Who acted"),
    kept=_("Record that stays"), merged=_("Record that gave way"), merged_into=_("Record that stays"),
    proposed_at=_("Proposed on"), decided_at=_("Decided on"), undone_at=_("Undone on"), proposed_by=_("Proposed by"),
    decided_by=_("Decided by"), undone_by=_("Undone by"),
    at=_("Moment"), verb=_("Act"), kind=_("Sort"), name_mark=_("Blind index of the name"),
    name_mark_next=_("Blind index of the name"), id_mark_next=_("Blind index of the number"),
    phone_mark_next=_("Blind index of the phone"),
    ward=_("Ward"), guardian=_("Guardian"), starts_on=_("From"), ends_on=_("Last day"), ended_at=_("Ended early on"),
    document_tail=_("Last characters of its number"), guardianship=_("Guardian link"), withdrawn_by=_("Taken back by"),
    id_mark=_("Blind index of the number"), phone_mark=_("Blind index of the phone"),
)  # fmt: skip

name_field("places.SentSheet", "name", _("Name of the file"))

REGISTRY.numbers["people"] = numbers_of
REGISTRY.hindrances["people"] = roles_and_recoveries
for _name, _run in (
    ("lists", erase_from_lists),
    ("account", erase_account),
    ("links", end_links),
):
    REGISTRY.specials[f"people.{_name}"] = Special("people", _run)
