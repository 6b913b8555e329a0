"""Asks the system for real-time scheduling of the calling thread.

Each system has one call for it, and a refusal leaves the thread as it was. We have no Mac or
Windows machine to test theirs on.
"""

import os
import sys

NORMAL = "normal"
FIFO_PRIORITY = 20  # above everything ordinary, below the audio servers' usual 70 and more
_CLOCK_PERIOD_S = 0.01  # how often the clock may want the processor, for how long, within what
_CLOCK_COMPUTATION_S = 0.0015
_CLOCK_CONSTRAINT_S = 0.003


def take_realtime_priority() -> str:
    """Takes the highest scheduling class that is granted; returns its name, or `NORMAL`."""
    try:
        if sys.platform == "darwin":
            return _time_constraint()
        if sys.platform == "win32":
            return _mmcss()
        return _fifo()
    except (OSError, AttributeError):
        return NORMAL


def realtime_remedy() -> str:
    """How a user gets real-time scheduling that the system refuses; "" if there is no way.

    On Linux it is a limit of the session. `setcap` on the interpreter would grant it to every
    Python program, because a virtual environment only links to the system's interpreter.
    """
    if sys.platform == "darwin":
        return ""
    if sys.platform == "win32":
        return "Start the service MMCSS, as administrator: net start MMCSS"
    import resource

    _, allowed = resource.getrlimit(resource.RLIMIT_RTPRIO)
    if allowed == resource.RLIM_INFINITY or allowed >= FIFO_PRIORITY:
        return "The limit allows it, but the container or kernel does not: run livedshl outside it"
    return (
        "Allow it for the group audio, join that group, and restart the computer:\n"
        "echo '@audio - rtprio 95' | sudo tee /etc/security/limits.d/90-audio.conf\n"
        'sudo usermod -aG audio "$USER"'
    )


def _fifo() -> str:
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(FIFO_PRIORITY))
    return "SCHED_FIFO"


def _time_constraint() -> str:
    """THREAD_TIME_CONSTRAINT_POLICY of the Mach kernel (mach/thread_policy.h)."""
    import ctypes

    libc = ctypes.CDLL(None)

    class Timebase(ctypes.Structure):
        _fields_ = [("numer", ctypes.c_uint32), ("denom", ctypes.c_uint32)]

    timebase = Timebase()
    libc.mach_timebase_info(ctypes.byref(timebase))
    units_per_s = 1e9 * timebase.denom / timebase.numer
    policy = (ctypes.c_uint32 * 4)(
        int(_CLOCK_PERIOD_S * units_per_s),
        int(_CLOCK_COMPUTATION_S * units_per_s),
        int(_CLOCK_CONSTRAINT_S * units_per_s),
        1,  # preemptible
    )
    time_constraint, n_words = 2, 4
    refused = libc.thread_policy_set(libc.mach_thread_self(), time_constraint, policy, n_words)
    return NORMAL if refused else "time constraint"


def _mmcss() -> str:
    """The Multimedia Class Scheduler Service, and a timer that ticks every millisecond."""
    import ctypes

    ctypes.windll.winmm.timeBeginPeriod(1)  # type: ignore[attr-defined]
    task = ctypes.c_ulong(0)
    granted = ctypes.windll.avrt.AvSetMmThreadCharacteristicsW(  # type: ignore[attr-defined]
        "Pro Audio", ctypes.byref(task)
    )
    return "MMCSS Pro Audio" if granted else NORMAL
