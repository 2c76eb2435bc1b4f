"""Our smtp client submits to Postfix, which asks Dovecot for passwords."""
import submits
from support import skip

import dovecot
import postfix

if postfix.why_not() or dovecot.why_not():
    skip(postfix.why_not() or dovecot.why_not())
submits.enter()

SETTINGS = f"""
smtpd_tls_cert_file = {postfix.HOME}/etc/chain.pem
smtpd_tls_key_file = {postfix.HOME}/etc/key.pem
smtpd_tls_received_header = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:{submits.ADDRESS}:{dovecot.PORT}
smtpd_sasl_auth_enable = yes
smtpd_tls_auth_only = yes
smtpd_client_restrictions = permit_sasl_authenticated, reject
smtpd_delay_reject = yes
smtpd_error_sleep_time = 0
smtpd_sasl_mechanism_filter = {{mechanisms}}
"""
SERVICES = f"""\
{submits.ADDRESS}:587 inet n - n - - smtpd -o smtpd_tls_security_level=encrypt
{submits.ADDRESS}:465 inet n - n - - smtpd -o smtpd_tls_security_level=encrypt -o smtpd_tls_wrappermode=yes
"""


class ToPostfix(submits.Submits):
    def serve(self, certificate="mail", mechanisms="PLAIN LOGIN"):
        self.run_inside(dovecot.Dovecot(self.files / "dovecot", {"alice@example.org": submits.PASSWORD}, submits.ADDRESS))
        return self.run_inside(postfix.Postfix(
            self.files / "postfix", address=submits.ADDRESS, hostname=submits.HOST, domain="example.org",
            users=("bob",), services=SERVICES, settings=SETTINGS.format(mechanisms=mechanisms),
            files=submits.certificate_files(certificate)))


if __name__ == "__main__":
    submits.main()
