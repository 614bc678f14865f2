"""Actors, roles, refusals, life cycles."""

from uuid import uuid4

import pytest

from shanzhi.kernel.actor import Actor, Grant
from shanzhi.kernel.errors import Invalid, SignInNeeded
from shanzhi.kernel.lifecycle import Lifecycle, Move, MoveRefused
from shanzhi.kernel.roles import RANK, STAFF, Role, may_grant


class TestAnActor:
    def test_holds_a_role_in_the_area_and_all_below_it(self) -> None:
        officer = Actor(grants=(Grant(Role.SUBDISTRICT_OFFICER, "370102001"),))
        assert officer.holds(Role.SUBDISTRICT_OFFICER, "370102001002")
        assert not officer.holds(Role.SUBDISTRICT_OFFICER, "370102002")
        assert not officer.holds(Role.SUBDISTRICT_OFFICER, "370102")
        assert not officer.holds(Role.DISTRICT_OFFICER, "370102001")
        assert officer.areas(STAFF) == ("370102001",)

    def test_holds_no_area_through_an_organisation(self) -> None:
        body = uuid4()
        leader = Actor(grants=(Grant(Role.OPERATOR, "", body),))
        assert not leader.holds(Role.OPERATOR, "370102")
        assert leader.areas(Role.OPERATOR) == ()
        assert leader.organizations(Role.OPERATOR) == (body,)

    def test_of_nobody_holds_nothing(self) -> None:
        nobody = Actor.anonymous()
        assert not nobody.signed_in
        assert not nobody.holds(tuple(Role), "37")
        with pytest.raises(SignInNeeded):
            nobody.person()


class TestGranting:
    @pytest.mark.parametrize("granter", list(Role))
    @pytest.mark.parametrize("granted", list(Role))
    def test_never_goes_above_the_own_role(self, granter: Role, granted: Role) -> None:
        if may_grant(granter, granted):
            assert RANK[granted] <= RANK[granter]

    def test_is_not_for_those_without_the_office(self) -> None:
        assert not any(may_grant(Role.OPERATOR, role) for role in Role)
        assert may_grant(Role.DISTRICT_OFFICER, Role.SUBDISTRICT_OFFICER)
        assert not may_grant(Role.DISTRICT_OFFICER, Role.ADMINISTRATOR)


class TestARefusal:
    def test_fills_its_words(self) -> None:
        assert Invalid("At most %(most)s.", most=3).text == "At most 3."

    def test_keeps_a_percent_sign_without_parameters(self) -> None:
        assert Invalid("100% sure").text == "100% sure"


class TestALifeCycle:
    TABLE = Lifecycle("lamp", {"off": "Off", "on": "On"}, {"switch_on": Move(("off",), "on")})

    def test_moves_along_its_table(self) -> None:
        assert self.TABLE.first == "off"
        assert self.TABLE.move("off", "switch_on") == "on"
        assert self.TABLE.open_moves("on") == ()

    def test_refuses_a_move_from_elsewhere(self) -> None:
        with pytest.raises(MoveRefused):
            self.TABLE.move("on", "switch_on")

    def test_refuses_a_table_with_unknown_states(self) -> None:
        with pytest.raises(ValueError, match="unknown states"):
            Lifecycle("lamp", {"off": "Off"}, {"switch_on": Move(("off",), "on")})

    def test_draws_itself(self) -> None:
        assert "off --> on: switch_on" in self.TABLE.diagram()
