"""Forms of signing in, of the own account, and of the desk."""

from __future__ import annotations

import hashlib
from typing import Any, Final
from uuid import UUID

from allauth.account.forms import ConfirmLoginCodeForm, LoginForm, ReauthenticateForm, RequestLoginCodeForm
from allauth.core import context
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel import identifiers
from shanzhi.kernel.errors import Refusal
from shanzhi.kernel.roles import Role
from shanzhi.people.documents import DOCUMENTS
from shanzhi.people.models import ROLE_LABELS
from shanzhi.people.operations.accounts import account_for_phone
from shanzhi.people.sign_in import CODE_SECONDS, CODE_TRIES
from shanzhi.ui.choosing import AreaField, AreaSource, Searches
from shanzhi.ui.forms import DayField, PageForm, offer


class PhoneNumberField(forms.CharField):
    """A phone as people write it, understood as E.164; a mainland number needs no country code."""

    def __init__(self, **kwargs: Any) -> None:
        """Ask phones for the keyboard of digits and for the own number."""
        kwargs.setdefault("label", _("Mobile phone"))
        kwargs.setdefault(
            "widget", forms.TextInput({"type": "tel", "inputmode": "tel", "autocomplete": "tel", "class": "short"})
        )
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        """Check the number by the numbering plan."""
        text = super().clean(value)
        if not text:
            return text
        try:
            return identifiers.phone(text)
        except Refusal as wrong:
            raise ValidationError(wrong.text, code=wrong.code) from wrong


def plain(form: forms.BaseForm) -> None:
    """Give a form of allauth the manners of ours: no colon, no placeholder that vanishes while one types."""
    form.label_suffix = ""
    form.use_required_attribute = False
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)


class PhoneForm(RequestLoginCodeForm):  # type: ignore[misc]  # allauth is untyped
    """The phone to send a code to. A phone that was never here gets an empty account, so both are answered alike."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take Django's arguments."""
        super().__init__(*args, **kwargs)
        plain(self)
        self.fields["phone"].help_text = _("11 digits, for example 138 0013 8000. We send you a code of 6 digits.")

    def clean_phone(self) -> str:
        """Count the attempt, then find or make the account."""
        phone: str = super().clean_phone()
        self._user = account_for_phone(phone=phone, at=getattr(context.request, "now", None) or timezone.now())
        return phone


class SignUpForm(Searches, PhoneForm):
    """The same with the declared name, the community and consent, for who is here for the first time."""

    name = forms.CharField(
        label=_("Your name"),
        help_text=_("As in your identity card. It is stored encrypted, and others see only a part of it."),
        max_length=50,
        widget=forms.TextInput({"autocomplete": "name", "class": "short"}),
    )
    consent = forms.BooleanField(label=_("I have read how my data is used, and I agree"))

    def __init__(self, *args: Any, areas: AreaSource, **kwargs: Any) -> None:
        """Take the communities to choose from."""
        super().__init__(*args, **kwargs)
        self.fields["area"] = home_field(areas)
        self.fields["born_on"] = birth_field()
        self.order_fields(["phone", "name", "area", "born_on", "consent"])


def birth_field() -> DayField:
    """Give the question for the date of birth, which minors alone answer."""
    return DayField(
        label=_("Date of birth, only if you are under 18"),
        help_text=_("Under 14 a guardian must agree before you take part. From 18 on leave this empty."),
        required=False,
    )


def home_field(source: AreaSource) -> AreaField:
    """Give the choice of the community in which one lives."""
    return AreaField(source=source, label=_("The community you live in"))


