"""A real browser for tests: pages at the widths, modes and languages that people use, signing in, axe."""

import json
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Literal

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from playwright.sync_api import Browser, BrowserContext, Page, Playwright

ROOT: Final = Path(__file__).resolve().parents[2]
CHROMIUM: Final = "/usr/bin/chromium"
ARGUMENTS: Final = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
WIDTHS: Final = {"phone": (360, 780), "small": (320, 640), "desktop": (1280, 900)}
AXE: Final = ROOT / "build" / "vendor" / "axe.min.js"
AXE_TAGS: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
OF_COLOURS: Final = ("color-contrast", "link-in-text-block")

Device = Literal["phone", "small", "desktop"]
Mode = Literal["light", "dark"]
Language = Literal["zh-hans", "en"]


def launch(playwright: Playwright) -> Browser:
    """Start Debian's own Chromium without a window."""
    return playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))


@dataclass(frozen=True)
class Look:
    """How a page is looked at."""

    device: Device = "phone"
    mode: Mode = "light"
    language: Language = "zh-hans"
    scripts: bool = True
    elder: bool = False

    def __str__(self) -> str:
        extra = "-elder" if self.elder else ""
        return f"{self.device}-{self.mode}-{self.language}{extra}{'' if self.scripts else '-noscript'}"


def later(look: Look) -> Any:
    """Leave a look to the thorough run."""
    return pytest.param(look, marks=pytest.mark.thorough)


def open_context(browser: Browser, address: str, look: Look = Look()) -> BrowserContext:
    """Open a fresh visitor's window: device, mode by the system, language by the cookie, scripts or none."""
    width, height = WIDTHS[look.device]
    context = browser.new_context(
        base_url=address,
        viewport={"width": width, "height": height},
        device_scale_factor=1,
        has_touch=look.device != "desktop",
        is_mobile=look.device != "desktop",
        color_scheme=look.mode,
        locale="zh-CN" if look.language == "zh-hans" else "en-GB",
        timezone_id="Asia/Shanghai",
        java_script_enabled=look.scripts,
        reduced_motion="reduce",
    )
    cookies = [{"name": settings.LANGUAGE_COOKIE_NAME, "value": look.language, "url": address}]
    if look.elder:
        cookies.append({"name": "shanzhi_elder", "value": "1", "url": address})
    context.add_cookies(cookies)  # type: ignore[arg-type]  # plain dicts are what the API takes
    return context


def sign_in(context: BrowserContext, address: str, account: Any) -> None:
    """Sign an account in by a session made beforehand; the pages of signing in have tests of their own."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(account.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = account.get_session_auth_hash()
    store.save()
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": store.session_key, "url": address}])


def violations(page: Page, *, within: str | None = None) -> list[str]:
    """Run axe on the page (WCAG 2.2 A and AA, best practice): a line per fault with its places; empty when clean."""
    return _run_axe(page, within, {"type": "tag", "values": list(AXE_TAGS)})


def violations_of_the_other_mode(page: Page, mode: Mode) -> list[str]:
    """Turn the page on the screen to light or dark, and run what axe knows of colours, all that a mode changes."""
    page.emulate_media(color_scheme=mode)
    found = _run_axe(page, None, {"type": "rule", "values": list(OF_COLOURS)})
    page.emulate_media(color_scheme="light" if mode == "dark" else "dark")
    return found


def _run_axe(page: Page, within: str | None, wanted: dict[str, Any]) -> list[str]:
    if not page.evaluate("'axe' in window"):
        # evaluated by the debugger, so the page's own content policy does not stand in the way
        page.evaluate(AXE.read_text(encoding="utf-8") + "; undefined")
    found = page.evaluate(
        """([within, wanted]) => axe.run(
            within || document, {runOnly: wanted, resultTypes: ['violations'], preload: false})""",
        [within, wanted],
    )
    return [_line(one) for one in found["violations"]]


def _line(violation: dict[str, Any]) -> str:
    places = "; ".join(
        f"{json.dumps(node['target'], ensure_ascii=False)} {node['html'][:120]} | {node['failureSummary'][:240]}"
        for node in violation["nodes"][:5]
    )
    return f"{violation['id']} ({violation['impact']}): {violation['help']} -> {places}"


def sideways(page: Page) -> int:
    """How many pixels the page can be scrolled sideways; 0 is right."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def fits(page: Page) -> None:
    """Nothing reaches beyond the screen, axe finds no fault, and no script failed; a refusal's own status is none."""
    faults = [one for one in page.faults if not one.startswith("Failed to load resource")]  # type: ignore[attr-defined]
    assert (page.url, sideways(page), violations(page), faults) == (page.url, 0, [], [])


def press(page: Page, button: str = "main form[method=post] .actions button") -> None:
    """Send a form, and look at what comes."""
    with page.expect_navigation():
        page.locator(button).first.click()
    fits(page)


def small_targets(page: Page, least: int = 24) -> list[str]:
    """Controls smaller than WCAG 2.5.8 asks (24 px) that do not stand inside a line of text."""
    return list(
        page.evaluate(
            """least => [...document.querySelectorAll(
                'button, summary, input:not([type=hidden]), select, nav a, .button, .chip')]
              .filter(e => e.checkVisibility() && !e.closest('.skip'))
              .map(e => [e, e.getBoundingClientRect()])
              .filter(([e, r]) => r.width && (r.height < least || r.width < least))
              .map(([e, r]) => `${e.outerHTML.slice(0, 100)} ${Math.round(r.width)}x${Math.round(r.height)}`)""",
            least,
        )
    )


def over_the_wire(page: Page, path: str) -> int:
    """Bytes that the first load of a page takes over the wire, headers included, pictures left out."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    kinds: dict[str, str] = {}
    sizes: dict[str, int] = {}
    session.on("Network.responseReceived", lambda event: kinds.update({event["requestId"]: event["type"]}))
    session.on(
        "Network.loadingFinished", lambda event: sizes.update({event["requestId"]: int(event["encodedDataLength"])})
    )
    page.goto(path, wait_until="networkidle")
    return sum(size for request, size in sizes.items() if kinds.get(request) != "Image")
