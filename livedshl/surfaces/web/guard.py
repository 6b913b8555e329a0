"""Who may see the page and steer the music: pure functions of what a browser says of itself.

Any site that the user visits could open a connection to this machine. The browser names that site
in Origin, which must be the page itself. A name of the attacker's that leads here ("DNS
rebinding") stands in Host, which must be an address or the name of this machine.
"""

import ipaddress
import re
import secrets
from urllib.parse import parse_qs, urlsplit

_MOST_LETTERS = 300
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.local)?", re.IGNORECASE)
_TOKEN_BYTES = 16


def new_token() -> str:
    """A secret that nobody guesses."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def is_here(host: str, machine: str) -> bool:
    """Whether a Host header names this machine: by an address, as localhost or as `machine`."""
    if len(host) > _MOST_LETTERS:
        return False
    try:
        parts = urlsplit(f"//{host}")
        name, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    if parts.netloc != host or parts.username is not None or parts.password is not None:
        return False
    try:
        ipaddress.ip_address(name)
    except ValueError:
        own = machine.casefold().removesuffix(".local")
        plain = name.casefold().removesuffix(".local")
        return bool(_NAME.fullmatch(name)) and plain in ("localhost", own)
    return "%" not in name


def may_connect(path: str, origin: str, host: str, token: str) -> bool:
    """Whether a page may connect: it comes from here and knows the token, "" if there is none."""
    if origin != f"http://{host}" or len(path) > _MOST_LETTERS:
        return False
    given = parse_qs(urlsplit(path).query).get("token", [""])[0]
    return not token or secrets.compare_digest(given.encode(), token.encode())


def page_headers(host: str) -> dict[str, str]:
    """What a browser is told of every file: load nothing else, show it nowhere else."""
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        f"connect-src 'self' ws://{host}; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-cache",
    }