class CodeForm(ConfirmLoginCodeForm):  # type: ignore[misc]  # allauth is untyped
    """The code that came by message."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take Django's arguments; phones offer the code of the message by themselves."""
        super().__init__(*args, **kwargs)
        plain(self)
        self.fields["code"].label = _("Code")
        self.fields["code"].widget.attrs.update({"inputmode": "numeric", "class": "short", "autofocus": True})

    def clean_code(self) -> str:
        """Take up one of the tries that a code allows; two requests at once never take the same one."""
        session_key = context.request.session.session_key or ""
        issued = hashlib.sha256(f"{session_key}:{self.expected_code}".encode()).hexdigest()
        free = (cache.add(f"people.code.try:{issued}:{n}", "1", timeout=CODE_SECONDS) for n in range(CODE_TRIES))
        if not any(free):
            raise ValidationError(_("This code was tried too often. Ask for a new one."), code="too_many_tries")
        code: str = super().clean_code()
        return code


class PasswordSignInForm(LoginForm):  # type: ignore[misc]  # allauth is untyped
    """Phone or sign-in name, and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take Django's arguments."""
        super().__init__(*args, **kwargs)
        plain(self)
        self.fields["login"].label = _("Phone or sign-in name")
        self.fields["login"].widget.attrs.update({"autocomplete": "username", "autocapitalize": "none"})
        self.fields["password"].label = _("Password")
        self.fields["password"].help_text = ""

    def clean_login(self) -> str:
        """Read a phone in any way of writing; anything else is a sign-in name."""
        login: str = super().clean_login()
        try:
            return identifiers.phone(login)
        except identifiers.NotAPhone:
            return login


class PasswordAgainForm(ReauthenticateForm):  # type: ignore[misc]  # allauth is untyped
    """The password once more, before something delicate."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take Django's arguments."""
        super().__init__(*args, **kwargs)
        plain(self)
        self.fields["password"].label = _("Password")


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]  # allauth is untyped
    """A new passkey; always one that signs in by itself."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take Django's arguments."""
        super().__init__(*args, **kwargs)
        plain(self)
        self.fields["name"].label = _("Name of this passkey")
        self.fields["name"].help_text = _("So that you recognise it in the list, for example: my phone.")
        self.fields["passwordless"].widget = forms.HiddenInput()
        self.fields["passwordless"].initial = True


class NewPasswordForm(PageForm):
    """A password for the own account."""

    current = forms.CharField(
        label=_("Present password"),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password", "class": "short"}),
    )
    password = forms.CharField(
        label=_("New password"),
        help_text=_("At least 10 characters. Several words in a row are easy to keep and hard to guess."),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password", "class": "short"}),
    )


class DeclareForm(PageForm):
    """The own name, home and consent."""

    name = forms.CharField(
        label=_("Your name"),
        help_text=_("As in your identity card. It is stored encrypted, and others see only a part of it."),
        max_length=50,
        widget=forms.TextInput({"autocomplete": "name", "class": "short"}),
    )

    def __init__(self, *args: Any, areas: AreaSource, consent: bool, **kwargs: Any) -> None:
        """Take the communities, and whether consent is still to be asked for."""
        super().__init__(*args, **kwargs)
        self.fields["area"] = home_field(areas)
        if consent:
            self.fields["born_on"] = birth_field()
            self.fields["consent"] = forms.BooleanField(label=_("I have read how my data is used, and I agree"))


class OutsideForm(PageForm):
    """The own identity number, for the outside service."""

    id_number = forms.CharField(
        label=_("Identity number"),
        help_text=_("18 characters, as on the card."),
        max_length=20,
        widget=forms.TextInput({"autocomplete": "off", "class": "short"}),
    )


class VerifyForm(PageForm):
    """What staff read in the document."""

    document = forms.ChoiceField(label=_("Document seen"), choices=list(DOCUMENTS.items()), widget=forms.RadioSelect)
    id_number = forms.CharField(
        label=_("Number of the document"),
        help_text=_("An identity number has 18 characters; the birth date is read from it."),
        max_length=20,
        widget=forms.TextInput({"autocomplete": "off", "class": "short"}),
    )
    born_on = DayField(label=_("Date of birth"), help_text=_("Only for a permit or a passport."), required=False)


