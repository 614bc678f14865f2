"""The pages of attendance: the gate, the screen, the list with and without scripts, doubts; and the same by the API."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from shanzhi.activities.models import Shift
from shanzhi.attendance import queries
from shanzhi.attendance.cookies import COOKIE, COPIES
from shanzhi.attendance.models import Attendance, Tap
from shanzhi.kernel.roles import Role
from tests.activities.support import a_sign_up
from tests.attendance.support import HOUR, SPRING, Ground, a_ground
from tests.support.people import a_person, an_account, client_for, sign_in
from tests.support.pressing import twice
from tests.volunteering.support import a_volunteer

pytestmark = pytest.mark.django_db
API = "/api/v1/attendance"
JSON: dict[str, Any] = {"content_type": "application/json"}


def now_ground(signed: int = 2, **fields: Any) -> Ground:
    """A shift that is on at this moment, since pages take the clock's."""
    return a_ground(signed, at=timezone.now(), **fields)


def page(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.content.decode()[:500]
    return answer.content.decode()


def hidden(text: str, name: str) -> str:
    return text.split(f'name="{name}" value="')[1].split('"')[0]


def own(ground: Ground, number: int = 0) -> Client:
    return sign_in(Client(), ground.volunteers[number].person)


def leading(ground: Ground) -> Client:
    return sign_in(Client(), ground.leader.person)


class TestTheGate:
    def test_opens_by_the_codes_address_and_one_button_without_scripts(self) -> None:
        ground = now_ground()
        screen = leading(ground).get(reverse("attendance:screen", args=[ground.shift.pk]))
        assert 1 <= int(screen["Refresh"]) <= 31
        shown = screen.content.decode()
        assert "<svg" in shown
        address = shown.split("<code>")[1].split("</code>")[0].removeprefix("http://testserver")
        assert len(address) == len("/g//") + 40
        client = own(ground)
        opened = page(client, address)
        assert "现在签到" in opened
        sent = {"act": "arrive", "seen": hidden(opened, "seen"), "north": "", "east": ""}
        for _ in range(2):
            answer = client.post(address, sent)
            assert answer.status_code == 302
        row = Attendance.objects.get()
        assert answer["Location"] == reverse("attendance:record", args=[row.pk])
        assert "签到成功" in page(client, answer["Location"])
        opened = page(client, address)
        assert "现在签退" in opened
        assert client.post(address, {"act": "leave", "seen": hidden(opened, "seen")}).status_code == 302
        assert "没有别的事要做" in page(client, address)
        counted = page(leading(ground), reverse("attendance:screen", args=[ground.shift.pk]) + "?still=1")
        assert "<dd>1</dd>" in counted

    def test_lets_sign_in_to_the_site_first_and_keeps_that_the_code_was_seen_in_time(self) -> None:
        ground = now_ground()
        client, code = Client(), queries.code_of(ground.shift.pk, timezone.now())
        old = queries.code_of(ground.shift.pk, timezone.now() - timedelta(minutes=3))
        assert client.get(f"/g/{code}/").status_code == 302
        assert client.session["attendance_seen"][0] == ground.shift.pk.hex
        sign_in(client, ground.volunteers[0].person)
        opened = page(client, f"/g/{old}/")  # as that code is by now
        sent = {"act": "arrive", "seen": hidden(opened, "seen")}
        assert client.post(f"/g/{old}/", sent).status_code == 302
        assert Attendance.objects.get().volunteer == ground.volunteers[0]
        refused = page(own(ground, 1), f"/g/{old}/", 422)
        assert "再扫一次" in refused
        assert own(ground, 1).post(f"/g/{old}/", sent).status_code == 422  # the mark of somebody else
        assert "不是本站" in page(own(ground, 1), f"/g/{'x' * 40}/", 422)

    def test_takes_a_rough_position_and_lets_in_by_it_alone(self) -> None:
        ground = now_ground()
        path = reverse("attendance:here", args=[ground.shift.pk])
        client = own(ground)
        assert "按位置签到" in page(client, reverse("attendance:mine"))
        assert "data-place=" in page(client, path)
        assert client.post(path, {"act": "arrive"}).status_code == 422
        near = {"act": "arrive", "north": SPRING[0] // 1000, "east": SPRING[1] // 1000}
        assert client.post(path, near).status_code == 302
        far = {**near, "north": SPRING[0] // 1000 + 50}
        assert own(ground, 1).post(path, far).status_code == 302
        first, second = Attendance.objects.order_by("arrived_at")
        assert (first.review, second.review) == ("clear", "waiting")
        Shift.objects.filter(pk=ground.shift.pk).update(place="二号楼门口", sequence=1)
        assert page(client, path, 409)
        assert "按位置签到" not in page(client, reverse("attendance:mine"))
        code = queries.code_of(ground.shift.pk, timezone.now())
        assert "data-locate" not in page(client, f"/g/{code}/")
        assert "约 5 公里" in page(own(ground, 1), reverse("attendance:record", args=[second.pk]))


class TestTheList:
    def test_works_as_a_plain_form_and_shows_masked_names_in_few_queries(self) -> None:
        ground = now_ground(2)
        Shift.objects.filter(pk=ground.shift.pk).update(places=9)
        client, path = leading(ground), reverse("attendance:list", args=[ground.shift.pk])
        asked = []
        for more in (0, 5):
            for _ in range(more):
                a_sign_up(ground.shift, a_volunteer(a_person(name="欧阳示例")))
            assert page(client, path).count('name="arrive"') == 2 + more
            with CaptureQueriesContext(connection) as seen:
                shown = page(client, path)
            asked.append(len(seen))
        who = ground.volunteers[0]
        assert who.number in shown
        assert client.cookies[COOKIE]["max-age"] == 48 * 3600
        assert shown.count("<b>欧*例") == 5
        assert "欧阳示例" not in shown
        for act in ("arrive", "arrive", "leave"):
            assert client.post(path, {act: str(who.pk)})["Location"].endswith(f"#v-{who.pk}")
        assert Attendance.objects.get().state == "left"
        assert client.post(path, {"arrive": "nobody"}).status_code == 409
        client.post(path, {"arrive": str(ground.volunteers[1].pk)})
        with CaptureQueriesContext(connection) as seen:
            page(client, path)
        assert len(seen) == asked[0] == asked[1]
        assert "没有符合" in page(client, f"{path}?q=99999999")
        assert client.post(path, {"end": "1"}).status_code == 302
        assert not Attendance.objects.filter(state="here").exists()
        manner, walk_in = (reverse(f"attendance:{name}", args=[ground.shift.pk]) for name in ("manner", "walk_in"))
        assert client.post(walk_in, {"number": a_volunteer().number}).status_code == 422
        assert client.post(manner, {"walk_ins": "on", "metres": "10"}).status_code == 422
        assert client.post(manner, {"walk_ins": "on", "metres": "3000"}).status_code == 302
        assert client.post(walk_in, {"number": a_volunteer().number}).status_code == 302
        assert "未报名" in page(client, path)
        assert "一小时" not in page(own(ground), path, 404)

    def test_takes_over_taps_and_answers_each(self) -> None:
        ground, at = now_ground(), timezone.now()
        client, path = leading(ground), reverse("attendance:sync", args=[ground.shift.pk])
        taps = [
            {"id": str(uuid4()), "volunteer": str(one.pk), "act": "arrive", "at": (at - HOUR / 12).isoformat()}
            for one in (*ground.volunteers, a_volunteer())
        ]
        sent = json.dumps({"sent_at": at.isoformat(), "taps": taps})
        for _ in range(2):
            told = client.post(path, sent, **JSON).json()["taken"]
            assert [one["answer"] for one in told] == ["accepted", "accepted", "refused"]
        assert "不在本班次名单上" in told[2]["words"]
        assert Attendance.objects.filter(way_in="offline").count() == 2
        for wrong in ("{", "[]", json.dumps({"sent_at": at.isoformat(), "taps": [{**taps[0], "at": "x"}]})):
            assert client.post(path, wrong, **JSON).status_code == 422

    def test_leaves_the_phone_at_sign_out(self) -> None:
        ground = now_ground()
        client = leading(ground)
        page(client, reverse("attendance:list", args=[ground.shift.pk]))
        answer = client.post(reverse("account_logout"))
        assert answer["Location"] == reverse("attendance:forget")
        assert {client.cookies[name].value for name in (COOKIE, COPIES)} == {""}
        assert "forget.js" in page(client, answer["Location"])
        late = leading(ground)
        page(late, reverse("attendance:list", args=[ground.shift.pk]))
        assert late.cookies[COPIES]["max-age"] == 400 * 24 * 3600
        del late.cookies[COOKIE]  # over after 48 hours; the copy may lie there still
        assert late.post(reverse("account_logout"))["Location"] == reverse("attendance:forget")
        other = sign_in(Client(), ground.volunteers[0].person)
        assert other.post(reverse("account_logout"))["Location"] != reverse("attendance:forget")
        worker = client.get(reverse("attendance:worker"))
        assert worker["Content-Type"].startswith("text/javascript")
        an_account()


class TestDoubts:
    def test_are_listed_decided_and_corrected_by_leaders_and_staff(self) -> None:
        ground = now_ground(reach="0531-示例")
        path = reverse("attendance:here", args=[ground.shift.pk])
        far = {"act": "arrive", "north": SPRING[0] // 1000 + 50, "east": SPRING[1] // 1000}
        for number in range(2):
            own(ground, number).post(path, far)
        first, second = Attendance.objects.order_by("arrived_at")
        client = leading(ground)
        listed = page(client, reverse("attendance:doubts"))
        assert "有 2 条记录等待决定" in listed
        assert page(client, reverse("attendance:doubts") + f"?q={first.volunteer.number}").count("约 5 公里") == 1
        assert client.get(reverse("attendance:doubts") + "?export=xlsx").status_code == 200
        record, decide, correct = (
            reverse(f"attendance:{name}", args=[first.pk]) for name in ("record", "decide", "correct")
        )
        assert "对记录作出决定" in page(client, record)
        assert client.post(decide, {"decision": "keep", "reason": ""}).status_code == 422
        twice(client, decide, {"decision": "keep", "reason": "GPS 偏差", "idempotency_key": "keeping-1"})
        assert "GPS 偏差" in page(own(ground), record)
        arrived = timezone.localtime(first.arrived_at) - timedelta(minutes=5)
        times = {"arrived_at": f"{arrived:%Y-%m-%dT%H:%M}", "left_at": "", "reason": "早到五分钟"}
        goes = twice(client, correct, {**times, "idempotency_key": "correcting-1"})
        assert client.post(correct, {**times, "idempotency_key": "correcting-2"}).status_code == 422
        assert "早到五分钟" in page(own(ground), goes)
        assert "由另一条记录替代" in page(client, record)
        assert page(client, decide, 409)
        staff = client_for(Role.SUBDISTRICT_OFFICER, ground.shift.activity.area[:9])
        strike = reverse("attendance:decide", args=[second.pk])
        twice(staff, strike, {"decision": "strike", "reason": "没有到场", "idempotency_key": "striking-1"})
        history = page(staff, f"/audit/history/attendance.attendance/{second.pk}/")
        assert all(words in history for words in ("没有到场", "按位置"))
        assert own(ground, 1).get(strike).status_code == 404
        gone = page(own(ground, 1), reverse("attendance:record", args=[second.pk]))
        assert all(words in gone for words in ("已了结", "请告诉活动领队", "0531-示例"))
        assert second.volunteer.number in page(client, reverse("attendance:doubts") + "?review=settled")
        assert second.volunteer.number not in page(client, reverse("attendance:doubts") + "?review=waiting")


class TestTheApi:
    def test_does_the_same(self) -> None:
        ground = now_ground()
        lead, shift = leading(ground), f"{API}/shifts/{ground.shift.pk}"
        code = lead.get(f"{shift}/code").json()["gate_code"]
        client = own(ground)
        first, again = (client.post(f"{shift}/check-in", {"gate_code": code}, **JSON).json() for _ in range(2))
        assert first == again == {"id": str(Attendance.objects.get().pk)}
        assert client.post(f"{shift}/check-out", {"gate_code": code}, **JSON).json() == first
        assert client.post(f"{shift}/check-in", {"gate_code": "x"}, **JSON).json()["code"] == "gate_code_unknown"
        told = client.get(f"{API}/me").json()["items"]
        assert [(one["state"], one["way_in"], one["minutes"]) for one in told] == [("left", "code", 0)]
        place = {"position": {"north": SPRING[0] // 1000, "east": SPRING[1] // 1000}}
        other = own(ground, 1)
        assert other.post(f"{shift}/here", place, **JSON).status_code == 200
        assert other.post(f"{shift}/gone", place, **JSON).status_code == 200
        listed = lead.get(f"{shift}/list").json()
        assert (listed["left"], [one["state"] for one in listed["items"]]) == (2, ["left", "left"])

        def write(path: str, body: Any) -> Any:
            answer = lead.post(path, body, headers={"Idempotency-Key": uuid4().hex}, **JSON)
            assert answer.status_code == 200, answer.content
            return answer.json()

        write(f"{shift}/manner", {"walk_ins": True, "metres": 2000})
        third = a_volunteer()
        made = write(f"{shift}/walk-in", {"number": third.number})
        assert write(f"{shift}/mark", {"volunteer_id": str(third.pk), "act": "arrive"}) == made
        tap = {"id": str(uuid4()), "volunteer_id": str(third.pk), "act": "leave", "tapped_at": "2026-01-01T00:00:00Z"}
        sent = {"sent_at": timezone.now().isoformat(), "taps": [tap]}
        for _ in range(2):
            taken = lead.post(f"{shift}/taps", sent, **JSON).json()["taken"]
            assert [(one["answer"], one["why"]) for one in taken] == [("refused", "tap_out_of_time")]
        assert Tap.objects.count() == 1
        assert write(f"{shift}/end", None) == {"ended": 1}
        row = Attendance.objects.get(pk=first["id"])
        write(f"{API}/records/{row.pk}/decide", {"kept": False, "reason": "没有到场"})
        assert client.get(f"{API}/records/{row.pk}").json()["state"] == "struck"
        times = {"arrived_at": (timezone.now() - HOUR / 60).isoformat(), "reason": "改时间"}
        write(f"{API}/records/{made['id']}/correct", times)
        assert lead.get(f"{API}/doubts").json()["items"] == []
