"""msmtp delivers its standard input, as sendmail(1) would."""
from support import LETTER, Delivery, main, require, run

MSMTP = require("msmtp", "msmtp")


class Msmtp(Delivery):
    def msmtp(self, *arguments, text=LETTER, fails=False):
        return run(
            [MSMTP, "--file=/dev/null", "--host=" + self.server.host, "--port=%d" % self.server.port, "--tls=off",
             "--auth=off", "--domain=client.example.org", "--from=alice@example.org", *arguments],
            text, fails,
        )

    def test_letter(self):
        self.msmtp("bob@example.org")
        self.assert_delivered(LETTER)

    def test_recipients_of_the_header(self):
        letter = LETTER.replace("Subject:", "Cc: carol@example.org\nSubject:")
        self.msmtp("--read-recipients", text=letter)
        self.assert_delivered(letter, "bob")
        self.assert_delivered(letter, "carol")

    def test_refused_recipient(self):
        # One refused recipient, and msmtp delivers to nobody.
        said = self.msmtp("bob@example.org", "nobody@example.org", fails=True)
        self.assertIn("550 5.1.1", said)
        self.assertEqual(self.server.messages("bob"), [])

    def test_server_information(self):
        said = run([MSMTP, "--serverinfo", "--file=/dev/null", "--host=" + self.server.host,
                    "--port=%d" % self.server.port, "--tls=off"])
        for capability in ("SIZE", "PIPELINING"):
            self.assertIn(capability, said)


if __name__ == "__main__":
    main()
