"""Pages that read everything, in one process: `python -m ... PORT PAGES`.

They say when all are open. They leave when standard input closes, and print how much news they
read altogether.
"""

import asyncio
import sys
from contextlib import suppress

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

_PATIENCE_S = 60.0


async def _read(port: int, counted: list[int], opened: asyncio.Event) -> None:
    host = f"127.0.0.1:{port}"
    origin = Origin(f"http://{host}")
    with suppress(ConnectionClosed):
        live = connect(f"ws://{host}/live", origin=origin, compression=None, close_timeout=0.2)
        async with live as page:
            async for _ in page:
                counted[0] += 1
                opened.set()


async def _read_all(port: int, pages: int) -> int:
    counted = [0]
    opened = [asyncio.Event() for _ in range(pages)]
    reading = [asyncio.create_task(_read(port, counted, event)) for event in opened]
    await asyncio.wait_for(asyncio.gather(*(event.wait() for event in opened)), _PATIENCE_S)
    print("open", flush=True)
    counted[0] = 0
    await asyncio.to_thread(sys.stdin.buffer.read)
    if any(task.done() for task in reading):
        sys.exit("a page was not let in, or lost")
    return counted[0]


def main() -> None:
    """Reads until standard input closes."""
    port, pages = map(int, sys.argv[1:])
    print(asyncio.run(_read_all(port, pages)), flush=True)


if __name__ == "__main__":
    main()
