"""mutt submits: it writes the letter itself, so only the body is compared."""
import submission
from submission import CA, HOSTNAME, PASSWORD, PORTS, USER
from support import SHORT_BODY, require, run

MUTT = require("mutt", "mutt")


class Mutt(submission.Submission):
    def send(self, tls, mechanism, password=PASSWORD, ca=CA, fails=False):
        url = "smtp%s://%s@%s:%d/" % ("s" * (tls == "tls"), USER.replace("@", "%40"), HOSTNAME, PORTS[tls])
        settings = ('set smtp_url="%s" smtp_pass="%s" smtp_authenticators="%s"' % (url, password, mechanism.lower()),
                    'set from="%s" use_envelope_from=yes hostname=client.example.org' % USER,
                    'set ssl_force_tls=yes ssl_starttls=yes ssl_ca_certificates_file="%s"' % ca,
                    "set use_8bitmime=yes allow_8bit=yes send_charset=utf-8 charset=utf-8 copy=no tmpdir=~")
        return run([MUTT, "-n", "-F", self.path("muttrc", "\n".join(settings) + "\n"), "-s", "Selam",
                    "bob@example.org"], SHORT_BODY, fails)

    def assert_delivered(self, text, user="bob"):
        self.assert_body(SHORT_BODY, user)


if __name__ == "__main__":
    submission.main()
