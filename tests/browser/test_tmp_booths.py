from tests.browser import pages
from tests.browser import test_every_page as t
from tests.browser.test_every_page import site, address  # noqa
from tests.browser.support import Look
import pytest
pytestmark = pytest.mark.slow
def vis(s): return {"voting:places": pages.visitor(s)["voting:places"]}
W={"district": pages._booths, t.VISITOR: vis}
@pytest.mark.parametrize("look", [Look("small"), Look("small", "dark", "en"), Look("small", elder=True)], ids=str)
@pytest.mark.parametrize("who", W)
def test_fit(browser, site, address, who, look, monkeypatch):
    monkeypatch.setattr(t,"WHO",W)
    t.test_every_page_fits_the_smallest_phone_in_its_language(browser, site, address, who, look)
@pytest.mark.parametrize("who", W)
def test_axe(browser, site, address, who, monkeypatch):
    monkeypatch.setattr(t,"WHO",W)
    t.test_every_page_is_clean_by_axe(browser, site, address, who)
@pytest.mark.parametrize("who", W)
def test_keys(browser, site, address, who, monkeypatch):
    monkeypatch.setattr(t,"WHO",W)
    t.test_the_keyboard_leads_through_with_visible_focus(browser, site, address, who)
def test_shots(browser, site, address):
    for d in ("phone","desktop"):
        page=t.opened(browser, site, address, "district", Look(d))
        for n,p in pages._booths(site).items():
            page.goto(p); page.screenshot(path=f"/tmp/bshots/{d}-{n.split(':')[1].replace(' ','_')}.png", full_page=True)
def test_all(site): t.test_the_pages_are_all_there_are(site)
