"""curl delivers a file over smtp://."""
from support import LETTER, Delivery, crlf, main, require, run

CURL = require("curl", "curl")


class Curl(Delivery):
    def curl(self, *arguments, text=LETTER, recipients=("bob@example.org",), fails=False):
        # curl sends the file's line ends as they are, so the file has those of the wire.
        command = [CURL, "-q", "-sS", "--show-error", "smtp://%s:%d/client.example.org" % (self.server.host, self.server.port),
                   "--mail-from", "alice@example.org", "--upload-file", self.path("letter", crlf(text)), *arguments]
        for recipient in recipients:
            command += ["--mail-rcpt", recipient]
        return run(command, fails=fails)

    def test_letter(self):
        self.curl()
        self.assert_delivered(LETTER)

    def test_several_recipients_one_refused(self):
        self.curl("--mail-rcpt-allowfails", recipients=("nobody@example.org", "bob@example.org", "carol@example.org"))
        self.assert_delivered(LETTER, "bob")
        self.assert_delivered(LETTER, "carol")

    def test_all_refused(self):
        said = self.curl(recipients=("nobody@example.org",), fails=True)
        self.assertIn("550", said)

    def test_megabytes(self):
        letter = LETTER + "Satır satır, on megabayt.\n" * 400000
        self.curl(text=letter)
        self.assert_delivered(letter)

    def test_verify(self):
        # Without --upload-file, curl asks VRFY.
        said = run([CURL, "-q", "-sS", "smtp://%s:%d/client.example.org" % (self.server.host, self.server.port),
                    "--mail-rcpt", "bob"])
        self.assertRegex(said, r"25[02] ")


if __name__ == "__main__":
    main()
