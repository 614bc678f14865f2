"""Offers with photo, place and hours: by page and by API, what is wrong named, what the database holds."""

from __future__ import annotations

import base64
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from shanzhi.kernel.errors import Refusal
from shanzhi.timebank import operations, queries
from shanzhi.timebank.models import Deal, Member, OfferHours, Post
from tests.activities.test_guards import refused
from tests.support.people import AREA, AT, a_person, actor, sign_in
from tests.timebank.support import a_bank, a_member, a_request, an_offer
from tests.volunteering.support import a_volunteer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
NOW = timezone.now()
SATURDAY, MONDAY = (6, 360, 720), (1, 720, 1080)


def a_picture() -> io.BytesIO:
    """Give a photo as a phone sends it."""
    file = io.BytesIO()
    Image.new("RGB", (20, 10), "red").save(file, "PNG")
    file.seek(0)
    file.name = "工具.png"
    return file


def two_members() -> tuple[Member, Member]:
    """Open two accounts; the second has credits."""
    bank = a_bank()
    return a_member(bank, at=NOW - timedelta(days=9)), a_member(bank, 300, at=NOW - timedelta(days=9))


def a_form(**fields: Any) -> dict[str, Any]:
    """Give what the form of an offer sends."""
    until = timezone.localdate(NOW) + timedelta(days=30)
    return {"title": "教用手机", "about": "挂号、视频通话（示例）", "area": AREA, "minutes": "60",
            "until": until.isoformat(), "place": "在我家，或社区图书馆", "address": "解放路九号",
            "hours": ["6-360-720", "1-720-1080"], **fields}  # fmt: skip


def a_body(**fields: Any) -> dict[str, Any]:
    """Give what a program sends."""
    hours = [{"weekday": day, "starts": starts, "ends": ends} for day, starts, ends in (SATURDAY, MONDAY)]
    return {"sort": "offer", "title": "教用手机", "about": "挂号、视频通话（示例）", "area": AREA, "minutes": 60,
            "place": "在我家，或社区图书馆", "address": "解放路九号", "hours": hours,
            "photo": base64.b64encode(a_picture().read()).decode(), **fields}  # fmt: skip


def sent(client: Client, bank_id: Any, key: str = "offer-one-1", **fields: Any) -> Any:
    """Send an offer by the API."""
    way = f"/api/v1/timebank/banks/{bank_id}/help"
    return client.post(way, a_body(**fields), content_type="application/json", headers={"Idempotency-Key": key})


def test_an_offer_with_photo_place_and_hours_is_posted_by_the_page_and_shows_all_three() -> None:
    helper, taker = two_members()
    mine, theirs = sign_in(Client(), helper.person), sign_in(Client(), taker.person)
    root = f"/timebank/{helper.bank_id}/help/"
    form = mine.get(f"{root}offer/").content.decode()
    assert all(name in form for name in ('name="photo"', 'name="place"', 'value="6-360-720"', "volunteering.css"))
    answer = mine.post(f"{root}offer/", {**a_form(), "photo": a_picture(), "idempotency_key": "offer-page-1"})
    post = Post.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/timebank/help/{post.pk}/")
    for client in (mine, theirs):
        shown = client.get(f"/timebank/help/{post.pk}/").content.decode()
        assert "在我家，或社区图书馆" in shown
        assert "周一 12:00–18:00、周六 6:00–12:00" in shown
        assert f'src="/timebank/help/{post.pk}/photo/"' in shown
        assert "解放路九号" not in shown
    assert theirs.get(f"/timebank/help/{post.pk}/photo/")["Content-Type"] == "image/jpeg"
    listed = theirs.get(root).content.decode()
    assert "周六 6:00–12:00" in listed
    assert "教用手机" in theirs.get(f"{root}?weekday=6").content.decode()
    assert "教用手机" not in theirs.get(f"{root}?weekday=3").content.decode()


def test_an_offer_with_photo_place_and_hours_is_posted_by_the_api_and_tells_all_three() -> None:
    helper, taker = two_members()
    mine, theirs = sign_in(Client(), helper.person), sign_in(Client(), taker.person)
    first, again = (sent(mine, helper.bank_id) for _turn in range(2))
    assert (first.status_code, first.json()) == (200, again.json())
    post = Post.objects.get()
    told = theirs.get(f"/api/v1/timebank/help/{post.pk}").json()
    assert told["place"] == "在我家，或社区图书馆"
    assert told["hours"] == [
        {"weekday": 1, "starts": 720, "ends": 1080}, {"weekday": 6, "starts": 360, "ends": 720},
    ]  # fmt: skip
    assert told["photo"] == f"/timebank/help/{post.pk}/photo/"
    assert "解放路九号" not in str(told)
    picture: Any = theirs.get(told["photo"])
    assert Image.open(io.BytesIO(b"".join(picture.streaming_content))).size == (20, 10)
    way = f"/api/v1/timebank/banks/{helper.bank_id}/help"
    assert [one["id"] for one in theirs.get(f"{way}?weekday=1").json()["items"]] == [str(post.pk)]
    assert theirs.get(f"{way}?weekday=2").json()["items"] == []
    assert theirs.get(f"{way}?weekday=8").status_code == 422


def test_the_exact_address_of_an_offer_is_shown_to_the_two_of_a_promise_alone() -> None:
    helper, taker = two_members()
    post = an_offer(helper, at=NOW, address="解放路九号", place="在我家")
    deal = operations.answer_post(actor=actor(taker.person), post_id=post.pk, message="", minutes=30, at=NOW)
    viewer = actor(taker.person)
    assert queries.address_for(viewer=viewer, found=deal) == ""
    operations.promise(actor=actor(helper.person), deal_id=deal.pk, at=NOW)
    assert queries.address_for(viewer=viewer, found=Deal.objects.get(pk=deal.pk)) == "解放路九号"
    assert queries.address_for(viewer=actor(a_person()), found=Deal.objects.get(pk=deal.pk)) == ""


