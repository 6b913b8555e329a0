"""The pages that are open: each is sent the newest of every kind of news, however slow it is."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

_KIND = re.compile(r'^\{"kind": ?"(\w+)"')
_PASSING = "told"  # news of this kind is for those who are there
_SENDING_S = 5.0  # a page that takes longer for one piece of news is gone

Send = Callable[[str], Awaitable[None]]


class Pages:
    """News by kind, and the pages that wait for it; used by one event loop."""

    def __init__(self) -> None:
        self._newest: dict[str, str] = {}
        self._open: set[_OpenPage] = set()

    def __len__(self) -> int:
        return len(self._open)

    def take(self, line: str) -> None:
        """Passes on a line of news. Raises nothing, whatever it is."""
        found = _KIND.match(line)
        if found is None:
            return
        kind = found[1]
        if kind != _PASSING:
            self._newest[kind] = line
        for page in self._open:
            page.take(kind, line)

    @asynccontextmanager
    async def shown_on(self, send: Send, drop: Callable[[], None]) -> AsyncIterator[None]:
        """Sends a page everything it needs, and all news meanwhile. drop: gives up a page."""
        page = _OpenPage(self._newest)
        self._open.add(page)
        sending = asyncio.create_task(page.send(send, drop))
        try:
            yield
        finally:
            self._open.discard(page)
            sending.cancel()
            with suppress(asyncio.CancelledError, Exception):  # the page has gone
                await sending


class _OpenPage:
    """What a page has still to be sent. Newer news takes the place of older of its kind."""

    def __init__(self, newest: dict[str, str]) -> None:
        self._waiting = dict(newest)
        self._has_news = asyncio.Event()
        self._has_news.set()

    def take(self, kind: str, line: str) -> None:
        self._waiting[kind] = line
        self._has_news.set()

    async def send(self, send: Send, drop: Callable[[], None]) -> None:
        """Sends what comes until it is cancelled or the page has gone."""
        while True:
            await self._has_news.wait()
            self._has_news.clear()
            waiting, self._waiting = self._waiting, {}
            try:
                for line in waiting.values():
                    await asyncio.wait_for(send(line), _SENDING_S)
            except TimeoutError:
                drop()
                return
