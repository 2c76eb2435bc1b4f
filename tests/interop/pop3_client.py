"""What our pop3 client must do with --fetch, at whatever server: into a Maildir and into an mbox, which mutt opens.

The tests are those of every mail program (retrieval.py), and in addition that what it wrote can be read elsewhere.
"""
import re

import retrieval
from on_terminal import on_terminal
from retrieval import CA, HOSTNAME, PASSWORD, PORTS, USER, lines
from support import BUILD, environment, require, run

POP3 = str(BUILD / "bin/pop3")
MUTT = require("mutt", "mutt")


class Fetching(retrieval.Retrieval):
    """Into a Maildir. Its files are taken away as they come: what it remembers is not in them."""

    PLACE = "got"

    def fetch(self, way, keep=False, password=PASSWORD, ca=CA, fails=False):
        tls = [] if way == "clear" else ["--" + way]
        said = run([POP3, *tls, "--ca", ca, "--user", USER, "--password-file", self.path("password", password + "\n"),
                    "--fetch", str(self.place()), *(["--keep"] if keep else []), HOSTNAME, str(PORTS[way])], fails=fails)
        self.assertNotIn(password, said)
        self.take()
        return said

    def place(self):
        return self.home / self.PLACE

    def take(self):
        """Each message that came since the last time, into self.fetched."""
        if (self.place() / "new").is_dir():
            self.take_files(self.place() / "new")

    def test_twice(self):
        # Kept, and fetched again: nothing comes.
        self.fill()
        self.fetch("tls", keep=True)
        first = len(self.fetched)
        for way in self.WAYS:
            self.fetch(way, keep=True)
        self.assertEqual(len(self.fetched), first)

    def test_kept_then_deleted(self):
        # What was kept is deleted on the server without being fetched a second time.
        self.fill()
        self.fetch("tls", keep=True)
        first = len(self.fetched)
        self.server.deliver(retrieval.LETTER)
        self.fetch("stls")
        self.assertEqual(len(self.fetched), first + 1)
        self.assertEqual(self.server.messages(), [])

    def test_mutt(self):
        # mutt saves an empty line behind a header that ends without one, and behind nothing at all.
        self.fill(besides=["no body", "empty"])
        lay = self.server.messages()
        self.untaken("tls")
        copies = self.home / "copies"
        for part in ("", "tmp", "new", "cur"):
            (copies / part).mkdir()
        settings = ('set mbox_type=Maildir header_cache="" tmpdir="%s" charset=utf-8 mark_old=no folder="%s"' % (
            self.home, self.home),
                    "set quit=yes confirmappend=no confirmcreate=no move=no sleep_time=0 copy=no",
                    'push "<tag-pattern>~A<enter><tag-prefix><copy-message>^U%s<enter><exit>"' % copies)
        command = [MUTT, "-n", "-F", self.path("muttrc", "\n".join(settings) + "\n"), "-R", "-f", str(self.place())]
        said = on_terminal(command, {**environment(self.home), "TERM": "xterm"})
        for part in ("new", "cur"):
            self.take_files(copies / part)
        # What it saves, it counts, and notes that it was read.
        self.fetched = [re.sub(rb"(?m)^(Content-Length|Lines|Status): .*\n", b"", message) for message in self.fetched]
        self.assert_fetched([self.as_mutt_reads(message) for message in lay], said)

    def untaken(self, way):
        """Fetches, and leaves what came where it is."""
        take, self.take = self.take, lambda: None
        try:
            self.fetch(way, keep=True)
        finally:
            self.take = take

    def as_mutt_reads(self, message):
        return message


class FetchingMbox(Fetching):
    """Into an mbox, which stays: what came since the last time is what stands behind that."""

    PLACE = "got.mbox"
    # Where it is put has no part in these.
    test_empty = test_unknown_authority = test_wrong_certificates = test_wrong_password = None

    def setUp(self):
        super().setUp()
        self.seen = 0

    def start(self, certificate):
        super().start(certificate)
        self.seen = 0

    def take(self):
        if not self.place().exists():
            return
        mbox = self.place().read_bytes()
        for message in re.split(rb"(?m)^From .*\n", mbox[self.seen:])[1:]:
            # An empty line stands behind each; and a line that began like a message's has a ">" more (mboxrd).
            self.assertTrue(message.endswith(b"\n"), message[-40:])
            self.fetched.append(lines(re.sub(rb"(?m)^>(>*From )", rb"\1", message[:-1])))
        self.seen = len(mbox)

    def as_mutt_reads(self, message):
        return re.sub(rb"(?m)^(>*From )", rb">\1", message)  # it takes no ">" away


def main():
    """Runs the tests."""
    retrieval.main()
