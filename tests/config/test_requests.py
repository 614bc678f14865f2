"""What every request gets: an id, safe headers, errors in words, figures, a log line without personal data."""

import json
import logging
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import psycopg
import pytest
import structlog
from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import include, path
from django.views.decorators.http import require_safe  # noqa: TID251 - refuses as an address of the API does

from shanzhi.config import logs, problems
from shanzhi.config import urls as house
from shanzhi.config.middleware import CONTENT_POLICY
from shanzhi.kernel.errors import Conflict
from shanzhi.ui.methods import form_page

PHONE, RESIDENT, MAIL = "13800138000", "11010519491231002X", "li@example.org"


@form_page
def refuse(request: HttpRequest, number: int = 0) -> HttpResponse:
    raise Conflict(field="title")


@form_page
def fail(request: HttpRequest, word: str = "") -> HttpResponse:
    raise RuntimeError(f"duplicate key: phone={PHONE}")


@form_page
def lose(request: HttpRequest, why: str = "") -> HttpResponse:
    cause = psycopg.errors.DiskFull() if why == "full" else psycopg.OperationalError()
    raise OperationalError("server closed the connection") from cause


@require_safe
def read_only(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [
    path("api/test/read", read_only),
    path("test/refuse/<int:number>", refuse),
    path("test/fail/<str:word>", fail),
    path("api/test/refuse", refuse),
    path("api/test/fail", fail),
    path("api/test/lose", lose),
    path("test/lose/<str:why>", lose),
    path("", include(house)),
]
handler400, handler403, handler404, handler500 = house.handler400, house.handler403, house.handler404, house.handler500


@pytest.fixture(autouse=True)
def own_addresses() -> Iterator[None]:
    with override_settings(ROOT_URLCONF=__name__):
        yield


@pytest.fixture
def visitor() -> Client:
    return Client(raise_request_exception=False)


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """The log as it would be written."""
    written: list[str] = []
    made = logging.Handler()
    made.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            **{k: v for k, v in settings.LOGGING["formatters"]["json"].items() if k != "()"}
        )
    )
    made.emit = lambda record: written.append(made.format(record))  # type: ignore[method-assign]  # a list is enough
    logging.getLogger().addHandler(made)
    yield written
    logging.getLogger().removeHandler(made)


class TestARequest:
    def test_gets_an_id_that_the_answer_carries(self, visitor: Client) -> None:
        assert len(visitor.get("/-/health")["X-Request-ID"]) == 16

    def test_keeps_the_id_that_a_proxy_gave(self, visitor: Client) -> None:
        assert visitor.get("/-/health", headers={"X-Request-ID": "abcd-1234"})["X-Request-ID"] == "abcd-1234"

    def test_does_not_keep_an_id_that_could_forge_a_log_line(self, visitor: Client) -> None:
        forged = 'a"} {"event": "x'
        assert visitor.get("/-/health", headers={"X-Request-ID": forged})["X-Request-ID"] != forged

    @pytest.mark.parametrize("address", ["/-/health", "/nothing", "/test/fail/x", "/api/test/refuse"])
    def test_is_answered_with_headers_that_allow_only_our_own_files(self, visitor: Client, address: str) -> None:
        answer = visitor.get(address)
        assert answer["Content-Security-Policy"] == CONTENT_POLICY
        assert "unsafe" not in CONTENT_POLICY
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["Referrer-Policy"] == "same-origin"


@pytest.mark.django_db
class TestAnErrorPage:
    @pytest.mark.parametrize(("address", "status"), [("/nothing", 404), ("/test/refuse/1", 409), ("/test/fail/x", 500)])
    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    def test_shows_words_and_the_number(self, visitor: Client, address: str, status: int, language: str) -> None:
        answer = visitor.get(address, headers={"Accept-Language": language})
        text = answer.content.decode()
        assert answer.status_code == status
        assert answer["X-Request-ID"] in text
        assert ("没有" in text or "修改" in text or "出错" in text or "出了" in text) == (language == "zh-hans")

    def test_does_not_tell_what_broke(self, visitor: Client) -> None:
        assert PHONE not in visitor.get("/test/fail/x").content.decode()

    def test_comes_as_plain_words_when_even_the_page_fails(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*_: object, **__: object) -> HttpResponse:
            raise RuntimeError

        monkeypatch.setattr(problems, "render", broken)
        answer = problems.page(RequestFactory().get("/"), status=500, message="words")
        assert (answer.status_code, answer["Content-Type"]) == (500, "text/plain; charset=utf-8")
        assert b"words" in answer.content


