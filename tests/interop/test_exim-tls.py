"""Our smtp client submits to Exim, whose TLS is GnuTLS."""
import submits
from support import skip

import exim

if exim.why_not():
    skip(exim.why_not())
submits.enter()


class ToExim(submits.Submits):
    def serve(self, certificate="mail", mechanisms="PLAIN LOGIN"):
        return self.run_inside(exim.Exim(
            self.files / "exim", submits.ADDRESS, submits.HOST, "example.org", ("bob",),
            {"alice@example.org": submits.PASSWORD}, submits.certificate_files(certificate), mechanisms))


if __name__ == "__main__":
    submits.main()
