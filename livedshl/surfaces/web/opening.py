"""Opens the page: checks what it needs, and says where it is."""

import socket
from collections.abc import Callable, Iterator
from importlib.util import find_spec

from livedshl.errors import MissingDependencyError, OutputError
from livedshl.outputs.missing import install_extra
from livedshl.surfaces.web.guard import new_token
from livedshl.surfaces.web.page import SavedMusic, WebPage
from livedshl.surfaces.web.serving import Serving

LOOPBACK = "127.0.0.1"
EVERYWHERE = "0.0.0.0"
_ELSEWHERE = ("192.0.2.1", 9)  # an address for examples (RFC 5737); nothing is sent there
_BORDER = 2  # modules of light around a QR code


def open_page(
    port: int,
    host: str | None,
    music: SavedMusic,
    tell: Callable[[str], None],
    show: Callable[[str], None],
) -> WebPage:
    """The page of a performance, to be entered.

    host: the address of this machine that other devices open, with a secret in it; None: only this
    machine can open the page. tell: shows the user a line. show: prints one before the music.
    Raises MissingDependencyError or OutputError.
    """
    if find_spec("websockets") is None or find_spec("segno") is None:
        raise MissingDependencyError(
            "what serves the page is not installed", remedy=f"Install it: {install_extra('web')}"
        )
    _check_free(host or LOOPBACK, port)
    serving = Serving(host or LOOPBACK, port, new_token() if host else "")
    address = address_of(serving)
    if host:
        for line in qr_lines(address):
            show(line)
    show(f"The page: {address}")
    return WebPage(serving, music, tell)


def address_of(serving: Serving) -> str:
    """What to open in a browser. The secret stands where no browser sends it on its own."""
    host = _own_address() if serving.host == EVERYWHERE else serving.host
    secret = f"#{serving.token}" if serving.token else ""
    return f"http://{f'[{host}]' if ':' in host else host}:{serving.port}/{secret}"


def qr_lines(text: str) -> Iterator[str]:
    """A QR code for a terminal, two rows a line; light is drawn, as terminals are mostly dark."""
    import segno  # only for those who serve other devices

    rows = [list(row) for row in segno.make(text, error="l", micro=False).matrix_iter(1, _BORDER)]
    rows += [[0] * len(rows[0])] * (len(rows) % 2)
    for upper, lower in zip(rows[::2], rows[1::2], strict=True):
        yield "".join("█▀▄ "[2 * bool(a) + bool(b)] for a, b in zip(upper, lower, strict=True))


def _check_free(host: str, port: int) -> None:
    """Raises OutputError if nothing can be served there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.create_server((host, port), family=family):
            pass
    except OSError as error:
        raise OutputError(
            f"cannot be opened ({error.strerror})",
            where=f"the page at {host}, port {port}",
            remedy="Choose another port or address",
        ) from None


def _own_address() -> str:
    """The address by which devices of this network reach this machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(_ELSEWHERE)
        except OSError:  # no network
            return LOOPBACK
        address: str = asking.getsockname()[0]
        return address
