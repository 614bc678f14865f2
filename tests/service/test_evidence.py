"""Photos and sheets beside a record: kept without what a camera notes, seen by few, taken away for a reason."""

import base64
import io
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from shanzhi.audit.models import Event
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound, Refusal
from shanzhi.kernel.personal import Leaving
from shanzhi.kernel.roles import Role
from shanzhi.people import operations as people
from shanzhi.service import operations, queries
from shanzhi.service.models import Evidence, Reversal, ServiceRecord
from shanzhi.service.operations.evidence import empty_evidence
from shanzhi.volunteering.models import Team, Volunteer
from tests.people.conftest import COMMUNITY, make_areas
from tests.people.test_migrations import move
from tests.service.support import a_record, put_under_notice, verify
from tests.support.funds import a_photo
from tests.support.people import AT, LONG_AGO, a_person, actor, an_actor, client_for, sign_in
from tests.support.pressing import twice
from tests.volunteering.support import a_team, a_volunteer, join
from tests.volunteering.test_guards import refused
from tests.work.test_pictures import SECRETS, a_jpeg

pytestmark = [pytest.mark.django_db]
API = "/api/v1/service"
PDF = b"%PDF-1.4 made up\n%%EOF\n"


@dataclass
class Ground:
    """A record under notice of somebody in a team, with who leads it and a mate."""

    record: ServiceRecord
    team: Team
    who: Volunteer
    leader: Volunteer
    mate: Volunteer
    folder: Path

    def actor(self, name: str) -> Actor:
        return actor(getattr(self, name).person)

    def add(self, content: bytes = PDF, name: str = "签到表（示例）.pdf", by: str = "leader") -> Evidence:
        return operations.add_evidence(
            actor=self.actor(by), record_id=self.record.pk, name=name, content=content, at=AT
        )  # fmt: skip

    def kept(self) -> list[bytes]:
        """Give the bytes of all files that lie in the folder of the room."""
        return [path.read_bytes() for path in sorted(self.folder.rglob("*")) if path.is_file()]


@pytest.fixture
def ground(areas: None, tmp_path: Path, settings: Any) -> Ground:
    settings.MEDIA_ROOT = tmp_path
    who, leader, mate = (a_volunteer(a_person(COMMUNITY), COMMUNITY) for _place in range(3))
    team = a_team(COMMUNITY, leader=leader)
    join(team, who)
    join(team, mate)
    record = a_record(who, team)
    put_under_notice(record, AT - timedelta(days=1))
    return Ground(ServiceRecord.objects.get(pk=record.pk), team, who, leader, mate, tmp_path / "service")


def code(run: Any) -> str:
    with pytest.raises(Refusal) as said:
        run()
    return str(said.value.code)


