"""swaks delivers: the letter as it is, with and without pipelining, and to several recipients."""
from support import LETTER, Delivery, main, require, run

SWAKS = require("swaks", "swaks")


class Swaks(Delivery):
    def swaks(self, *arguments, fails=False, recipient="bob@example.org"):
        # swaks adds a line end of its own behind the file.
        letter = self.path("letter", LETTER.removesuffix("\n"))
        return run(
            [SWAKS, "--server", self.server.host, "--port", str(self.server.port), "--helo", "client.example.org",
             "--from", "alice@example.org", "--to", recipient, "--data", "@" + letter, *arguments],
            fails=fails,
        )

    def test_letter(self):
        said = self.swaks()
        self.assertIn("<-  250 2.0.0", said)
        self.assert_delivered(LETTER)

    def test_pipelining(self):
        said = self.swaks("--pipeline")
        self.assertIn("<-  250-PIPELINING", said)
        self.assert_delivered(LETTER)

    def test_several_recipients(self):
        self.swaks("--pipeline", recipient="bob@example.org,carol@example.org")
        self.assert_delivered(LETTER, "bob")
        self.assert_delivered(LETTER, "carol")

    def test_refused_recipient(self):
        said = self.swaks(recipient="nobody@example.org", fails=True)
        self.assertRegex(said, r"<\*\* 550 5\.1\.1 ")
        self.assertEqual(self.server.messages("bob"), [])

    def test_foreign_recipient(self):
        said = self.swaks(recipient="erin@example.net", fails=True)
        self.assertRegex(said, r"<\*\* 550 5\.7\.1 ")


if __name__ == "__main__":
    main()
