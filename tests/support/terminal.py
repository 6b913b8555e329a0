"""A real terminal, 80 x 24, in which one command runs: what a user sees and types."""

import subprocess
import time

WIDTH, HEIGHT = 80, 24


class Terminal:
    """A tmux session that runs one command; its exit status is left in a file."""

    def __init__(self, name, command, environment, folder):
        self._tmux = ("tmux", "-L", name)
        self.status = folder / "status"
        line = " ".join(f"'{word}'" for word in command)
        script = f"cd '{folder}'; {line}; echo $? >'{self.status}'; sleep 60"
        subprocess.run(
            [*self._tmux, "new-session", "-d", "-x", str(WIDTH), "-y", str(HEIGHT), script],
            env=environment | {"TERM": "xterm-256color"},
            check=True,
        )

    def press(self, *keys):
        subprocess.run([*self._tmux, "send-keys", *keys], check=True)

    def screen(self):
        shown = subprocess.run(
            [*self._tmux, "capture-pane", "-p"], capture_output=True, text=True, check=True
        )
        return shown.stdout

    def wait_for(self, text, timeout_s=20):
        """Waits until the screen shows a text; gives the screen."""
        deadline = time.monotonic() + timeout_s
        while text not in (shown := self.screen()):
            assert time.monotonic() < deadline, f"{text!r} does not appear:\n{shown}"
            time.sleep(0.1)
        return shown

    def wait_until_over(self, timeout_s=30):
        """Waits for the command to end; gives its exit status."""
        deadline = time.monotonic() + timeout_s
        while not self.status.exists() or not self.status.read_text():
            assert time.monotonic() < deadline, self.screen()
            time.sleep(0.1)
        return int(self.status.read_text())

    def close(self):
        subprocess.run([*self._tmux, "kill-server"], check=False, capture_output=True)