class TestAFile:
    def test_that_is_a_photo_is_written_anew_without_place_time_and_device(self, ground: Ground) -> None:
        made = ground.add(a_jpeg(), "IMG_1.jpg")
        (kept,) = ground.kept()
        assert not [secret for secret in SECRETS if secret in kept]
        assert Image.open(io.BytesIO(kept)).size == (64, 32)
        assert (made.kind, made.size, made.name) == ("jpg", len(kept), "IMG_1.jpg")
        told = Event.objects.get(verb="service.evidence.add")
        assert told.subject_id == str(ground.record.pk)
        assert told.change == {
            "number": ground.who.number, "kind": "jpg", "digest": made.digest, "size": len(kept)
        }  # fmt: skip

    def test_that_is_a_pdf_is_kept_as_it_is_and_anything_else_refused(self, ground: Ground) -> None:
        made = ground.add()
        assert (ground.kept(), made.kind) == ([PDF], "pdf")
        assert ground.add().pk == made.pk  # the same again is the same
        for wrong in (b"", b"PK\x03\x04", b"<svg/>", a_jpeg()[:200], b"\x89PNG\r\n\x1a\n broken"):
            assert code(lambda wrong=wrong: ground.add(wrong)) == "not_service_evidence", wrong[:9]
        assert code(lambda: ground.add(PDF[:-6])) == "not_service_evidence"  # half of one
        assert code(lambda: ground.add(b"%PDF-" + b"x" * 10 * 1024**2)) == "file_too_large"
        assert code(lambda: ground.add(b"\xff\xd8" + b"x" * 10 * 1024**2)) == "file_too_large"
        for place in range(4):
            ground.add(a_photo((60 + place, 40)))
        assert code(lambda: ground.add(a_photo((70, 40)))) == "too_much_service_evidence"
        assert len(ground.kept()) == 5

    def test_is_put_there_by_who_is_in_charge_of_another_s_service_that_counts(self, ground: Ground) -> None:
        assert code(lambda: ground.add(by="mate")) == "not_the_team_leader"
        assert code(lambda: ground.add(by="who")) == "not_the_team_leader"
        place = ground.team.members.get(volunteer=ground.who)
        place.role = "deputy"
        place.save()
        assert code(lambda: ground.add(by="who")) == "own_service"
        outsider = a_volunteer()
        with pytest.raises(NotFound):
            operations.add_evidence(
                actor=actor(outsider.person), record_id=ground.record.pk, name="x", content=PDF, at=AT
            )  # fmt: skip
        ServiceRecord.objects.filter(pk=ground.record.pk).update(
            state="refused", refused_at=AT, refused_reason="没有到场（示例）"
        )  # fmt: skip
        assert code(ground.add) == "service_evidence_over"
        over = a_record(ground.who, ground.team, state="verified", served_on=AT.date() - timedelta(days=40))
        Reversal.objects.create(record=over, reason="有误（示例）", reversed_at=AT)
        ground.record = over
        assert code(ground.add) == "service_evidence_over"
        assert not Evidence.objects.exists()

    def test_is_taken_away_for_a_reason_with_its_bytes(
        self, ground: Ground, django_capture_on_commit_callbacks: Any
    ) -> None:
        made, other = ground.add(), a_record(ground.mate, ground.team)
        shared = operations.add_evidence(
            actor=ground.actor("leader"), record_id=other.pk, name="x.pdf", content=PDF, at=AT
        )  # fmt: skip
        given: dict[str, Any] = {"actor": ground.actor("leader"), "at": AT}
        assert code(lambda: operations.remove_evidence(evidence_id=made.pk, reason=" ", **given)) == (
            "service_reason_missing"
        )
        for row, left in ((made, [PDF]), (shared, [])):
            with django_capture_on_commit_callbacks(execute=True):
                operations.remove_evidence(evidence_id=row.pk, reason="拍到了别人（示例）", **given)
            assert ground.kept() == left  # as long as something points to it, it stays
        made.refresh_from_db()
        assert (made.name, made.digest, made.removed_reason) == ("", "", "拍到了别人（示例）")
        with pytest.raises(NotFound):
            operations.remove_evidence(evidence_id=made.pk, reason="又一次", **given)
        assert Event.objects.filter(verb="service.evidence.remove", reason="拍到了别人（示例）").count() == 2

    def test_stays_while_a_complaint_is_open(self, ground: Ground) -> None:
        made = ground.add()
        given: dict[str, Any] = {"evidence_id": made.pk, "reason": "拍到了别人（示例）", "at": AT}
        asked = operations.complain(
            actor=ground.actor("who"), record_id=ground.record.pk, words="时长不对（示例）", at=AT
        )  # fmt: skip
        leader, page = sign_in(Client(), ground.leader.person), f"/service/records/{ground.record.pk}/"
        assert code(lambda: operations.remove_evidence(actor=ground.actor("leader"), **given)) == (
            "service_evidence_asked"
        )
        assert "移除" not in leader.get(page).content.decode()
        assert leader.get(f"/service/evidence/{made.pk}/remove/").status_code == 409
        operations.withdraw_complaint(actor=ground.actor("who"), complaint_id=asked.pk, at=AT)
        assert "移除" in leader.get(page).content.decode()

    def test_by_which_another_verified_stays_with_who_recorded_it(self, ground: Ground) -> None:
        ground.record = a_record(ground.who, ground.team, state="noticed", recorded_by=ground.leader.person)
        made = ground.add()
        given: dict[str, Any] = {"evidence_id": made.pk, "reason": "拍到了别人（示例）", "at": AT}
        verify(ground.record, a_person(COMMUNITY), AT)
        assert code(lambda: operations.remove_evidence(actor=ground.actor("leader"), **given)) == (
            "own_service_evidence"
        )
        page = sign_in(Client(), ground.leader.person).get(f"/service/records/{ground.record.pk}/")
        assert "移除" not in page.content.decode()
        office = an_actor(Role.COMMUNITY_SECRETARY, COMMUNITY)
        assert operations.remove_evidence(actor=office, **given).removed_at is not None

    def test_is_not_put_beside_the_record_of_somebody_who_was_erased(self, ground: Ground) -> None:
        people.erase_own(actor=ground.actor("who"), confirmed=True, at=AT)
        assert code(ground.add) == "volunteer_erased"
        values: dict[str, Any] = {"record": ground.record, "kind": "pdf", "size": 9, "added_at": AT, "name": "a.pdf"}
        refused(lambda: Evidence.objects.create(digest=f"sha256:{'0' * 64}", **values), "service_evidence_erased")
        page = sign_in(Client(), ground.leader.person).get(f"/service/records/{ground.record.pk}/")
        assert "附上佐证" not in page.content.decode()

    def test_whose_reason_says_erased_was_taken_away_by_somebody(self, ground: Ground) -> None:
        made = ground.add()
        operations.remove_evidence(actor=ground.actor("leader"), evidence_id=made.pk, reason="erased", at=AT)
        leader = sign_in(Client(), ground.leader.person)
        assert "信息已抹去" not in leader.get(f"/service/records/{ground.record.pk}/").content.decode()
        (row,) = leader.get(f"{API}/records/{ground.record.pk}/evidence").json()
        assert (row["removed_reason"], row["erased"]) == ("erased", False)

    def test_goes_with_the_volunteer_who_is_erased(
        self, ground: Ground, django_capture_on_commit_callbacks: Any
    ) -> None:  # fmt: skip
        made = ground.add()
        with django_capture_on_commit_callbacks(execute=True):
            people.erase_own(actor=ground.actor("who"), confirmed=True, at=AT)
        made.refresh_from_db()
        assert (ground.kept(), made.digest, made.name, made.erased) == ([], "", "", True)
        leader = sign_in(Client(), ground.leader.person)
        assert "信息已抹去" in leader.get(f"/service/records/{ground.record.pk}/").content.decode()
        (row,) = leader.get(f"{API}/records/{ground.record.pk}/evidence").json()
        assert (row["removed_reason"], row["erased"]) == ("", True)

    def test_costs_the_erasing_no_more_where_there_are_many(self, ground: Ground) -> None:
        costs = []
        for many in (1, 4):
            for place in range(many):
                ground.add(a_photo((60 + place + 10 * many, 40)))
            leaving = Leaving(ground.who.person_id, AT, "示例", ())
            with CaptureQueriesContext(connection) as asked:
                assert len(empty_evidence(leaving)) == many
            costs.append(len(asked))
        assert costs[0] == costs[1]


