"""A machine that has Python and nothing else: a Debian of its own in a folder."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from support.documents import ROOT
from support.surroundings import need

SUITE = "trixie"
PACKAGES = "python3,python3-venv,ca-certificates"
HOME = Path.home()
CHECKOUT = HOME / "livedshl"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
# Processes of their own, which end with the first of them, and the file systems that every
# machine has. What is mounted here is seen by nobody else and goes with the processes.
_BOOT = """
mount -t proc proc "$1/proc"
mount -t tmpfs tmpfs "$1/dev/shm"
exec chroot "$1" sh -c 'trap : INT; cd "$1" && eval "$2"' sh "$2" "$3"
"""


class FreshMachine:
    """A new Debian with a copy of this checkout. It has no sound and no MIDI system."""

    def __init__(self, folder: Path) -> None:
        need(shutil.which("debootstrap"), "debootstrap")
        need(os.geteuid() == 0 and _may_mount(), "root with its own mounts")
        command = ["debootstrap", "--variant=minbase", f"--include={PACKAGES}", SUITE, folder]
        made = subprocess.run(command, capture_output=True, text=True)
        need(made.returncode == 0, f"a Debian mirror ({made.stdout[-300:]})")
        self.folder = folder
        self.environment = {"HOME": str(HOME), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
        self._reach_the_same_registry()
        self._copy_the_checkout()

    def start(self, command: str) -> subprocess.Popen:
        """Starts a shell's line in the checkout."""
        boot = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-ec", _BOOT, "sh"]
        return subprocess.Popen(
            [*boot, self.folder, CHECKOUT, command],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, command: str) -> str:
        """What a shell's line in the checkout prints; it must succeed."""
        process = self.start(command)
        told, _ = process.communicate(timeout=400)
        assert process.returncode == 0, told
        return told

    def interrupt(self, process: subprocess.Popen) -> str:
        """Does what Ctrl-C does; what the command printed from here on."""
        os.killpg(process.pid, signal.SIGINT)
        told, _ = process.communicate(timeout=30)
        return told

    def file(self, name: str) -> Path:
        """A file of the checkout, as seen from outside."""
        return self.folder / CHECKOUT.relative_to("/") / name

    def _reach_the_same_registry(self) -> None:
        """Carries over how pip reaches the registry from here, whatever that is here."""
        pip = [sys.executable, "-m", "pip", "config"]
        found = subprocess.run([*pip, "debug"], capture_output=True, text=True, check=True).stdout
        files = [line.split(", exists: ")[0].strip() for line in found.splitlines()
                 if line.endswith(", exists: True")]  # fmt: skip
        settings = subprocess.run([*pip, "list"], capture_output=True, text=True, check=True).stdout
        for name, value in os.environ.items():
            if name.startswith("PIP_") or name.lower().endswith("_proxy"):
                self.environment[name] = value
        files += settings.replace("'", " ").split()
        for path in {CERTIFICATES, Path("/etc/resolv.conf"), Path("/etc/hosts"), *map(Path, files)}:
            if path.is_absolute() and path.is_file():
                self._copy(path, path)

    def _copy_the_checkout(self) -> None:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
        need(listed.returncode == 0, "a checkout")
        for name in listed.stdout.split("\0"):
            if (ROOT / name).is_file():
                self._copy(ROOT / name, CHECKOUT / name)

    def _copy(self, here: Path, there: Path) -> None:
        path = self.folder / there.relative_to("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(here, path)


def hiding(*libraries: str) -> list[str]:
    """What to put before a command that must not find these system libraries, like "libasound"."""
    need(os.geteuid() == 0 and _may_mount(), "root with its own mounts")
    known = subprocess.run(["ldconfig", "-p"], capture_output=True, text=True, check=True).stdout
    paths = {line.split(" => ")[1] for line in known.splitlines() if " => " in line}
    hidden = [path for path in sorted(paths) if Path(path).name.startswith(libraries)]
    mounts = "".join(f"mount --bind /dev/null '{path}'; " for path in hidden)
    return ["unshare", "--mount", "sh", "-ec", f'{mounts}exec "$@"', "sh"]


def _may_mount() -> bool:
    tried = ["unshare", "--mount", "--pid", "--fork", "mount", "-t", "proc", "proc", "/proc"]
    return (
        bool(shutil.which("unshare")) and not subprocess.run(tried, capture_output=True).returncode
    )
