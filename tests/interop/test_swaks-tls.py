"""swaks submits with --tls and with --tls-on-connect."""
import submission
from submission import CA, HOSTNAME, PASSWORD, PORTS, USER
from support import LETTER, require, run

SWAKS = require("swaks", "swaks")


class Swaks(submission.Submission):
    REFUSES = ("expired", "self-signed")  # before 2024 it did not look at the name

    def send(self, tls, mechanism, password=PASSWORD, ca=CA, fails=False):
        # swaks adds a line end of its own behind the file.
        letter = self.path("letter", LETTER.removesuffix("\n"))
        return run([SWAKS, "--server", HOSTNAME, "--port", str(PORTS[tls]), "--helo", "client.example.org",
                    "--tls" if tls == "starttls" else "--tls-on-connect", "--tls-verify", "--tls-ca-path", ca,
                    "--auth", mechanism, "--auth-user", USER, "--auth-password", password,
                    "--from", USER, "--to", "bob@example.org", "--data", "@" + letter], fails=fails)


if __name__ == "__main__":
    submission.main()