class TestWhoSeesIt:
    def test_is_the_volunteer_who_is_in_charge_and_staff_and_no_mate_of_the_team(self, ground: Ground) -> None:
        made = ground.add()
        staff = client_for(Role.SOCIAL_WORKER, COMMUNITY)
        record, file = f"/service/records/{ground.record.pk}/", f"/service/evidence/{made.pk}/"
        clients = {name: sign_in(Client(), getattr(ground, name).person) for name in ("who", "leader", "mate")}
        for name, client in (("who", clients["who"]), ("leader", clients["leader"]), ("staff", staff)):
            assert "签到表（示例）.pdf" in client.get(record).content.decode(), name
            answer: Any = client.get(file)
            assert (answer.status_code, b"".join(answer.streaming_content)) == (200, PDF), name
            assert answer["Cache-Control"] == "no-store"
            assert answer["Content-Disposition"].startswith("attachment")
            assert len(client.get(f"{API}/records/{ground.record.pk}/evidence").json()) == 1
        mate = clients["mate"]
        shown = mate.get(record)
        assert (shown.status_code, "签到表（示例）.pdf" in shown.content.decode()) == (200, False)
        assert [mate.get(path).status_code for path in (file, f"{API}/evidence/{made.pk}")] == [404, 404]
        assert mate.get(f"{API}/records/{ground.record.pk}/evidence").json() == []
        assert client_for(Role.SOCIAL_WORKER, "110114008001").get(file).status_code == 404
        assert Client().get(file).status_code == 302
        assert queries.evidence_of(viewer=Actor.anonymous(), found=ground.record) == []
        acts = {"附上佐证": ("leader",), "移除<span": ("leader",)}
        for words, may in acts.items():
            for name, client in clients.items():
                assert (words in client.get(record).content.decode()) is (name in may), (words, name)


