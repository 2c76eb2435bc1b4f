"""mpop fetches into a Maildir, and an mbox; its TLS is GnuTLS."""
import contextlib
import mailbox

import retrieval
from retrieval import CA, HOSTNAME, PASSWORD, PORTS, USER
from support import require, run

MPOP = require("mpop", "mpop")


class Mpop(retrieval.Retrieval):
    def fetch(self, way, keep=False, password=PASSWORD, ca=CA, fails=False, auth="user", deliver=None):
        target = self.home / "got"
        for part in ("", "tmp", "new", "cur"):
            (target / part).mkdir(exist_ok=True)
        settings = {
            "host": HOSTNAME, "port": PORTS[way], "user": USER, "password": password, "auth": auth,
            "keep": "on" if keep else "off", "received_header": "off", "uidls_file": self.home / "uidls",
            "delivery": deliver or "maildir %s" % target, "tls": "off" if way == "clear" else "on",
            "tls_starttls": "on" if way == "stls" else "off", "tls_trust_file": ca,
        }
        text = "account default\n" + "".join("%s %s\n" % item for item in settings.items())
        said = run([MPOP, "--file=" + self.path("mpoprc", text)], fails=fails)
        self.take_files(target / "new")
        return said

    def test_mechanisms(self):
        for auth in ("user", "plain", "login"):
            for way in self.WAYS:
                with self.subTest(auth=auth, way=way):
                    self.fetched = []
                    self.server.deliver(retrieval.LETTER)
                    lay = self.server.messages()
                    self.assert_fetched(lay, self.fetch(way, auth=auth))

    def test_mbox(self):
        self.server.deliver(retrieval.LETTER)
        self.fetch("tls", deliver="mbox %s" % (self.home / "mbox"))
        with contextlib.closing(mailbox.mbox(self.home / "mbox")) as mbox:
            message, = mbox
            self.assertEqual(message["Subject"], "Selam")
        self.assertEqual(self.server.messages(), [])


if __name__ == "__main__":
    retrieval.main()
