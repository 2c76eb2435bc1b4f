"""A program on a terminal, and a server in the test's hands.

Nothing here sleeps: a test waits until the screen shows what it should, or the server hears it.
PATIENCE only ends what would never come.
"""
import errno
import fcntl
import os
import pty
import select
import shutil
import signal
import socket
import struct
import sys
import tempfile
import termios
import time
import unittest
from pathlib import Path

from screen import BOLD, GREY, Screen  # noqa: F401: the tests take them from here

SOURCE = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("KIT_BUILD", SOURCE / "build")).resolve()
PATIENCE = float(os.environ.get("KIT_PATIENCE", 60))  # seconds

LEFT, UP, TAB, ENTER = "\x1b[D", "\x1b[A", "\t", "\r"
CTRL_C, CTRL_D, CTRL_R, CTRL_Z = "\x03", "\x04", "\x12", "\x1a"


class Terminal:
    """A program that has a terminal for itself."""

    def __init__(self, command, environment, columns, rows):
        self.screen = Screen(columns, rows)
        self.gone, self.status = False, None
        sys.stdout.flush()
        self.process, self.master = pty.fork()
        if self.process == 0:
            self._set_size(0, columns, rows)
            os.execve(command[0], command, environment)

    @staticmethod
    def _set_size(descriptor, columns, rows):
        fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, columns, rows):
        self.screen.resize(columns, rows)
        self._set_size(self.master, columns, rows)

    def type(self, text):
        os.write(self.master, text.encode())

    def _read(self):
        """Takes what the program writes next; at its end it is `gone`."""
        if not select.select([self.master], [], [], PATIENCE)[0]:
            raise AssertionError("nothing happens:\n" + "\n".join(self.screen.lines()))
        try:
            data = os.read(self.master, 65536)
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            data = b""
        self.gone = not data
        self.screen.feed(data)

    def until(self, condition, what):
        while not condition():
            if self.gone:
                raise AssertionError("ended without %s:\n%s" % (what, "\n".join(self.screen.lines())))
            self._read()

    def shows(self, *lines):
        """Waits until these are the last lines on the screen."""
        wanted = [line.rstrip() for line in lines]
        self.until(lambda: self.screen.lines()[-len(wanted):] == wanted, "the lines %r" % (wanted,))

    def has_cursor(self, column):
        self.until(lambda: self.screen.column == column, "the cursor in column %d" % column)

    def is_for_a_shell(self):
        """Whether the terminal is as a shell wants it: echo, whole lines, signals."""
        flags = termios.tcgetattr(self.master)[3]
        return all(flags & flag for flag in (termios.ECHO, termios.ICANON, termios.ISIG))

    def is_given_back(self):
        """Waits until it is so. No byte tells: this must look again and again."""
        end = time.monotonic() + PATIENCE
        while not self.is_for_a_shell():
            assert time.monotonic() < end, "the terminal is still the program's"
            if select.select([self.master], [], [], 0.01)[0]:
                self._read()

    def signal(self, number):
        os.kill(self.process, number)

    def end(self):
        """Reads to the end. The exit status, or minus the signal that ended the program."""
        while not self.gone:
            self._read()
        if self.status is None:
            self.status = os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])
        return self.status

    def close(self):
        if self.status is None:
            os.kill(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)
        os.close(self.master)


class Server:
    """Listens on a free port. What it says and hears is the test's business."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(PATIENCE)
        self.connection = None

    def port(self):
        return str(self.listener.getsockname()[1])

    def accept(self):
        if self.connection:
            self.connection.close()
        self.connection = self.listener.accept()[0]
        self.connection.settimeout(PATIENCE)

    def says(self, data):
        self.connection.sendall(data)

    def hears(self, data):
        """Waits for exactly these bytes."""
        heard = b""
        while len(heard) < len(data):
            more = self.connection.recv(len(data) - len(heard))
            if not more:
                break
            heard += more
        assert heard == data, "heard %r instead of %r" % (heard, data)

    def hears_end(self):
        more = self.connection.recv(100)
        assert more == b"", "heard %r instead of the end" % more

    def hangs_up(self):
        self.connection.close()
        self.connection = None

    def close(self):
        self.listener.close()
        if self.connection:
            self.connection.close()


class ConsoleTest(unittest.TestCase):
    """Has a server, and a directory for histories. What it starts ends with it."""

    def setUp(self):
        (BUILD / "tests").mkdir(parents=True, exist_ok=True)
        self.state = Path(tempfile.mkdtemp(dir=BUILD / "tests", prefix="terminal-"))
        self.addCleanup(shutil.rmtree, self.state)
        self.server = Server()
        self.addCleanup(self.server.close)

    def start(self, program, *arguments, columns=100, rows=40, **environment):
        variables = {"TERM": "xterm", "LANG": "C.UTF-8", "PATH": os.environ["PATH"], "INPUTRC": "/dev/null",
                     "KIT_STATE_DIR": str(self.state), **environment}
        variables.update((name, value) for name, value in os.environ.items() if name.endswith("SAN_OPTIONS"))
        terminal = Terminal([str(BUILD / program), *arguments], variables, columns, rows)
        self.addCleanup(terminal.close)
        return terminal

    def connect(self, client, *options, **more):
        """Starts a client; the server has accepted it."""
        terminal = self.start("bin/" + client, *options, "127.0.0.1", self.server.port(), **more)
        self.server.accept()
        return terminal

    def history(self, client):
        return (self.state / (client + ".history")).read_text()
