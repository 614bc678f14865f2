"""Pages on which service is recorded: a team's table for a day, an organisation's own, and the notice for later."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from shanzhi.kernel.errors import NotFound
from shanzhi.kernel.roles import Role
from shanzhi.service import operations, queries
from shanzhi.service.models import ServiceRecord
from shanzhi.service.views import leading
from shanzhi.volunteering.models import EarlierHours, VolunteerImport
from tests.people.conftest import COMMUNITY
from tests.service.support import a_kind, a_record
from tests.support.organizations import an_organization
from tests.support.people import AT, LONG_AGO, a_person, actor, client_for, sign_in
from tests.volunteering.support import a_team, a_volunteer, join

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
FORM = {
    "served_on": "2026-10-20", "task_code": "visit", "content": "陪伴老人（示例）", "minutes": "60",
}  # fmt: skip


def page(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def test_a_table_shows_everybody_of_the_day_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    leader, gone, late = (a_volunteer(area=COMMUNITY) for _ in range(3))
    team = a_team(COMMUNITY, leader=leader)
    join(team, gone, state="left", ended_at=AT - timedelta(days=20))  # on 4 November
    join(team, late, joined_at=AT - timedelta(days=10))
    members = [a_volunteer(area=COMMUNITY) for _ in range(3)]
    for one in members:
        join(team, one)
    client, path = sign_in(Client(), leader.person), f"/teams/{team.pk}/service/new/"
    a_kind()
    shown = page(client, f"{path}?on=2026-11-03")
    assert gone.number in shown
    assert late.number not in shown
    assert leader.number not in shown
    today = page(client, f"{path}?on=nonsense")
    assert gone.number not in today
    assert late.number in today
    assert members[1].number in page(client, f"{path}?q={members[1].number}")
    assert members[0].number not in page(client, f"{path}?q={members[1].number}")
    assert "当天队内没有这个编号的人" in page(client, f"{path}?q=%00")
    monkeypatch.setattr(leading, "PAGE", 3)
    first, second = page(client, path), page(client, f"{path}?page=2")
    assert "共 4 人，现列出第 1 至 3 人" in first
    assert sum(one.number in first for one in (*members, late)) == 3
    assert sum(one.number in second for one in (*members, late)) == 1
    sent = {**FORM, "served_on": "2026-11-03", f"who_{gone.pk}": "on", "idempotency_key": "table-left-1"}
    assert client.post(f"{path}?on=2026-11-03", sent).status_code == 302
    assert ServiceRecord.objects.get().volunteer == gone


def test_who_leads_an_organisation_records_what_it_and_its_teams_did() -> None:
    body = an_organization(COMMUNITY)
    client = sign_in(Client(), a_person(COMMUNITY, Role.TEAM_LEADER, organization=body.pk))
    team = a_team(COMMUNITY, kind="organization", organization=body, name="示例机构队")
    inside, outside = a_volunteer(area=COMMUNITY), a_volunteer(area=COMMUNITY)
    join(team, inside)
    a_kind()
    assert "示例机构队" in page(client, "/desk/service/")
    table = f"/teams/{team.pk}/service/new/"
    ticked = {**FORM, f"who_{inside.pk}": "on", "idempotency_key": "unit-team-1"}
    assert client.post(table, ticked).status_code == 302
    office = "/desk/service/new/"
    own = {**FORM, "organization_id": str(body.pk), "starts": "09:00"}
    wrong = client.post(office, {**own, "numbers": outside.number, "idempotency_key": "unit-wrong-1"})
    assert "没有这个编号的志愿者" in wrong.content.decode()
    assert client.post(office, {**own, "numbers": inside.number, "idempotency_key": "unit-own-1"}).status_code == 302
    assert [(one.team, one.organization) for one in ServiceRecord.objects.order_by("recorded_at")] == [
        (team, body), (None, body)
    ]  # fmt: skip
    again = client.post(office, {**own, "numbers": inside.number, "idempotency_key": "unit-again-1"})
    assert "与当天另一条记录重叠" in again.content.decode()
    for path in (f"/teams/{team.pk}/service/", f"/teams/{team.pk}/service/notice/"):
        assert inside.number in page(client, path)
    stranger = sign_in(Client(), a_person(COMMUNITY, Role.TEAM_LEADER, organization=an_organization(
        COMMUNITY, name="另一家（示例）").pk))  # fmt: skip
    assert stranger.get(f"/teams/{team.pk}/service/").status_code == 404
    assert stranger.get(table).status_code == 404


def test_a_notice_left_for_later_is_made_up_for_in_one_go() -> None:
    leader, one, two = (a_volunteer(area=COMMUNITY) for _ in range(3))
    team = a_team(COMMUNITY, leader=leader)
    join(team, one)
    join(team, two)
    a_kind()
    client = sign_in(Client(), leader.person)
    sent: dict[str, Any] = {**FORM, "later": "on", f"who_{one.pk}": "on", f"who_{two.pk}": "on"}
    said = client.post(f"/teams/{team.pk}/service/new/", {**sent, "idempotency_key": "later-once-1"}, follow=True)
    assert "核对后请予公示" in said.content.decode()
    rows = list(ServiceRecord.objects.all())
    assert [row.state for row in rows] == ["recorded", "recorded"]
    queue = "/service/notices/"
    assert "公示列出的 2 条" in page(client, queue)
    assert one.number not in page(sign_in(Client(), two.person), queue)
    done = client.post(queue, {"act": "all", "shown": [str(row.pk) for row in rows]}, follow=True)
    assert "2 条记录已公示" in done.content.decode()
    assert {row.state for row in ServiceRecord.objects.all()} == {"noticed"}
    same = {name: FORM[name] for name in ("served_on", "task_code", "content")}
    body = {**same, "team_id": str(team.pk), "notice": False, "served_on": "2026-10-21",
            "rows": [{"volunteer_id": str(one.pk), "minutes": 30}]}  # fmt: skip
    answer = client.post("/api/v1/service/records", body, content_type="application/json",
                         headers={"Idempotency-Key": "later-by-api"})  # fmt: skip
    assert answer.status_code == 200, answer.content
    assert ServiceRecord.objects.get(pk=answer.json()["ids"][0]).state == "recorded"


def test_a_team_sees_verified_records_only_as_long_as_it_may_complain() -> None:
    one, mate = a_volunteer(), a_volunteer()
    team = a_team()
    join(team, one)
    join(team, mate)
    made = a_record(one, team, state="verified")
    over = made.notice_over_at
    assert over is not None
    seen: dict[str, Any] = {"viewer": actor(mate.person), "record_id": made.pk}
    queries.record(**seen, at=over + timedelta(days=30))
    with pytest.raises(NotFound):
        queries.record(**seen, at=over + timedelta(days=31))
    with pytest.raises(NotFound):
        operations.complain(
            actor=actor(mate.person), record_id=made.pk, words="晚了（示例）", at=over + timedelta(days=31)
        )
    queries.record(viewer=actor(one.person), record_id=made.pk, at=over + timedelta(days=31))
    # Who complained in time reads the answer, which stands on the page of the record, and may take it back.
    row = operations.complain(
        actor=actor(mate.person), record_id=made.pk, words="当天没见到（示例）", at=over + timedelta(days=25)
    )
    queries.record(**seen, at=over + timedelta(days=31))
    operations.withdraw_complaint(actor=actor(mate.person), complaint_id=row.pk, at=over + timedelta(days=32))
    client = sign_in(Client(), mate.person)
    a_record(one, team, state="noticed", evidence="签到表（示例）")
    answer: Any = client.get(f"/teams/{team.pk}/service/notice/?export=csv")
    told = b"".join(answer.streaming_content).decode()
    assert "陪伴老人" in told
    assert "签到表" not in told


def test_hours_of_before_stand_beside_what_is_verified_and_count_for_nothing() -> None:
    one = a_volunteer(area=COMMUNITY)
    a_record(one, minutes=60, state="verified")
    brought = VolunteerImport.objects.create(
        area=COMMUNITY, name="名单.xlsx", owner=a_person(), created_at=LONG_AGO, digest="sha256:list", file="eA=="
    )  # fmt: skip
    EarlierHours.objects.create(
        volunteer=one, minutes=7200, as_of=date(2020, 1, 1), source="名单.xlsx", of_import=brought, created_at=AT
    )
    own = sign_in(Client(), one.person)
    staff = client_for(Role.COMMUNITY_SECRETARY, COMMUNITY)
    for shown in (
        page(own, "/account/volunteering/service/"), page(staff, f"/desk/service/volunteers/{one.pk}/")
    ):  # fmt: skip
        assert "以往服务时长" in shown
        assert "120小时" in shown
    told = own.get("/api/v1/service/me").json()
    assert (told["earlier_minutes"], told["minutes"], told["star"]) == (7200, 60, 0)
    assert staff.get(f"/desk/service/volunteers/{uuid4()}/").status_code == 404


def test_refusals_name_the_fields_as_the_api_and_the_page_have_them() -> None:
    staff = client_for(Role.SUBDISTRICT_OFFICER, COMMUNITY[:9])
    rules = {
        "area": COMMUNITY, "valid_from": "2100-01-01", "notice_days": 7, "answer_days": 7, "star_minutes": [60, 60],
        "paper": "record", "prefix": "示例", "core_minutes": 60, "core_times": 1, "core_months": 12, "source": "示例",
        "example": True,
    }  # fmt: skip

    def send(**change: Any) -> str:
        answer = staff.post("/api/v1/service/rules", {**rules, **change}, content_type="application/json",
                            headers={"Idempotency-Key": str(uuid4())})  # fmt: skip
        return str(answer.json()["field"])

    assert send() == "star_minutes"
    assert send(star_minutes=[60], prefix=" ") == "prefix"
    form = {
        "area": COMMUNITY, "valid_from": timezone.localdate().isoformat(), "notice_days": "3", "answer_days": "5",
        "stars": "60 30", "paper": "record", "number_words": "示例", "core_hours": "20", "core_times": "5",
        "core_months": "12", "source": "示例，非官方", "idempotency_key": "rules-falling-1",
    }  # fmt: skip
    falling = staff.post("/desk/service/rules/new/", form)
    assert falling.status_code == 422
    assert "stars" in falling.context["form"].errors
