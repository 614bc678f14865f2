"""Take a picture of every page that can be reached by links, for each role, on a phone and on a desktop.

Loads the demo, serves it, signs in as one account of each role by a session of our own, follows the links of every page
and visits each route once a role. The pictures go to build/shots/ROLE/WIDTH/ROUTE.png, with an index.html over them.
"""

import os
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from importlib import import_module
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from shanzhi.config.cli import house

ROOT = Path(__file__).resolve().parents[1]
SHOTS = ROOT / "build" / "shots"
PORT = int(os.environ.get("PORT", "8766"))
SITE = f"http://localhost:{PORT}"
SIZES = {"phone": (390, 844), "desktop": (1280, 900)}
CHROMIUM = next((path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), None)
MOST_PAGES = 500
ADDRESSES = "found => found.map(a => new URL(a.getAttribute('href'), a.baseURI).href)"  # links of drawings, too
# What signs out, makes a file or leads to another site is no page to be pictured.
LEAVE = re.compile(r"logout|sign-out|/export|\.xlsx|\.docx|\.pdf|\.pb$|/i18n/|/api/|\.ics$|/notices/wechat/$|#")
PART = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{2,}")


@contextmanager
def served() -> Iterator[None]:
    """Have the demo loaded and served."""
    shanzhi = str(Path(sys.executable).with_name("shanzhi"))
    environment = {**os.environ, "SHANZHI_MODE": "demo"}
    subprocess.run([shanzhi, "demo", "--no-serve"], check=True, env=environment)
    process = subprocess.Popen([shanzhi, "demo", "--port", str(PORT)], env=environment, stdout=subprocess.DEVNULL)
    try:
        wait_until_ready()
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


def wait_until_ready() -> None:
    """Wait for the site to answer, at most two minutes."""
    for _ in range(240):
        try:
            with urllib.request.urlopen(f"{SITE}/-/ready", timeout=5):  # noqa: S310 - our own address
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.5)
    raise SystemExit("The site did not become ready.")


def sessions() -> dict[str, str]:
    """One session for an account of each role in the demo, and none for a visitor."""
    grants = import_module("shanzhi.people.models").RoleGrant.objects.select_related("person__account")
    engine = import_module("django.contrib.sessions.backends.db")
    auth = import_module("django.contrib.auth")
    found = {"visitor": ""}
    for grant in grants.filter(person__account__isnull=False).order_by("role", "id"):
        if grant.role in found:
            continue
        account = grant.person.account
        store = engine.SessionStore()
        store[auth.SESSION_KEY] = str(account.pk)
        store[auth.BACKEND_SESSION_KEY] = "shanzhi.people.backends.AccountBackend"
        store[auth.HASH_SESSION_KEY] = account.get_session_auth_hash()
        store.create()
        found[grant.role] = str(store.session_key)
    return found


def links(page_links: list[str]) -> list[str]:
    """Addresses of our own site worth a visit."""
    own = [link.split("#")[0] for link in page_links if link.startswith(SITE)]
    return [link for link in own if not LEAVE.search(link)]


def shoot(context: BrowserContext, folder: Path) -> int:
    """Follow the links from the home page; take each kind of page once. Give the number of pictures."""
    page = context.new_page()
    waiting, seen, taken = deque([f"{SITE}/", f"{SITE}/ui/pieces/"]), set[str](), 0
    while waiting and len(seen) < MOST_PAGES:
        address = waiting.popleft()
        kind = PART.sub("ID", address.removeprefix(SITE).split("?")[0]).strip("/").replace("/", "_") or "home"
        if kind in seen:
            continue
        seen.add(kind)
        try:
            page.goto(address, wait_until="load")
        except PlaywrightError as trouble:
            if "Download is starting" not in trouble.message:  # a file is no page
                raise
            continue
        taken += 1
        page.screenshot(path=folder / f"{kind}.png", full_page=True)
        waiting.extend(links(page.eval_on_selector_all("a[href]", ADDRESSES)))
    return taken


def shoot_role(browser: Browser, role: str, session: str) -> None:
    """Take all pictures of one role in both sizes."""
    for size, (width, height) in SIZES.items():
        folder = SHOTS / role / size
        folder.mkdir(parents=True, exist_ok=True)
        context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
        if session:
            context.add_cookies([{"name": "sessionid", "value": session, "url": SITE}])
        print(f"{role} {size}: {shoot(context, folder)} pages")
        context.close()


def index() -> None:
    """Write a page with all pictures."""
    pictures = sorted(SHOTS.rglob("*.png"))
    names = [escape(str(path.relative_to(SHOTS))) for path in pictures]
    items = [f'<figure><img src="{name}" width="300"><figcaption>{name}</figcaption></figure>' for name in names]
    (SHOTS / "index.html").write_text("<!doctype html><meta charset=utf-8>" + "\n".join(items))


def main() -> None:
    """Take all pictures."""
    shutil.rmtree(SHOTS, ignore_errors=True)
    with served():
        with house():
            found = sessions()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            for role, session in found.items():
                shoot_role(browser, role, session)
            browser.close()
    index()
    print(f"{SHOTS}/index.html")


if __name__ == "__main__":
    main()
