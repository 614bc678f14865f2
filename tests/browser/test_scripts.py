"""The small scripts of forms, each on a page made for it under the live site's own address."""

from typing import Any

import pytest
from playwright.sync_api import Page, Route

from tests.browser.conftest import Open
from tests.browser.support import Look

pytestmark = pytest.mark.thorough

DRAFT = """<!doctype html><html lang="en"><body><form method="post" data-once data-autosave>
<input name="title" aria-label="t"><input name="lookup" aria-label="l" data-unsaved>
<input type="hidden" name="version" value="1">
<button data-busy="Sending">Send</button>
<p class="saved" data-saving="Saving" data-saved="Saved at" data-unsaved="Not saved"></p></form>
<script src="/static/ui/submit.js" defer></script><script src="/static/ui/autosave.js" defer></script></body></html>"""


class Server:
    """Answers the made-up address and keeps what was posted to it."""

    def __init__(self, status: int = 204) -> None:
        self.status = status
        self.autosaved: list[str] = []
        self.sent: list[str] = []

    def __call__(self, route: Route) -> None:
        request = route.request
        if request.method == "GET":
            route.fulfill(body=DRAFT, content_type="text/html; charset=utf-8")
        elif request.headers.get("x-autosave") == "1":
            self.autosaved.append(request.post_data or "")
            route.fulfill(status=self.status, headers={"X-Version": "2"})
        else:
            self.sent.append(request.post_data or "")
            route.fulfill(body="<title>done</title>", content_type="text/html")


@pytest.fixture
def draft(open_page: Open) -> Any:
    """Open the made-up form with a server that answers as told."""

    def opened(server: Server) -> Page:
        page = open_page("/ui/pieces/", Look("desktop", language="en"))
        page.context.route("**/made-up/", server)
        page.goto("/made-up/")
        return page

    return opened


class TestADraft:
    def test_saves_itself_and_takes_the_new_version(self, draft: Any) -> None:
        server = Server()
        page = draft(server)
        page.fill("[name=title]", "A shelter")
        page.wait_for_function("document.querySelector('.saved').textContent.startsWith('Saved at')")
        assert len(server.autosaved) == 1
        assert "A shelter" in server.autosaved[0]
        assert page.input_value("[name=version]") == "2"

    def test_says_so_when_it_could_not_be_saved_and_tries_again(self, draft: Any) -> None:
        server = Server(status=503)
        page = draft(server)
        page.fill("[name=title]", "A")
        page.wait_for_function("document.querySelector('.saved').textContent === 'Not saved'")
        server.status = 204
        page.fill("[name=title]", "AB")
        page.wait_for_function("document.querySelector('.saved').textContent.startsWith('Saved at')")

    def test_leaves_out_what_is_only_looked_up(self, draft: Any) -> None:
        server = Server()
        page = draft(server)
        page.fill("[name=lookup]", "sought")
        page.wait_for_timeout(2_500)
        assert server.autosaved == []
        page.fill("[name=title]", "A shelter")
        page.wait_for_function("document.querySelector('.saved').textContent.startsWith('Saved at')")
        assert "sought" not in server.autosaved[0]

    def test_is_left_alone_while_nothing_changes(self, draft: Any) -> None:
        server = Server()
        page = draft(server)
        page.wait_for_timeout(2_500)
        assert server.autosaved == []


class TestAButtonPressedTwice:
    def test_sends_once(self, draft: Any) -> None:
        server = Server()
        page = draft(server)
        page.dblclick("button")
        page.wait_for_function("document.title === 'done'")
        assert len(server.sent) == 1

    def test_is_never_disabled_without_scripts(self, open_page: Open) -> None:
        page = open_page("/ui/pieces/", Look(scripts=False))
        assert page.locator("form[data-once] button.main").is_enabled()


PLACE = """<!doctype html><html lang="en"><body><form method="post"><div class="field"><input name="lat" aria-label="n">
</div><div class="field"><input name="lng" aria-label="e"></div></form>
<p data-position hidden data-say-asking="Asking" data-say-ready="Ready" data-say-failed="Failed">
<button type="button">Take my position</button> <span role="status"></span></p>
<script src="/static/activities/position.js" defer></script></body></html>"""


@pytest.mark.parametrize(("allowed", "said", "north"), [(True, "Ready", "36.655"), (False, "Failed", "")])
def test_a_plan_takes_its_rough_point_from_the_phone_only_when_pressed(
    open_page: Open, allowed: bool, said: str, north: str
) -> None:
    page = open_page("/ui/pieces/", Look("phone", language="en"))
    page.context.route("**/made-up/", lambda route: route.fulfill(body=PLACE, content_type="text/html; charset=utf-8"))
    page.context.set_geolocation({"latitude": 36.6554321, "longitude": 117.0298765})
    if allowed:
        page.context.grant_permissions(["geolocation"])
    page.goto("/made-up/")
    assert page.input_value("[name=lat]") == ""
    page.click("text=Take my position")
    page.wait_for_function(f"document.querySelector('[role=status]').textContent === '{said}'")
    assert (page.input_value("[name=lat]"), page.input_value("[name=lng]")) == (north, "117.030" if north else "")
