"""Another program in an Ableton Link session, which also listens to MIDI, in its own process.

Run as `python link_peer.py NAME TEMPO`. It makes a JACK port NAME:in, says "ready", and then
prints JSON lines: every 20 ms the session as it sees it, and every MIDI message with the session's
beat at which it came. It joins when told "join", and obeys "tempo BPM", "start" and "stop" on its
standard input until that closes.
"""

import json
import sys
import threading

import link
from wire_client import jack_input

QUANTUM = 4


def main() -> None:
    name, tempo_bpm = sys.argv[1:]
    session = link.Link(float(tempo_bpm))
    session.startStopSyncEnabled = True
    clock = session.clock()
    printing = threading.Lock()

    def tell(**facts: object) -> None:
        beat = session.captureSessionState().beatAtTime(clock.micros(), QUANTUM)
        with printing:
            print(json.dumps({"beat": beat, **facts}), flush=True)

    port = jack_input(name, lambda message, _: tell(message=message))
    port.open_virtual_port("in")
    print("ready", flush=True)
    leaving = threading.Event()

    def watch() -> None:
        while not leaving.wait(0.02):
            state = session.captureSessionState()
            tell(tempo=state.tempo(), playing=state.isPlaying(), peers=session.numPeers())

    watching = threading.Thread(target=watch)
    watching.start()
    for line in sys.stdin:
        command, *values = line.split()
        state = session.captureSessionState()
        if command == "join":
            session.enabled = True
        elif command == "tempo":
            state.setTempo(float(values[0]), clock.micros())
        else:
            state.setIsPlaying(command == "start", clock.micros())
        if command != "join":
            session.commitSessionState(state)
    leaving.set()
    watching.join()
    port.close_port()


main()
