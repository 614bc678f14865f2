"""Refusals: values that say, in words for the user, why something was not done and what would help."""

from __future__ import annotations

from typing import Any, ClassVar

from shanzhi.kernel.words import _, translated


class Refusal(Exception):
    """Something was asked for and is refused; nothing was changed.

    `message` may be a lazily translated string and always names the cure. `field` is the form or API field at fault,
    `code` a stable name for programs, `status` the HTTP status that tells the same.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 400
    message: Any = _("This cannot be done.")

    def __init__(self, message: Any = None, *, field: str | None = None, **params: Any) -> None:
        """Take the words for the user, or keep the class's own; `params` fill %(name)s places in them."""
        if message is not None:
            self.message = message
        self.field = field
        self.params = params
        super().__init__(self.code)

    @property
    def text(self) -> str:
        """The message in the language active now, with its parameters filled in."""
        words = translated(self.message)
        return words % self.params if self.params else words

    def __str__(self) -> str:
        """Give code and words, for logs and test failures; parameters never hold personal data."""
        return f"{self.code}: {self.text}"


class Invalid(Refusal):
    """What was sent breaks a rule of its field."""

    code = "invalid"
    status = 422
    message: Any = _("What was sent breaks a rule. Correct the marked field and send it again.")


class Forbidden(Refusal):
    """The actor may see the thing but not do this to it."""

    code = "forbidden"
    status = 403
    message: Any = _("You may see this, but your role does not allow this act. Ask the person in charge of your area.")


class SignInNeeded(Refusal):
    """Nobody is signed in, and the act needs a person."""

    code = "sign_in_needed"
    status = 401
    message: Any = _("Sign in first; what you typed is kept.")


class NotFound(Refusal):
    """There is no such thing, or it lies outside what the viewer may see: both answer alike."""

    code = "not_found"
    status = 404
    message: Any = _(
        "There is no such page, or it is not open to you. Check the address, or sign in with another role."
    )


class Conflict(Refusal):
    """The thing is no longer in the state that the request expects."""

    code = "conflict"
    status = 409
    message: Any = _("This was changed by someone else meanwhile. Reload the page and try again.")
