"""mutt fetches into a Maildir, and opens the maildrop as a folder. It wants a terminal, and gets one."""
import re

import retrieval
from retrieval import CA, HOSTNAME, PASSWORD, PORTS, USER
from support import environment, require

from on_terminal import on_terminal

MUTT = require("mutt", "mutt")


class Mutt(retrieval.Retrieval):
    REFUSES = ("expired", "wrong-host")  # self-signed is as unknown; and it shows each refusal for two seconds
    REMEMBERS = False  # nor what it has fetched, but in a folder it asks for UIDL

    @staticmethod
    def url(way):
        return "pop%s://%s@%s:%d" % ("s" * (way == "tls"), USER.replace("@", "%40"), HOSTNAME, PORTS[way])

    def mutt(self, way, keys, keep=False, password=PASSWORD, ca=CA, arguments=()):
        target = self.home / "got"
        for part in ("", "tmp", "new", "cur"):
            (target / part).mkdir(exist_ok=True)
        settings = (
            'set pop_host="%s" pop_pass="%s" pop_delete=%s pop_checkinterval=0 pop_reconnect=no pop_authenticators=user' % (
                self.url(way), password, "no" if keep else "yes"),
            'set spoolfile="%s" folder="%s" mbox_type=Maildir header_cache="" tmpdir="%s"' % (target, self.home, self.home),
            'set ssl_starttls=%s ssl_force_tls=%s ssl_ca_certificates_file="%s"' % (
                *("no" if way == "clear" else "yes",) * 2, ca),
            'set certificate_file="%s"' % (self.home / "accepted"),
            "set quit=yes confirmappend=no confirmcreate=no move=no sleep_time=0 charset=utf-8 timeout=1 copy=no",
            'push "%s"' % keys,
        )
        command = [MUTT, "-n", "-F", self.path("muttrc", "\n".join(settings) + "\n"), *arguments]
        return on_terminal(command, {**environment(self.home), "TERM": "xterm"})

    def fetch(self, way, keep=False, password=PASSWORD, ca=CA, fails=False):
        said = self.mutt(way, "<fetch-mail><quit>", keep, password, ca)
        self.take()
        return said

    def take(self):
        for part in ("new", "cur"):
            self.take_files(self.home / "got" / part)

    def test_folder(self):
        self.fill(besides=["no body", "empty"])  # which it saves with an empty line, and takes for an error
        lay = self.server.messages()
        for way in self.WAYS:
            with self.subTest(way=way):
                self.fetched = []
                keys = "<tag-pattern>~A<enter><tag-prefix><copy-message>^U%s<enter><exit>" % (self.home / "got")
                said = self.mutt(way, keys, arguments=["-f", self.url(way)])
                self.take()
                # What it saves, it counts.
                self.fetched = [re.sub(rb"(?m)^(Content-Length|Lines): \d+\n", b"", message) for message in self.fetched]
                self.assert_fetched(lay, said)


if __name__ == "__main__":
    retrieval.main()
