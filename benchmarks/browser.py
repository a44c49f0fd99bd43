"""A real browser, the machine's Chromium, for the tests of pages, their benchmarks and their pictures.

What goes wrong on a page is written down as it happens: errors of scripts, requests that fail, breaches of the policy.
"""

from __future__ import annotations

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, Literal

from playwright.sync_api import Browser, BrowserContext, Page, Request, Response, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
PATIENCE_MS = 30_000
# Before any script of a page: a breach of the policy is told of as an error is.
_LISTEN = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""
# Charts are drawn when they come near the window.
_DRAWN = """() => [...document.querySelectorAll("[data-chart]")].every((chart) => {
  const box = chart.getBoundingClientRect();
  const near = box.height > 0 && box.bottom > 0 && box.top < innerHeight;
  return !near || chart.querySelector("svg.marks, .chart-error");
})"""
_OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def program() -> str | None:
    """Where the browser is, None if there is none."""
    return next((found for name in NAMES if (found := shutil.which(name)) is not None), None)


@contextmanager
def launched() -> Generator[Browser]:
    """A browser with a profile of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


class Visit:
    """One page of a browser that looks at a server; what goes wrong on it gathers in `troubles`."""

    def __init__(
        self,
        browser: Browser,
        server: str,
        *,
        theme: Literal["light", "dark"] = "light",
        phone: bool = False,
        scripts: bool = True,
    ) -> None:
        self.server = server
        self.troubles: list[str] = []
        self.context: BrowserContext = browser.new_context(
            viewport=PHONE if phone else DESKTOP,  # pyright: ignore[reportArgumentType]
            color_scheme=theme,
            has_touch=phone,
            java_script_enabled=scripts,
        )
        self.context.set_default_timeout(PATIENCE_MS)
        self.context.add_init_script(_LISTEN)
        self.page: Page = self.context.new_page()
        self.page.on("console", self._told)
        self.page.on("pageerror", lambda error: self.troubles.append(f"script: {error}"))
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._answered)
        self.page.on("dialog", self._dialog)

    def open(self, path: str) -> Page:
        """Go to a path of the server, and wait until what is in sight is drawn."""
        self.page.goto(self.server + path)
        return self.settle()

    def settle(self) -> Page:
        """Wait until the charts in sight are drawn."""
        self.page.wait_for_function(_DRAWN)
        return self.page

    def overflow(self, width: int) -> int:
        """By how many pixels the page is wider than a window of this width."""
        height = PHONE["height"] if width <= PHONE["width"] else DESKTOP["height"]
        self.page.set_viewport_size({"width": width, "height": height})
        return int(self.page.evaluate(_OVERFLOW))

    def _told(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.troubles.append(f"console: {message.text}")

    def _failed(self, request: Request) -> None:
        # What was under way when one went on to another page was not needed any more.
        if request.failure != "net::ERR_ABORTED":
            self.troubles.append(f"request: {request.url} {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.troubles.append(f"status: {response.status} {response.url}")
        if not response.url.startswith((self.server, "data:")):
            self.troubles.append(f"another host: {response.url}")

    def _dialog(self, dialog: Any) -> None:
        self.troubles.append(f"dialog: {dialog.message}")
        dialog.dismiss()
