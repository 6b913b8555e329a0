"""Serves the page, in a process of its own.

`livedshl.surfaces.web.page` starts it as `python -m livedshl.surfaces.web.server`. Its first line
of standard input says where it serves; every other one is news for the pages, which it passes on
as it is. It prints what the pages ask for, a line each, and leaves when standard input closes.
"""

import asyncio
import logging
import os
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from importlib.resources import files
from threading import Thread
from urllib.parse import urlsplit

from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from livedshl.outputs.quiet import silenced_stderr
from livedshl.surfaces.web.downloads import Downloads
from livedshl.surfaces.web.engraving import SheetEngraving
from livedshl.surfaces.web.guard import is_here, may_connect, page_headers
from livedshl.surfaces.web.pages import Pages
from livedshl.surfaces.web.serving import Serving

MOST_PAGES = 32
_MOST_CONNECTIONS = 96  # a browser opens six to fetch the files
_MOST_BYTES = 4000  # of what a page asks for: a chart may be long. A pipe takes so many at once
_PACE_S = 0.02  # between two things that a page asks for
_PING_S = 5.0
_OPENING_S = 5.0
_CLOSING_S = 0.2
_LIVE = "/live"
_SHEET = b'{"kind": "sheet"'  # news that is engraved before it is passed on
_SAVED = b'{"kind": "saved"'  # a path of this machine, which no page is told
_TYPES = {
    "css": "text/css",
    "html": "text/html",
    "js": "text/javascript",
    "svg": "image/svg+xml",
}
_STRANGER = "Open the page by the address that livedshl shows."


class Server:
    """Answers browsers until it is cancelled."""

    def __init__(self, serving: Serving, pages: Pages, downloads: Downloads) -> None:
        self._serving = serving
        self._pages = pages
        self._downloads = downloads
        self._files = page_files()
        self._machine = socket.gethostname()

    async def run(self) -> None:
        """Serves for ever. Raises OSError if the port is taken."""
        logger = logging.getLogger("livedshl.page")
        logger.disabled = True  # what strangers send is no news for the user
        async with serve(
            self._live,
            self._serving.host,
            self._serving.port,
            process_request=self._answer,
            create_connection=_counted_connections(),
            compression=None,
            max_size=_MOST_BYTES,
            max_queue=4,
            open_timeout=_OPENING_S,
            ping_interval=_PING_S,
            ping_timeout=_PING_S,
            close_timeout=_CLOSING_S,
            server_header=None,
            logger=logger,
        ):
            await asyncio.get_running_loop().create_future()

    async def _answer(self, connection: ServerConnection, request: Request) -> Response | None:
        """A file of the page, a refusal, or None to let a page connect."""
        host = request.headers.get_all("Host")
        if len(host) != 1 or not is_here(host[0], self._machine):
            return _refused(HTTPStatus.FORBIDDEN, _STRANGER)
        path = urlsplit(request.path).path
        if path == _LIVE:
            return self._admit(request, host[0])

        def headers() -> Headers:
            return Headers({**page_headers(host[0]), "Connection": "close"})

        if path in self._files:
            kind, body = self._files[path]
            told = headers()
            told["Content-Type"] = f"{kind}; charset=utf-8"
            told["Content-Length"] = str(len(body))
            return Response(HTTPStatus.OK, "OK", told, body)
        answer = await self._downloads.answer(path, headers)
        return answer or _refused(HTTPStatus.NOT_FOUND, "There is no such page.")

    def _admit(self, request: Request, host: str) -> Response | None:
        origin = request.headers.get_all("Origin")
        if len(origin) != 1 or not may_connect(request.path, origin[0], host, self._serving.token):
            return _refused(HTTPStatus.FORBIDDEN, _STRANGER)
        if len(self._pages) >= MOST_PAGES:
            return _refused(HTTPStatus.SERVICE_UNAVAILABLE, "Too many pages are open.")
        return None

    async def _live(self, connection: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            async with self._pages.shown_on(connection.send, connection.transport.abort):
                async for message in connection:
                    if isinstance(message, str) and message.isprintable():
                        os.write(1, f"{message}\n".encode())
                    await asyncio.sleep(_PACE_S)


def page_files() -> Mapping[str, tuple[str, bytes]]:
    """The type and the content of each file of the page, by its path there."""
    found = {
        f"/{file.name}": (_TYPES[file.name.rpartition(".")[2]], file.read_bytes())
        for file in (files("livedshl.surfaces.web") / "static").iterdir()
    }
    return {"/": found["/index.html"], **found}


def _refused(status: HTTPStatus, why: str) -> Response:
    body = f"{why}\n".encode()
    headers = Headers()
    headers["Content-Type"] = "text/plain; charset=utf-8"
    headers["Content-Length"] = str(len(body))
    headers["Connection"] = "close"
    return Response(status, status.phrase, headers, body)


def _counted_connections() -> type[ServerConnection]:
    """The class of a server's connections: one too many is closed before it says a word."""
    connected: set[ServerConnection] = set()

    class _Counted(ServerConnection):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            connected.add(self)
            if len(connected) > _MOST_CONNECTIONS and isinstance(transport, asyncio.Transport):
                transport.abort()

        def connection_lost(self, exc: Exception | None) -> None:
            connected.discard(self)
            super().connection_lost(exc)

    return _Counted


def _read_news(loop: asyncio.AbstractEventLoop, pages: Pages, downloads: Downloads) -> None:
    """Takes in news until the main process closes the pipe, then leaves."""

    def pass_on(line: str) -> None:
        loop.call_soon_threadsafe(pages.take, line)

    def offer(line: str) -> None:
        pages.take(downloads.offer(line))

    engraving = SheetEngraving(pass_on, wanted=lambda: len(pages) > 0)
    for line in sys.stdin.buffer:
        if line.startswith(_SHEET):
            engraving.take(line)
        elif line.startswith(_SAVED):
            loop.call_soon_threadsafe(offer, line.decode())
        else:
            pass_on(line.decode())
    os._exit(0)


async def _serve(serving: Serving) -> None:
    pages, downloads = Pages(), Downloads()
    read = partial(_read_news, asyncio.get_running_loop(), pages, downloads)
    Thread(target=read, daemon=True).start()
    await Server(serving, pages, downloads).run()


def main() -> None:
    """Serves until standard input closes."""
    with silenced_stderr(), suppress(OSError):  # a port that is taken, or a main process that died
        asyncio.run(_serve(Serving.of_line(sys.stdin.buffer.readline())))
    sys.exit(1)


if __name__ == "__main__":
    main()
