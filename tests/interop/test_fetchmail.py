"""fetchmail fetches and hands each message to a program."""
import retrieval
from retrieval import AGENT, CA, HOSTNAME, PASSWORD, PORTS, USER
from support import require, run

FETCHMAIL = require("fetchmail", "fetchmail")


class Fetchmail(retrieval.Retrieval):
    NOTHING = 1
    # It makes a body where there is nothing but a header, and breaks lines of more than 8 KiB, with a NUL.
    SPOILS = ("empty", "no body", "long line")

    def fetch(self, way, keep=False, password=PASSWORD, ca=CA, fails=False):
        target = self.home / "got"
        target.mkdir(exist_ok=True)
        ssl = {
            "clear": 'sslproto "" no ssl',
            "stls": 'no ssl sslproto "tls1.2+" sslcertck sslcertfile "%s" sslcertpath "%s"' % (ca, self.home),
            "tls": 'ssl sslcertck sslcertfile "%s" sslcertpath "%s"' % (ca, self.home),
        }
        text = 'poll %s proto pop3 port %d auth password uidl user "%s" password "%s" %s mda "%s" %s no rewrite\n' % (
            HOSTNAME, PORTS[way], USER, password, ssl[way], self.path("agent", AGENT % target, 0o700),
            "keep" if keep else "no keep")
        said = run([FETCHMAIL, "--fetchmailrc", self.path("fetchmailrc", text), "--idfile", str(self.home / "ids"),
                    "--pidfile", str(self.home / "pid"), "--invisible", "--nosyslog", "-v"], fails=fails)
        self.take_files(target)
        return said


if __name__ == "__main__":
    retrieval.main()
