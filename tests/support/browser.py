"""A headless Chromium, driven over its own DevTools protocol: what a user sees and does."""

import base64
import itertools
import json
import shutil
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

from websockets.sync.client import connect

from support.surroundings import need

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_OPTIONS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--remote-debugging-port=0", "--remote-allow-origins=*",
)  # fmt: skip


class Browser:
    """One page in a browser of its own; a context manager."""

    def __init__(self, folder: Path, width: int = 1024, height: int = 768) -> None:
        found = next(filter(None, map(shutil.which, _NAMES)), None)
        need(found, "Chromium")
        profile = folder / "browser"
        with (folder / "browser.log").open("wb") as log:
            self._process = subprocess.Popen(
                [found, *_OPTIONS, f"--user-data-dir={profile}", "about:blank"],
                stdout=log, stderr=log,
            )  # fmt: skip
        port = self._port(profile / "DevToolsActivePort")
        self._numbers = itertools.count(1)
        self._opened = ExitStack()
        self._socket = self._opened.enter_context(
            connect(f"ws://127.0.0.1:{port[0]}{port[1]}", max_size=None, open_timeout=30)
        )
        self._session = None
        (target, *_) = [
            each for each in self._ask("Target.getTargets")["targetInfos"] if each["type"] == "page"
        ]
        attached = self._ask("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = attached["sessionId"]
        self.resize(width, height)

    def __enter__(self) -> "Browser":
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()
        self._process.terminate()
        self._process.wait(20)

    def open_when_there(self, address: str, timeout_s: float = 30) -> None:
        """Opens a page as soon as it is served."""
        deadline = time.monotonic() + timeout_s
        while "errorText" in self._ask("Page.navigate", url=address):
            assert time.monotonic() < deadline, f"nothing is served at {address}"
            time.sleep(0.2)

    def resize(self, width: int, height: int, dark: bool = True, scale: float = 1) -> None:
        self._ask(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=scale, mobile=False,
        )  # fmt: skip
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._ask("Emulation.setEmulatedMedia", features=[scheme])

    def slow_down(self, times: float) -> None:
        """Runs the page's thread so many times slower, as on a modest device."""
        self._ask("Emulation.setCPUThrottlingRate", rate=times)

    def seconds_of_work(self) -> dict[str, float]:
        """Processor time of the page's thread so far, by kind: TaskDuration is all of it."""
        self._ask("Performance.enable", timeDomain="threadTicks")
        metrics = self._ask("Performance.getMetrics")["metrics"]
        return {
            each["name"]: each["value"] for each in metrics if each["name"].endswith("Duration")
        }

    def evaluate(self, script: str):
        """The value of an expression in the page."""
        answer = self._ask(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def wait_for(self, condition: str, timeout_s: float = 30):
        """Waits until the body of a function returns something true in the page; gives it."""
        deadline = time.monotonic() + timeout_s
        while not (value := self.evaluate(f"(async () => {{ {condition} }})()")):
            assert time.monotonic() < deadline, f"{condition} does not come true"
            time.sleep(0.1)
        return value

    def text(self, selector: str) -> str:
        return self.evaluate(f"document.querySelector({json.dumps(selector)})?.textContent")

    def click(self, selector: str) -> None:
        """Clicks into the middle of an element, as a finger does."""
        x, y = self.evaluate(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)});"
            " e.scrollIntoView({block: 'center'}); const r = e.getBoundingClientRect();"
            " return [r.x + r.width / 2, r.y + r.height / 2]; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self._ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def press(self, selector: str, key: str) -> None:
        """Presses a key on an element."""
        self.evaluate(f"document.querySelector({json.dumps(selector)}).focus()")
        for kind in ("keyDown", "keyUp"):
            text = {"text": "\r"} if kind == "keyDown" and key == "Enter" else {}
            self._ask("Input.dispatchKeyEvent", type=kind, key=key, code=key, **text)

    def picture(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self._ask("Page.captureScreenshot")["data"]))

    def _ask(self, method: str, **parameters):
        number = next(self._numbers)
        session = {"sessionId": self._session} if self._session else {}
        asked = {"id": number, "method": method, "params": parameters, **session}
        self._socket.send(json.dumps(asked))
        while True:
            answer = json.loads(self._socket.recv(timeout=30))
            if answer.get("id") == number:
                assert "error" not in answer, answer
                return answer["result"]

    def _port(self, path: Path, timeout_s: float = 60) -> list[str]:
        deadline = time.monotonic() + timeout_s
        while not path.exists() or len(path.read_text().split()) < 2:
            assert self._process.poll() is None and time.monotonic() < deadline, "no browser"
            time.sleep(0.1)
        return path.read_text().split()
