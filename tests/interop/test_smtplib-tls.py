"""Python's smtplib submits: AUTH with and without an initial response."""
import smtplib
import ssl

import submission
from submission import CA, HOSTNAME, PASSWORD, PORTS, USER
from support import LETTER, PATIENCE, crlf


class Smtplib(submission.Submission):
    INITIAL = True

    def send(self, tls, mechanism, password=PASSWORD, ca=CA, fails=False):
        try:
            self.submit(tls, mechanism, password, ssl.create_default_context(cafile=ca))
        except (ssl.SSLError, smtplib.SMTPAuthenticationError) as error:
            self.assertTrue(fails, error)
            if isinstance(error, smtplib.SMTPAuthenticationError):
                self.assertEqual(error.smtp_code, 535)
            return str(error)
        self.assertFalse(fails)
        return ""

    def submit(self, tls, mechanism, password, context):
        where = {"host": HOSTNAME, "port": PORTS[tls], "local_hostname": "client.example.org", "timeout": PATIENCE}
        with smtplib.SMTP_SSL(context=context, **where) if tls == "tls" else smtplib.SMTP(**where) as peer:
            if tls == "starttls":
                peer.starttls(context=context)
            peer.ehlo()
            peer.user, peer.password = USER, password
            how = {"PLAIN": peer.auth_plain, "LOGIN": peer.auth_login}[mechanism]
            peer.auth(mechanism, how, initial_response_ok=self.INITIAL)
            self.assertEqual(peer.sendmail(USER, ["bob@example.org"], crlf(LETTER), ["BODY=8BITMIME"]), {})


class WithoutInitialResponse(Smtplib):
    INITIAL = False


if __name__ == "__main__":
    submission.main()
