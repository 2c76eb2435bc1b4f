"""msmtp submits, with the settings that a user's ~/.msmtprc has."""
import submission
from submission import CA, HOSTNAME, PASSWORD, PORTS, USER
from support import LETTER, require, run

MSMTP = require("msmtp", "msmtp")


class Msmtp(submission.Submission):
    def send(self, tls, mechanism, password=PASSWORD, ca=CA, fails=False):
        settings = ("account default", "host " + HOSTNAME, "port %d" % PORTS[tls], "domain client.example.org",
                    "from " + USER, "tls on", "tls_starttls " + ("on" if tls == "starttls" else "off"),
                    "tls_trust_file " + ca, "auth " + mechanism.lower(), "user " + USER, "password " + password)
        file = self.path("msmtprc", "\n".join(settings) + "\n")
        (self.server.directory / "msmtprc").chmod(0o600)
        return run([MSMTP, "--file=" + file, "bob@example.org"], LETTER, fails)


if __name__ == "__main__":
    submission.main()
