"""A Chromium that is driven by its tab, as its own developer tools do it.

Playwright attaches to pages instead. For whoever does that Chromium prepares none, and how soon one is there
that was prepared is to be measured too.
"""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from threading import Thread
from typing import Any

from websockets.sync.client import ClientConnection, connect

ARGUMENTS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-sync", "--disable-background-networking", "--remote-debugging-port=0"),
)
SIZE = {"width": 1280, "height": 800, "deviceScaleFactor": 1, "mobile": False}
PATIENCE = 60.0
KEYS = {"Tab": (9, ""), "Enter": (13, "\r")}


class NotAnsweredError(Exception):
    """The page that was asked is not there any more, or says that it cannot be done."""


class Window:
    """A window of a browser; `script` runs first in every page, also in those that are being prepared."""

    def __init__(self, socket: ClientConnection, script: str = "") -> None:
        self._socket, self._script, self._numbers = socket, script, count(1)
        self._pages: list[str] = []
        self._gone: set[str | None] = set()
        self.version: str = self._call("Browser.getVersion")["product"].split("/")[1]
        tab = self._call("Target.getTargets", filter=[{"type": "tab"}])["targetInfos"][0]["targetId"]
        session = self._call("Target.attachToTarget", targetId=tab, flatten=True)["sessionId"]
        attach = {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": True}
        self._call("Target.setAutoAttach", session, **attach, filter=[{"type": "page"}])
        self.until("true")

    def open(self, address: str) -> None:
        """Go to an address, and wait until all of it is there."""
        self._call("Page.navigate", self._pages[-1], url=address)
        self.until(f"location.href === {json.dumps(address)} && document.readyState === 'complete'")

    def run(self, expression: str) -> Any:
        """The value of an expression in the page that is shown, or of what it promises."""
        return self._value(self._pages[-1], expression, PATIENCE)

    def leave(self, expression: str) -> None:
        """Do something that leads to another page; this one may not be there any more to answer."""
        self._send("Runtime.evaluate", self._pages[-1], expression=expression)

    def until(self, condition: str) -> None:
        """Wait until a page is shown that meets a condition."""
        page = self._where(f"!document.prerendering && Boolean({condition})")
        self._pages.remove(page)
        self._pages.append(page)

    def until_prepared(self) -> None:
        """Wait until a page is there that nobody has opened yet."""
        self._where("document.prerendering && document.readyState === 'complete'")

    def _where(self, condition: str) -> str:
        """A page that meets a condition, once there is one."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            for page in list(self._pages):
                try:
                    if self._value(page, condition, 1):
                        return page
                except NotAnsweredError:
                    pass
            self.rest(0.02)
        raise TimeoutError(condition)

    def rest(self, seconds: float) -> None:
        """Do nothing for a while, as people do."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                self._heard(json.loads(self._socket.recv(timeout=left)))
            except TimeoutError:
                return

    def move(self, x: float, y: float) -> None:
        """Put the pointer somewhere."""
        self._call("Input.dispatchMouseEvent", self._pages[-1], type="mouseMoved", x=x, y=y)

    def click(self, x: float, y: float, seconds: float = 0.08) -> None:
        """Press the mouse's button, and let go of it after so many seconds."""
        how: dict[str, Any] = {"x": x, "y": y, "button": "left", "clickCount": 1}
        self._call("Input.dispatchMouseEvent", self._pages[-1], type="mousePressed", **how)
        self.rest(seconds)
        self._send("Input.dispatchMouseEvent", self._pages[-1], type="mouseReleased", **how)

    def press(self, key: str) -> None:
        """Press a key."""
        code, text = KEYS[key]
        how: dict[str, Any] = {"key": key, "code": key, "windowsVirtualKeyCode": code}
        self._send("Input.dispatchKeyEvent", self._pages[-1], type="keyDown", text=text, **how)
        self._send("Input.dispatchKeyEvent", self._pages[-1], type="keyUp", **how)

    def _value(self, page: str, expression: str, patience: float) -> Any:
        how: dict[str, Any] = {"expression": expression, "awaitPromise": True, "returnByValue": True}
        answer = self._call("Runtime.evaluate", page, patience, **how)
        if "exceptionDetails" in answer:
            raise NotAnsweredError(str(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def _send(self, method: str, session: str | None = None, **parameters: Any) -> int:
        number = next(self._numbers)
        message: dict[str, Any] = {"id": number, "method": method, "params": parameters}
        self._socket.send(json.dumps(message | ({"sessionId": session} if session else {})))
        return number

    def _call(
        self, method: str, session: str | None = None, patience: float = PATIENCE, **parameters: Any
    ) -> dict[str, Any]:
        number = self._send(method, session, **parameters)
        while session not in self._gone:
            try:
                message = json.loads(self._socket.recv(timeout=patience))
            except TimeoutError:
                break
            if message.get("id") == number:
                if "error" in message:
                    raise NotAnsweredError(message["error"]["message"])
                answer: dict[str, Any] = message["result"]
                return answer
            self._heard(message)
        raise NotAnsweredError(method)

    def _heard(self, message: dict[str, Any]) -> None:
        """Pages come and go: one that is prepared takes the place of the one that is shown."""
        session = message.get("params", {}).get("sessionId")
        if message.get("method") == "Target.attachedToTarget":
            if message["params"]["targetInfo"]["type"] == "page":
                self._pages.insert(0, session)
                self._send("Page.enable", session)
                self._send("Page.addScriptToEvaluateOnNewDocument", session, source=self._script)
                self._send("Emulation.setDeviceMetricsOverride", session, **SIZE)
            self._send("Runtime.runIfWaitingForDebugger", session)
        elif message.get("method") == "Target.detachedFromTarget":
            self._gone.add(session)
            self._pages = [page for page in self._pages if page != session]


@contextmanager
def chromium(program: str, script: str = "") -> Iterator[Window]:
    """A window of 1280 by 800 of a browser that was never used before. Raises OSError."""
    with tempfile.TemporaryDirectory(prefix="segmentlog-chromium-", ignore_cleanup_errors=True) as profile:
        command = [program, *ARGUMENTS, f"--user-data-dir={profile}", "about:blank"]
        with subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        ) as process:
            try:
                with connect(_address(process), max_size=None, ping_interval=None, proxy=None) as socket:
                    yield Window(socket, script)
            finally:
                process.terminate()


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    for line in process.stderr:
        if found := re.search(r"ws://\S+", line):
            # What else it has to say must not fill the pipe.
            Thread(target=process.stderr.read, daemon=True).start()
            return found[0]
    raise OSError("Chromium did not start.")
