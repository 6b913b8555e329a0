"""A process that carries out calls for `livedshl.work.processes`, one after the other.

Standard input and output carry messages: eight bytes of length, then a pickled call or its outcome.
The first message out is empty: the process is ready. It leaves when standard input ends, which it
does when the main process is killed.
"""

import os
import pickle
import signal
import sys
from queue import SimpleQueue
from threading import Thread
from typing import IO

_LENGTH_BYTES = 8


def send(stream: IO[bytes], message: bytes) -> None:
    """Writes a message. Raises OSError if nobody reads any more."""
    stream.write(len(message).to_bytes(_LENGTH_BYTES, "big"))
    stream.write(message)
    stream.flush()


def receive(stream: IO[bytes]) -> bytes | None:
    """The next message; None if there is no more."""
    header = stream.read(_LENGTH_BYTES)
    length = int.from_bytes(header, "big")
    message = stream.read(length) if len(header) == _LENGTH_BYTES else b""
    return message if len(header) == _LENGTH_BYTES and len(message) == length else None


def main() -> None:
    """Carries out the calls that standard input brings."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the main process ends this one
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # libraries print
    calls: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=_listen, args=(calls,), daemon=True).start()
    send(answers, b"")
    while True:
        send(answers, _outcome(calls.get()))


def _outcome(call: bytes) -> bytes:
    """(True, what it returned) or (False, what it raised)."""
    try:
        function, arguments, named = pickle.loads(call)
        return pickle.dumps((True, function(*arguments, **named)))
    except Exception as error:
        return pickle.dumps((False, error))


def _listen(calls: "SimpleQueue[bytes]") -> None:
    while (call := receive(sys.stdin.buffer)) is not None:
        calls.put(call)
    os._exit(0)  # the main process is gone, or needs no worker any more


if __name__ == "__main__":
    main()
