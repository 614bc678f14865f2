"""Who acts or looks: one value for operations (`actor`) and queries (`viewer`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from shanzhi.kernel.areas import COUNTRY, covers, outermost
from shanzhi.kernel.errors import SignInNeeded
from shanzhi.kernel.roles import Role

SYSTEM: Final = "system"


@dataclass(frozen=True, slots=True)
class Grant:
    """A role that holds now: in an area (its code; "" is the whole country), or in an organisation."""

    role: Role
    area: str = COUNTRY
    organization: UUID | None = None

    def reaches(self, code: str) -> bool:
        """Tell whether the role counts at this area: an area covers all below it, an organisation no area."""
        return self.organization is None and covers(self.area, code)


@dataclass(frozen=True, slots=True)
class Actor:
    """A person with the roles that hold at this moment, the system itself, or nobody.

    `waits` names whose consent a minor lacks for taking part, and is empty where none is lacking.
    """

    person_id: UUID | None = None
    account_id: UUID | None = None
    grants: tuple[Grant, ...] = ()
    label: str = ""
    waits: str = ""

    @classmethod
    def anonymous(cls) -> Actor:
        """Give the viewer who is not signed in."""
        return cls()

    @classmethod
    def system(cls, label: str) -> Actor:
        """Give the actor for work that no person started: the clock, an import; `label` says which."""
        return cls(label=f"{SYSTEM}:{label}", grants=(Grant(Role.ADMINISTRATOR),))

    @property
    def signed_in(self) -> bool:
        """Tell whether an account stands behind this actor."""
        return self.account_id is not None

    @property
    def is_system(self) -> bool:
        """Tell whether this is the system and no person."""
        return self.label.startswith(SYSTEM + ":")

    def person(self) -> UUID:
        """Give the person's id, or refuse when no person stands behind the actor."""
        if self.person_id is None:
            raise SignInNeeded
        return self.person_id

    def holds(self, roles: Role | Iterable[Role], code: str) -> bool:
        """Tell whether one of the roles counts at the area of this code."""
        wanted = {roles} if isinstance(roles, Role) else set(roles)
        return any(grant.role in wanted and grant.reaches(code) for grant in self.grants)

    def holds_anywhere(self, roles: Role | Iterable[Role]) -> bool:
        """Tell whether one of the roles is held in any area or organisation."""
        wanted = {roles} if isinstance(roles, Role) else set(roles)
        return any(grant.role in wanted for grant in self.grants)

    def areas(self, roles: Role | Iterable[Role]) -> tuple[str, ...]:
        """List the outermost areas in which one of the roles is held; ("",) is the whole country, () is nowhere."""
        wanted = {roles} if isinstance(roles, Role) else set(roles)
        return outermost({g.area for g in self.grants if g.role in wanted and g.organization is None})

    def organizations(self, roles: Role | Iterable[Role]) -> tuple[UUID, ...]:
        """List the organisations in which one of the roles is held."""
        wanted = {roles} if isinstance(roles, Role) else set(roles)
        return tuple(sorted({g.organization for g in self.grants if g.role in wanted and g.organization is not None}))
