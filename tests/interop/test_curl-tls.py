"""curl submits over smtp:// with --ssl-reqd, and over smtps://."""
import submission
from submission import CA, HOSTNAME, PASSWORD, PORTS, USER
from support import LETTER, crlf, require, run

CURL = require("curl", "curl")


class Curl(submission.Submission):
    def send(self, tls, mechanism, password=PASSWORD, ca=CA, fails=False):
        url = "smtp%s://%s:%d/client.example.org" % ("s" * (tls == "tls"), HOSTNAME, PORTS[tls])
        return run([CURL, "-q", "-sS", "--ssl-reqd", "--cacert", ca, url, "--login-options", "AUTH=" + mechanism,
                    "--config", self.path("curlrc", 'user = "%s:%s"\n' % (USER, password)), "--mail-from", USER,
                    "--mail-rcpt", "bob@example.org", "--upload-file", self.path("letter", crlf(LETTER))], fails=fails)


if __name__ == "__main__":
    submission.main()