class TestTheWays:
    def test_by_the_pages(self, ground: Ground) -> None:
        client = sign_in(Client(), ground.leader.person)
        add = f"/service/records/{ground.record.pk}/evidence/"
        page = client.get(add).content.decode()
        assert 'enctype="multipart/form-data"' in page
        wrong = client.post(add, {"file": SimpleUploadedFile("x.exe", b"MZ"), "idempotency_key": "adding-wrong-1"})
        assert wrong.status_code == 422
        assert "只接受完整的照片（JPEG、PNG、WebP）或 PDF" in wrong.content.decode()
        assert client.post(add, {"idempotency_key": "adding-none-1"}).status_code == 422
        for _press in range(2):
            sent = {"file": SimpleUploadedFile("现场.jpg", a_jpeg()), "idempotency_key": "adding-once-1"}
            assert client.post(add, sent)["Location"] == f"/service/records/{ground.record.pk}/"
        made = Evidence.objects.get()
        other = {**sent, "file": SimpleUploadedFile("现场.jpg", a_jpeg(6))}
        refused_key = client.post(add, other)  # another file is another send, whatever its form says
        assert (refused_key.status_code, Evidence.objects.count()) == (422, 1)
        assert "现场.jpg" in client.get(f"/service/records/{ground.record.pk}/").content.decode()
        remove = f"/service/evidence/{made.pk}/remove/"
        assert "曾有文件以及移除原因会留在记录中" in client.get(remove).content.decode()
        sent = {"reason": "拍到了别人（示例）", "idempotency_key": "removing-once-1"}
        twice(client, remove, sent)
        shown = sign_in(Client(), ground.who.person).get(f"/service/records/{ground.record.pk}/").content.decode()
        assert ("现场.jpg" in shown, "拍到了别人（示例）" in shown) == (False, True)
        assert client.get(remove).status_code == client.get(f"/service/evidence/{made.pk}/").status_code == 404

    def test_by_the_api(self, ground: Ground) -> None:
        client = sign_in(Client(), ground.leader.person)
        path = f"{API}/records/{ground.record.pk}/evidence"
        body = {"name": "现场.jpg", "content": base64.b64encode(a_jpeg()).decode()}
        given: dict[str, Any] = {"content_type": "application/json", "headers": {"Idempotency-Key": "api-add-once-1"}}
        first, again = (client.post(path, body, **given).json() for _press in range(2))
        assert first == again
        (row,) = client.get(path).json()
        assert (row["id"], row["name"], row["kind"], row["removed_at"]) == (first["id"], "现场.jpg", "jpg", None)
        answer: Any = client.get(f"{API}/evidence/{first['id']}")
        assert b"".join(answer.streaming_content) == ground.kept()[0]
        given["headers"] = {"Idempotency-Key": "api-remove-once-1"}
        assert client.post(f"{API}/evidence/{first['id']}/remove", {"reason": "有误（示例）"}, **given).json() == first
        (row,) = client.get(path).json()
        assert (row["name"], row["removed_reason"]) == ("", "有误（示例）")
        assert client.get(f"{API}/evidence/{first['id']}").status_code == 404


def test_the_database_holds_what_a_file_may_become(ground: Ground) -> None:
    rows = Evidence.objects.filter(pk=ground.add().pk)
    values: dict[str, Any] = {"name": "x", "kind": "pdf", "digest": "sha256:" + "a" * 64, "size": 1, "added_at": AT}
    refused(rows.delete, "taken away once")
    refused(lambda: rows.update(size=7), "taken away once")
    refused(lambda: rows.update(digest=values["digest"]), "taken away once")
    refused(lambda: rows.update(removed_at=AT), "service_evidence_there")
    refused(lambda: rows.update(removed_at=AT, digest="", name=""), "service_evidence_there")
    refused(lambda: rows.update(removed_at=AT - timedelta(days=1), digest="", name="", removed_reason="x"),
            "service_evidence_there")  # fmt: skip
    refused(lambda: Evidence.objects.create(record=ground.record, **{**values, "digest": rows[0].digest}),
            "service_evidence_once")  # fmt: skip
    refused(lambda: Evidence.objects.create(record=ground.record, added_by=ground.who.person, **values),
            "service_evidence_own")  # fmt: skip
    gone = a_record(ground.who, ground.team, served_on=LONG_AGO.date())
    ServiceRecord.objects.filter(pk=gone.pk).update(state="refused", refused_at=AT, refused_reason="x")
    refused(lambda: Evidence.objects.create(record=gone, **values), "service_evidence_begins")
    rows.update(removed_at=AT, digest="", name="", removed_reason="示例")
    refused(lambda: rows.update(removed_at=AT + timedelta(days=1)), "taken away once")


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_records_of_before_have_no_files_and_take_some_from_then_on(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    make_areas()
    leader, one = (a_volunteer(a_person(COMMUNITY), COMMUNITY) for _place in range(2))
    team = a_team(COMMUNITY, leader=leader)
    record = a_record(one, team, evidence="签到表（示例）")
    try:
        move(("service", "0002_guards"))
    finally:
        move()
    assert not Evidence.objects.exists()
    operations.add_evidence(actor=actor(leader.person), record_id=record.pk, name="x.pdf", content=PDF, at=AT)
    assert ServiceRecord.objects.get(pk=record.pk).evidence == "签到表（示例）"
    assert Evidence.objects.get().record_id == record.pk
