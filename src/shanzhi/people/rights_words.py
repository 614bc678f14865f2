"""Words for what is held about people."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.personal import Category, Erase, Ground, Retention

MODELS: Final = {
    "people.Person": _("Your record"), "people.Account": _("Your sign-in"), "people.SignIn": _("Devices and sessions"),
    "people.RoleGrant": _("Roles"), "people.Consent": _("What you agreed to"), "people.Recovery": _("Recoveries"),
    "people.Guardianship": _("Guardians and children"), "people.Merge": _("Records made one"),
    "people.Invitation": _("Invitations"), "people.ImportBatch": _("Lists of residents"),
    "people.Erasure": _("Erasures"), "mfa.Authenticator": _("Second factors"), "audit.Event": _("What you did here"),
    "work.Job": _("Work in the background"), "work.AnsweredRequest": _("Repeated requests"),
    "voting.RollEntry": _("Rolls of voters"), "voting.Upload": _("Elections brought in"),
    "ventures.Proposal": _("Proposals"), "ventures.TeamMember": _("Teams"), "ventures.Attachment": _("Files"),
    "ventures.Review": _("Reviews"), "ventures.Call": _("Rounds"),
}  # fmt: skip
NAMES: Final = {
    "name": _("Name"), "id_number": _("Number of the document"), "phone": _("Mobile phone"), "born_on": _("Born on"),
    "area": _("Area"), "real_name": _("Real name"), "verified_at": _("Verified"), "role": _("Role"),
    "verified_against": _("Document"), "document": _("Document"), "reason": _("Reason"), "device": _("Device"),
    "network": _("Network"), "started_at": _("Since"), "seen_at": _("Last seen"), "purpose": _("Purpose"),
    "text_version": _("Version"), "given_at": _("Given on"), "withdrawn_at": _("Taken back"), "title": _("Title"),
    "login_name": _("Sign-in name"), "part": _("Part in the team"), "relation": _("Relation"),
}  # fmt: skip
FIELDS: Final = {
    Category.IDENTITY: _("identity"), Category.CONTACT: _("contact"), Category.BIRTH: _("date of birth"),
    Category.HOME: _("home"), Category.LINK: _("link to the record"), Category.SIGN_IN: _("sign-in"),
    Category.DEVICE: _("device"), Category.TEXT: _("text"), Category.FILE: _("file"),
}  # fmt: skip
GROUNDS: Final = {
    Ground.CONSENT: _("consent"), Ground.CONTRACT: _("needed for what the person asked for"),
    Ground.DUTY: _("duty by law"), Ground.SAFETY: _("safety of the account"),
}  # fmt: skip
RETENTIONS: Final = {
    Retention.ACCOUNT: _("until the person has it erased"), Retention.ROUND: _("until the round is over and asked for"),
    Retention.RECORD: _("as long as the public record"), Retention.DAYS: _("days to months"),
}  # fmt: skip
ERASES: Final = {
    Erase.EMPTY: _("emptied"), Erase.BLANK: _("emptied"), Erase.DELETE: _("row deleted"),
    Erase.KEEP: _("stays, tells no name"), Erase.SPECIAL: _("removed by its own rule"),
}  # fmt: skip


def model_words(model: str) -> Any:
    """Name a table for people."""
    return MODELS.get(model, model)


def field_words(field: str) -> Any:
    """Name a field for people."""
    return NAMES.get(field, field.replace("_", " "))
