"""What was saved, for browsers to fetch: by addresses that only the pages are told.

MIDI and MusicXML lie on the disk. Sound is rendered when somebody asks for it, by a process of its
own that leaves the processor to everything else.
"""

import asyncio
import json
import secrets
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

from websockets.datastructures import Headers
from websockets.http11 import Response

from livedshl.files import read_regular
from livedshl.player.processes import module_command, own_process_group
from livedshl.text import shown

_FOLDER = "/saved/"
_TYPES = {
    "mid": "audio/midi",
    "musicxml": "application/vnd.recordare.musicxml+xml",
    "wav": "audio/wav",
}
_RENDERING = module_command("livedshl.surfaces.web.sounding_file", [])
_LONGEST_RENDERING_S = 180.0
_PATIENCE_S = 2.0  # a browser that waits longer asks again
_MOST_BYTES = 1 << 28
_KEY_BYTES = 16


class Downloads:
    """The music that was saved last; used by one event loop."""

    def __init__(self) -> None:
        self._key = ""
        self._path = Path()
        self._sound: asyncio.Task[bytes] | None = None

    def offer(self, line: str) -> str:
        """News of what was saved, with addresses in place of its path."""
        path = Path(json.loads(line)["path"])
        if path != self._path:
            self._key, self._path = secrets.token_urlsafe(_KEY_BYTES), path
            if self._sound:
                self._sound.cancel()
            self._sound = None
        addresses = {ending: f"{_FOLDER}{self._key}.{ending}" for ending in _TYPES}
        return json.dumps({"kind": "saved", "name": shown(path.stem), "files": addresses})

    async def answer(self, address: str, headers: Callable[[], Headers]) -> Response | None:
        """A file, or why there is none yet; None if nobody was told this address.

        headers: those of every file.
        """
        key, _, ending = address.removeprefix(_FOLDER).partition(".")
        if not address.startswith(_FOLDER) or ending not in _TYPES:
            return None
        if not self._key or not secrets.compare_digest(key.encode(), self._key.encode()):
            return None
        try:
            content = await self._content(ending)
        except OSError as error:
            return _said(HTTPStatus.GONE, f"It cannot be read ({error.strerror}).", headers())
        except RuntimeError as error:
            return _said(HTTPStatus.NOT_IMPLEMENTED, str(error), headers())
        if content is None:
            return _said(HTTPStatus.ACCEPTED, "The sound is being rendered.", headers())
        told = headers()
        told["Content-Type"] = _TYPES[ending]
        told["Content-Disposition"] = f'attachment; filename="livedshl.{ending}"'
        told["Content-Length"] = str(len(content))
        return Response(HTTPStatus.OK, "OK", told, content)

    async def _content(self, ending: str) -> bytes | None:
        """What is in a file; None if it takes a while. Raises OSError or RuntimeError."""
        if ending != "wav":
            return read_regular(self._path.with_suffix(f".{ending}"), _MOST_BYTES)
        if self._sound is None:
            self._sound = asyncio.create_task(_rendered(self._path))
        done, _ = await asyncio.wait({self._sound}, timeout=_PATIENCE_S)
        if not done:
            return None
        sound, rendered = self._sound, not self._sound.exception()
        if not rendered:
            self._sound = None  # the next who asks may have more luck
        return sound.result()


async def _rendered(path: Path) -> bytes:
    """The sound of a MIDI file. Raises RuntimeError, which says why there is none."""
    process = await asyncio.create_subprocess_exec(
        *_RENDERING,
        str(path),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        **own_process_group(),
    )
    try:
        content, why = await asyncio.wait_for(process.communicate(), _LONGEST_RENDERING_S)
    except TimeoutError:
        raise RuntimeError("Rendering the sound took too long.") from None
    finally:
        if process.returncode is None:
            process.kill()
    if process.returncode:
        raise RuntimeError(shown(why.decode(errors="replace")) or "The sound cannot be rendered.")
    return content


def _said(status: HTTPStatus, why: str, headers: Headers) -> Response:
    body = f"{why}\n".encode()
    headers["Content-Type"] = "text/plain; charset=utf-8"
    headers["Content-Length"] = str(len(body))
    return Response(status, status.phrase, headers, body)
