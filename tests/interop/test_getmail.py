"""getmail fetches and hands each message to a program. It has no STLS."""
import retrieval
from retrieval import AGENT, CA, HOSTNAME, PASSWORD, PORTS, USER
from support import require, run

GETMAIL = require("getmail", "getmail6")

SETTINGS = """\
[retriever]
type = SimplePOP3%(kind)sRetriever
server = %(host)s
port = %(port)d
username = %(user)s
password = %(password)s
%(tls)s
[destination]
type = MDA_external
path = %(agent)s
allow_root_commands = true
[options]
delete = %(delete)s
read_all = false
received = false
delivered_to = false
verbose = 2
"""


class Getmail(retrieval.Retrieval):
    WAYS = ("clear", "tls")
    REFUSAL = "(?i)certificate|doesn't match"

    def normal(self, message):
        # It puts a Return-Path before what has none, and an empty line behind a header that ends without.
        message = message if message.startswith(b"Return-Path:") else b"Return-Path: <unknown>\n" + message
        return message if b"\n\n" in message else message + b"\n"

    def fetch(self, way, keep=False, password=PASSWORD, ca=CA, fails=False):
        target = self.home / "got"
        target.mkdir(exist_ok=True)
        text = SETTINGS % {
            "kind": "SSL" * (way == "tls"), "host": HOSTNAME, "port": PORTS[way], "user": USER, "password": password,
            "agent": self.path("agent", AGENT % target, 0o700), "delete": "false" if keep else "true",
            "tls": "ca_certs = %s\nssl_cert_hostname = %s" % (ca, HOSTNAME) if way == "tls" else "",
        }
        said = run([GETMAIL, "--getmaildir", str(self.home), "--rcfile", self.path("getmailrc", text)], fails=fails)
        self.take_files(target)
        return said


if __name__ == "__main__":
    retrieval.main()
