"""The rows of the permission table for moves of teams and for the teams of organisations, and their pages."""

from typing import Any

from django.urls import reverse
from django.utils import timezone

from shanzhi.kernel.roles import STAFF_READERS, Role
from shanzhi.volunteering.models import Team, TeamMove
from tests.support.people import AT
from tests.support.permissions import Row, only
from tests.volunteering.support import a_team

COMMUNITY = "370102001001"
NEAR = "370102001002"
API = "/api/v1/volunteering"
SIGN_IN = 302
POST: dict[str, Any] = {"method": "POST"}
READERS = tuple(STAFF_READERS - {Role.OPERATOR})
AGREERS = (Role.COMMUNITY_SECRETARY, Role.SUBDISTRICT_OFFICER, Role.DISTRICT_OFFICER, Role.ADMINISTRATOR)


def a_move(area: str = COMMUNITY, to: str = NEAR, name: str = "搬家队（示例）", at: Any = AT) -> TeamMove:
    """Have a team that works ask to move."""
    team = Team.objects.filter(name=name, state="active").first() or a_team(area, name=name)
    found = TeamMove.objects.filter(team=team, state="asked").first()
    return found or TeamMove.objects.create(team=team, from_area=area, to_area=to, reason="队员搬走了", asked_at=at)


def _page() -> str:
    return f"/teams/moves/{a_move().pk}/"


def _listed(path: str, **row: Any) -> Row:
    return only(READERS, path, but=dict.fromkeys(READERS, (200, 200)), **row)


def _others(roles: tuple[Role, ...], status: int = 403) -> dict[str, tuple[int, int]]:
    return dict.fromkeys(set(READERS) - set(roles), (status, 404))


def _team(path: str, root: str = "/teams") -> Any:
    return lambda: f"{root}/{a_team(COMMUNITY).pk}{path}"


TABLE: dict[str, Row] = {
    "volunteering:moves": _listed("/desk/volunteering/moves/", anonymous=SIGN_IN),
    "volunteering:unit_teams": only((), "/teams/of-my-organisations/", refused=200, anonymous=SIGN_IN),
    "volunteering:move": only(READERS, _page, refused=404, anonymous=SIGN_IN),
    "POST volunteering:move": only(AGREERS, _page, refused=404, anonymous=SIGN_IN, **POST, allowed=422,
                                   but=_others(AGREERS)),
    # An office elsewhere may take the team in, so it is asked where to.
    "volunteering:move_new": only((), _team("/move/"), refused=404, anonymous=SIGN_IN,
                                  but={**_others(AGREERS), **dict.fromkeys(AGREERS, (200, 200))}),
    "POST volunteering:move_new": only((), _team("/move/"), refused=404, anonymous=SIGN_IN, **POST,
                                       but={**_others(AGREERS), **dict.fromkeys(AGREERS, (422, 422))}),
    f"GET {API}/moves": _listed(f"{API}/moves"),
    f"GET {API}/moves/{{move_id}}": only(READERS, lambda: f"{API}/moves/{a_move().pk}", refused=404),
    f"POST {API}/moves/{{move_id}}/answer": only(
        AGREERS, lambda: f"{API}/moves/{a_move().pk}/answer", refused=404, **POST, allowed=422,
        json={"answer": "refuse", "reason": " "}, but=_others(AGREERS)),
    f"POST {API}/teams/{{team_id}}/move": only(
        (), _team("/move", f"{API}/teams"), refused=403, **POST, json={"area": COMMUNITY, "reason": "x"},
        but=dict.fromkeys(AGREERS, (422, 403))),
    f"GET {API}/unit-teams": only((), f"{API}/unit-teams", refused=200),
}  # fmt: skip


def pages() -> dict[str, str]:
    """Give the pages of moves as an office sees them: one that it decides on, and one that is over."""
    now = timezone.now()
    waits = a_move(NEAR, COMMUNITY, name="示例搬家队", at=now)
    over = TeamMove.objects.filter(state="refused").first() or TeamMove.objects.create(
        team=a_team(NEAR, name="示例不搬队"), from_area=NEAR, to_area="370102001003", reason="场地没有了", asked_at=now,
        state="refused", refusal="已有同类队伍", ended_at=now,
    )  # fmt: skip
    return {
        "volunteering:moves": reverse("volunteering:moves"),
        "volunteering:moves none": reverse("volunteering:moves") + "?q=没有的东西",
        "volunteering:move": reverse("volunteering:move", args=[waits.pk]),
        "volunteering:move over": reverse("volunteering:move", args=[over.pk]),
        "volunteering:unit_teams": reverse("volunteering:unit_teams"),
    }
