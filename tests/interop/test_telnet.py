"""telnet, typed by hand: a terminal, a person who reads each reply before typing on."""
import os
import pty
import select
import subprocess
import time

from support import PATIENCE, Delivery, environment, main, require, without_trace

TELNET = require("telnet", "telnet")


class Terminal:
    """A program on a terminal of its own."""

    def __init__(self, command, home):
        self.ours, theirs = pty.openpty()
        self.process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment(home),
                                        cwd=home, start_new_session=True)
        os.close(theirs)
        self.screen = ""

    def wait_for(self, text):
        """Until the screen shows the text, behind what was waited for before."""
        until = time.monotonic() + PATIENCE
        while text not in self.screen:
            ready = select.select([self.ours], [], [], max(0, until - time.monotonic()))[0]
            assert ready, "no %r on the screen:\n%s" % (text, self.screen)
            try:
                self.screen += os.read(self.ours, 4096).decode(errors="replace")
            except OSError as gone:  # EIO: the program has ended
                raise AssertionError("ended without %r:\n%s" % (text, self.screen)) from gone
        self.screen = self.screen.partition(text)[2]

    def type(self, line):
        """A line and the Enter key."""
        os.write(self.ours, line.encode() + b"\r")

    def end(self):
        """Waits for the end of the program. Its exit status."""
        try:
            while os.read(self.ours, 4096):
                pass
        except OSError:
            pass  # EIO: nobody has the terminal open any more
        os.close(self.ours)
        return self.process.wait(PATIENCE)


class Telnet(Delivery):
    def test_by_hand(self):
        terminal = Terminal([TELNET, self.server.host, str(self.server.port)], self.server.directory)
        text = ["From: alice@example.org", "To: bob@example.org", "Subject: Elle", "", "Selam Bob,",
                "ı ç ş ğ ü ö İ", "..iki nokta", "Görüşürüz."]
        terminal.wait_for("220 mail.example.org")
        for line, reply in (
            ("EHLO client.example.org", "250 "),
            ("VRFY bob", "25"),
            ("mail from:<alice@example.org>", "250 2.1.0"),
            ("RCPT TO:<nobody@example.org>", "550 5.1.1"),
            ("RCPT TO:<bob@example.org>", "250 2.1.5"),
            ("DATA", "354 "),
        ):
            terminal.type(line)
            terminal.wait_for("\n" + reply)
        for line in text + ["."]:
            terminal.type(line)
        terminal.wait_for("\n250 2.0.0")
        terminal.type("QUIT")
        terminal.wait_for("\n221 ")
        terminal.end()

        # The person stuffed the dot by hand: one of the two is the protocol's.
        wanted = "\n".join(text).replace("..iki", ".iki") + "\n"
        self.assert_same(without_trace(self.message()), wanted.encode())


if __name__ == "__main__":
    main()