class ReasonForm(PageForm):
    """A reason that goes on record."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Kept in the record of events together with your name."),
        max_length=500,
        widget=forms.Textarea({"rows": 2}),
    )


class UnmaskForm(ReasonForm):
    """What to show in full, and why."""

    fields_wanted = forms.MultipleChoiceField(
        label=_("Show in full"),
        choices=[("name", _("Name")), ("id_number", _("Number of the document")), ("phone", _("Mobile phone"))],
        widget=forms.CheckboxSelectMultiple,
    )
    field_order = ("fields_wanted", "reason")


class AreaOrNone(AreaField):
    """An area that may be left open, which is not the same as the whole country, where another place is chosen."""

    nowhere = None
    one_of = True


class BodyField(AreaField):
    """An organisation, chosen as areas are: from a list where they are few, else by a part of the name."""

    default_error_messages = {
        "not_open": _("Choose an organisation from the list; this one is closed or not open to you."),
        "unclear": _("More than one organisation fits, or none exactly. Choose one of those below."),
        "unknown": _("No organisation fits. Type a shorter part of its name."),
    }
    choose = _("Choose an organisation")
    search_help = _("Type a part of its name and search.")


class OrganizationField(BodyField, AreaOrNone):
    """An organisation that may be left open, where an area is chosen in its place."""

    choose = _("In no organisation: in an area")


ONE_PLACE: Final = _(
    "Only for volunteers, team leaders and operators. A role has one place: leave the area open then. "
    "Where there is no list, type a part of the name and search."
)


class RoleForm(ReasonForm):
    """A role and its place, of those that the actor may give: an area or an organisation."""

    role = forms.ChoiceField(label=_("Role"))

    def __init__(
        self, *args: Any, roles: list[Role], areas: AreaSource, organizations: AreaSource | None = None, **kwargs: Any
    ) -> None:
        """Take the roles, areas and organisations that the actor may give; without organisations only areas."""
        super().__init__(*args, **kwargs)
        offered = [("", _("Choose a role")), *((role.value, ROLE_LABELS[role]) for role in roles)]
        offer(self, "role", offered)
        if organizations is None:
            self.fields["area"] = AreaField(source=areas, label=_("Where it holds"))
        else:
            self.fields["area"] = AreaOrNone(source=areas, label=_("In which area"), required=False)
            self.fields["organization"] = OrganizationField(
                source=organizations, label=_("Or in which organisation"), required=False, help_text=ONE_PLACE
            )
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        """Ask for one place, and one alone."""
        data = super().clean() or {}
        if "organization" in self.fields and not {"area", "organization"} & set(self.errors):
            places = [name for name in ("area", "organization") if data.get(name) is not None]
            if not places:
                words = _("Choose the area in which the role holds, or an organisation.")
                self.add_error("area", ValidationError(words))
            elif len(places) == 2:
                self.add_error("organization", ValidationError(_("Choose an area or an organisation, not both.")))
        return data

    @property
    def place(self) -> dict[str, Any]:
        """Give the place as operations take it."""
        organization = self.cleaned_data.get("organization")
        return {
            "area": self.cleaned_data["area"] or "",
            "organization": UUID(organization) if organization else None,
        }


class GrantForm(RoleForm):
    """A role, its place and its period."""

    starts_on = DayField(label=_("From"))
    ends_on = DayField(
        label=_("Last day"), help_text=_("On this day it ends by itself. Empty: until someone ends it."), required=False
    )
    field_order = ("role", "area", "organization", "starts_on", "ends_on", "reason")


class ImportForm(PageForm):
    """An office's list of residents."""

    file = forms.FileField(
        label=_("Excel file"),
        help_text=_("Columns by their headings in any order: 姓名, 证件号码, 手机, 社区代码. At most 20,000 rows."),
        widget=forms.ClearableFileInput({"accept": ".xlsx,.xls,.ods,.csv"}),
    )

    def __init__(self, *args: Any, areas: AreaSource, **kwargs: Any) -> None:
        """Take the areas that the actor may bring lists for."""
        super().__init__(*args, **kwargs)
        self.fields["area"] = AreaField(
            source=areas,
            label=_("Area of the list"),
            help_text=_("Rows without a community code of their own belong here."),
        )
