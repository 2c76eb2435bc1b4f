"""curl fetches over pop3://, after STLS with --ssl-reqd, and over pop3s://."""
import retrieval
from retrieval import CA, HOSTNAME, PASSWORD, PORTS, USER
from support import require, run

CURL = require("curl", "curl")


class Curl(retrieval.Retrieval):
    REMEMBERS = False

    def curl(self, way, numbers=("",), request=(), password=PASSWORD, ca=CA, mechanism=None, fails=False):
        """One session; what comes for each number is in out(number)."""
        url = "pop3%s://%s:%d/" % ("s" * (way == "tls"), HOSTNAME, PORTS[way])
        command = [CURL, "-q", "-sS", "--cacert", ca, "--config", self.path("curlrc", 'user = "%s:%s"\n' % (USER, password)),
                   *(["--ssl-reqd"] if way == "stls" else []), *(["--login-options", mechanism] if mechanism else []), *request]
        for number in numbers:
            command += ["--output", str(self.home / ("out%s" % number)), url + str(number)]
        return run(command, fails=fails)

    def out(self, number=""):
        return (self.home / ("out%s" % number)).read_bytes()

    def fetch(self, way, keep=False, password=PASSWORD, ca=CA, fails=False):
        said = self.curl(way, password=password, ca=ca, fails=fails)
        # Of an empty mailbox curl makes an empty line.
        numbers = [] if fails else [int(line.split()[0]) for line in self.out().split(b"\r\n") if line]
        if numbers:
            self.curl(way, numbers)
            self.fetched += [retrieval.lines(self.out(number)) for number in numbers]
            if not keep:
                self.curl(way, numbers, ["-l", "--request", "DELE"])
        return said

    def test_mechanisms(self):
        self.server.deliver(retrieval.LETTER)
        for mechanism in ("AUTH=PLAIN", "AUTH=LOGIN"):
            for way in self.WAYS:
                with self.subTest(mechanism=mechanism, way=way):
                    self.curl(way, mechanism=mechanism)
                    self.assertRegex(self.out(), rb"\A1 \d+\r\n\Z")

    def test_requests(self):
        self.server.deliver(retrieval.LETTER)
        for request, answer in (("UIDL", rb"\A1 [!-~]{1,70}\r\n\Z"), ("TOP 1 1", rb"\r\n\r\nSelam Bob,\r\n\Z")):
            self.curl("tls", request=["--request", request])
            self.assertRegex(self.out(), answer)


if __name__ == "__main__":
    retrieval.main()