class TestAnApiError:
    @pytest.mark.parametrize(
        ("address", "status", "code"),
        [
            ("/api/v1/nothing", 404, "not_found"),
            ("/api/test/refuse", 409, "conflict"),
            ("/api/test/fail", 500, "server_error"),
        ],
    )
    def test_is_a_problem_with_code_words_and_number(
        self, visitor: Client, address: str, status: int, code: str
    ) -> None:
        answer = visitor.get(address)
        body = json.loads(answer.content)
        assert answer["Content-Type"] == "application/problem+json"
        assert (answer.status_code, body["status"], body["code"]) == (status, status, code)
        assert body["detail"]
        assert body["request_id"] == answer["X-Request-ID"]

    def test_names_the_field_at_fault(self, visitor: Client) -> None:
        assert visitor.get("/api/test/refuse").json()["field"] == "title"

    def test_names_the_methods_that_an_address_knows(self, visitor: Client) -> None:
        answer = visitor.delete("/api/test/read")
        assert (answer.status_code, answer["Content-Type"]) == (405, "application/problem+json")
        assert answer["Allow"] == "GET, HEAD"


class TestTheFigures:
    def test_count_by_route_template_not_by_address(self, visitor: Client) -> None:
        visitor.get("/test/fail/secret-word")
        text = visitor.get("/-/metrics").content.decode()
        assert 'route="test/fail/<str:word>",status="500"' in text
        assert "secret-word" not in text

    def test_are_for_this_machine_alone(self, visitor: Client) -> None:
        assert visitor.get("/-/metrics", REMOTE_ADDR="203.0.113.9").status_code == 403

    def test_are_not_for_those_behind_a_proxy_on_this_machine(self, visitor: Client) -> None:
        assert visitor.get("/-/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 403

    @pytest.mark.parametrize(("token", "status"), [("right", 200), ("wrong", 403), ("", 403)])
    def test_are_for_who_has_the_token_when_one_is_set(self, visitor: Client, token: str, status: int) -> None:
        with override_settings(METRICS_TOKEN="right"):
            answer = visitor.get("/-/metrics", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == status


@pytest.mark.django_db
class TestReadiness:
    def test_is_given_with_all_migrations_applied(self, visitor: Client) -> None:
        assert visitor.get("/-/ready").json() == {"status": "ready"}

    def test_is_denied_while_migrations_wait(self, visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("shanzhi.config.health.pending_migrations", lambda: 2)
        answer = visitor.get("/-/ready")
        assert (answer.status_code, answer.json()["reason"]) == (503, "2 migrations pending")


class TestTheLog:
    def test_tells_route_status_and_number_of_each_request(self, visitor: Client, lines: list[str]) -> None:
        answer = visitor.get("/test/refuse/4711?phone=" + PHONE)
        told = [json.loads(line) for line in lines if '"answered"' in line]
        assert told[0]["route"] == "test/refuse/<int:number>"
        assert (told[0]["status"], told[0]["request_id"]) == (409, answer["X-Request-ID"])

    def test_holds_nothing_of_address_query_body_or_values(self, visitor: Client, lines: list[str]) -> None:
        visitor.post(f"/test/fail/secret-word?q={MAIL}", {"id_number": RESIDENT, "phone": PHONE})
        text = "\n".join(lines)
        assert "RuntimeError" in text
        for personal in (PHONE, RESIDENT, MAIL, "secret-word"):
            assert personal not in text

    def test_loses_fields_with_personal_names(self) -> None:
        event = {"event": "x", "phone": PHONE, "full_name": "李", "form_data": {}, "count": 3, "state": "open"}
        assert logs.drop_personal(None, "", event) == {"event": "x", "count": 3, "state": "open"}

    @pytest.mark.parametrize("personal", [PHONE, RESIDENT, MAIL, "+86 138 0013 8000", "/p?token=abc"])
    def test_blots_out_what_hides_inside_words(self, personal: str) -> None:
        assert personal.split("?")[-1] not in logs.blot(f"said {personal} once")

    def test_keeps_numbers_of_records_and_requests(self) -> None:
        kept = "call 0b9c6a52-2b0e-4b0e-9d3a-0d8f1c2e3a4b in 2026"
        assert logs.blot(kept) == kept

    def test_of_the_standard_library_keeps_the_wording_without_its_values(self, lines: list[str]) -> None:
        logging.getLogger("some.library").warning("sent to %s", PHONE)
        assert json.loads(lines[-1])["event"] == "sent to %s"

    def test_says_why_a_connection_to_the_database_fails(self, lines: list[str]) -> None:
        refusal = psycopg.OperationalError("connection refused\n\tIs the server running?")
        logging.getLogger("psycopg.pool").warning("error connecting in %r: %s", "pool-1", refusal)
        event = json.loads(lines[-1])["event"]
        assert event == "error connecting in 'pool-1': connection refused Is the server running?"


class TestABodyThatIsTooLarge:
    HUGE = 200 * 1024 * 1024

    @pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "application/x-www-form-urlencoded"])
    @pytest.mark.parametrize("address", ["/account/sign-in/", "/desk/calls/import/", "/desk/people/import/"])
    def test_is_refused_by_its_length_in_words(self, visitor: Client, db: None, address: str, kind: str) -> None:
        for language, words in (("zh-hans", "MB，请换"), ("en", "larger than the")):
            answer = visitor.post(
                address, b"", content_type=kind, CONTENT_LENGTH=str(self.HUGE), headers={"Accept-Language": language}
            )
            assert answer.status_code == 413
            assert words in answer.content.decode()
            assert answer.headers["X-Request-ID"] in answer.content.decode()

    def test_is_a_problem_to_a_program(self, visitor: Client, db: None) -> None:
        answer = visitor.put("/api/test/read", b"", content_type="application/json", CONTENT_LENGTH=str(self.HUGE))
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")

    @pytest.mark.parametrize(("language", "words"), [("zh-hans", "没有说明长度"), ("en", "how long it is")])
    def test_is_refused_in_words_when_it_comes_in_chunks(
        self, visitor: Client, db: None, language: str, words: str
    ) -> None:
        sent = {"Transfer-Encoding": "chunked", "Accept-Language": language}
        answer = visitor.post("/account/sign-in/", b"", content_type="application/octet-stream", headers=sent)
        assert answer.status_code == 411
        assert words in answer.content.decode()
        answer = visitor.put("/api/test/read", b"", content_type="application/json", headers=sent)
        assert (answer.status_code, answer.json()["code"]) == (411, "length_required")
        assert words in answer.json()["detail"]

    @pytest.mark.parametrize(("body", "status"), [(b"a=1", 411), (b"", 405)])
    def test_is_seen_in_http_2_which_has_no_word_for_chunks(
        self, visitor: Client, db: None, body: bytes, status: int
    ) -> None:
        given: dict[str, Any] = {"SERVER_PROTOCOL": "HTTP/2", "wsgi.input": BytesIO(body)}
        assert visitor.put("/api/test/read", b"", **given).status_code == status

    def test_may_hold_as_much_as_the_setting_says(self, visitor: Client, db: None) -> None:
        fits = str(settings.LARGEST_BODY)
        assert visitor.put("/api/test/read", b"", CONTENT_LENGTH=fits).status_code == 405


class TestADatabaseThatIsAway:
    """No query is allowed here: the answers must come without the database."""

    def test_is_told_to_a_reader_with_a_link_to_try_again(self, visitor: Client) -> None:
        answer = visitor.get("/test/lose/gone?page=2", HTTP_COOKIE="sessionid=abc")
        words = answer.content.decode()
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
        assert "数据库暂时没有响应" in words
        assert 'href="/test/lose/gone?page=2"' in words
        assert "</html>" in words

    def test_is_told_to_a_sender_as_uncertain_and_safe_to_send_again(self, visitor: Client) -> None:
        words = visitor.post("/test/lose/gone", HTTP_COOKIE="sessionid=abc").content.decode()
        assert "不会重复计算" in words
        assert "</html>" in words

    def test_is_a_problem_to_a_program(self, visitor: Client) -> None:
        answer = visitor.get("/api/test/lose")
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["code"] == "database_away"

    def test_that_has_no_space_says_that_nothing_was_kept(self, visitor: Client) -> None:
        assert "磁盘已满" in visitor.post("/test/lose/full").content.decode()