@pytest.mark.parametrize(
    ("fields", "field", "cure"),
    [
        ({"hours": [{"weekday": 1, "starts": 600, "ends": 600}]}, "hours", "开始早于结束"),
        ({"hours": [{"weekday": 1, "starts": 600, "ends": 720}, {"weekday": 1, "starts": 660, "ends": 800}]},
         "hours", "不重叠"),
        ({"sort": "request", "starts_at": "2027-01-01T10:00:00+08:00"}, "place", "请去掉这一项"),
        ({"starts_at": "2027-01-01T10:00:00+08:00"}, "starts_at", "请去掉这一项"),
        ({"photo": base64.b64encode(b"no picture").decode()}, "photo", "JPEG、PNG 或 WebP"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_cure(fields: dict[str, Any], field: str, cure: str) -> None:
    helper, _taker = two_members()
    answer = sent(sign_in(Client(), helper.person), helper.bank_id, **fields)
    assert answer.status_code == 422
    told = answer.json()
    assert (told["field"], cure in told["detail"]) == (field, True)
    assert not Post.objects.exists()


def test_what_is_refused_leaves_no_photo_behind(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    helper, _taker = two_members()
    stranger = sign_in(Client(), a_person(AREA))
    assert sent(stranger, helper.bank_id).status_code == 409  # no account at the bank
    mine = sign_in(Client(), helper.person)
    for key, wrong in enumerate(
        ({"title": " "}, {"area": "110114"}, {"hours": [{"weekday": 1, "starts": 9, "ends": 9}]})
    ):
        assert sent(mine, helper.bank_id, key=f"wrong-{key}", **wrong).status_code == 422
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_the_page_says_beside_the_field_what_is_wrong_and_keeps_the_rest() -> None:
    helper, _taker = two_members()
    mine, root = sign_in(Client(), helper.person), f"/timebank/{helper.bank_id}/help/offer/"
    for wrong, field in (({"place": "长" * 61}, "place"), ({"hours": ["8-1-2"]}, "hours"), ({"until": ""}, "until")):
        answer = mine.post(root, a_form(**wrong))
        assert (answer.status_code, set(answer.context["form"].errors)) == (422, {field})
        assert "挂号、视频通话" in answer.content.decode()
    assert not Post.objects.exists()


def test_the_free_hours_of_a_volunteer_are_there_to_be_ticked_and_none_is() -> None:
    helper, _taker = two_members()
    volunteer = a_volunteer(helper.person, area=AREA)
    volunteer.hours.create(weekday=2, starts=430, ends=500)
    form = sign_in(Client(), helper.person).get(f"/timebank/{helper.bank_id}/help/offer/").content.decode()
    assert 'value="2-430-500"' in form
    assert "周二 7:10–8:20" in form
    assert 'checked' not in form[form.index('value="1-360-720"') : form.index('value="7-1080-1320"')]  # fmt: skip


def test_the_database_holds_hours_of_open_offers_that_stay_and_do_not_overlap() -> None:
    helper, taker = two_members()
    offer, asked = an_offer(helper, at=NOW, hours=[SATURDAY]), a_request(taker, at=NOW)
    row = OfferHours.objects.get(post=offer)

    def add(post: Post, *span: int) -> Any:
        return lambda: OfferHours.objects.create(post=post, weekday=span[0], starts=span[1], ends=span[2])

    refused(add(asked, *SATURDAY), "timebank_hours_of_offer")
    refused(add(offer, 6, 700, 800), "timebank_hours_overlap")
    refused(add(offer, 8, 700, 800), "timebank_hours_weekday")
    refused(add(offer, 5, 800, 800), "timebank_hours_span")
    refused(add(offer, 5, 800, 1441), "timebank_hours_span")
    refused(lambda: OfferHours.objects.filter(pk=row.pk).update(ends=700), "stay as they were said")
    refused(row.delete, "hours of an open offer stay")
    refused(lambda: Post.objects.filter(pk=asked.pk).update(place="在我家"), "timebank_post_place")
    with pytest.raises(IntegrityError, match="timebank_post_where_and_when"), transaction.atomic():
        Post.objects.filter(pk=offer.pk).update(starts_at=AT)
    operations.close_post(actor=actor(helper.person), post_id=offer.pk, at=NOW)
    refused(add(offer, 3, 700, 800), "timebank_hours_of_offer")
    with pytest.raises(Refusal) as told:
        an_offer(helper, at=NOW, hours=[(1, 0, 1440), (1, 20, 30)])
    assert (told.value.code, told.value.field) == ("bad_hours_of_offer", "hours")
    assert OfferHours.objects.count() == 1


def test_the_list_asks_no_more_for_more_offers() -> None:
    helper, taker = two_members()
    theirs = sign_in(Client(), taker.person)
    paths = (f"/timebank/{helper.bank_id}/help/", f"/api/v1/timebank/banks/{helper.bank_id}/help")

    def asked() -> list[int]:
        found = []
        for path in paths:
            with CaptureQueriesContext(connection) as told:
                assert theirs.get(path).status_code == 200
            found.append(len(told))
        return found

    an_offer(helper, at=NOW, hours=[SATURDAY, MONDAY])
    asked()
    before = asked()
    for _one in range(3):
        an_offer(helper, at=NOW, hours=[SATURDAY, MONDAY])
    assert asked() == before
