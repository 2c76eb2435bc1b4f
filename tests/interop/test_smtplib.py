"""Python's smtplib: SMTPUTF8, BODY=8BITMIME, SIZE, partly refused recipients, many messages, 10 MB."""
import smtplib
from email.message import EmailMessage
from email.policy import SMTPUTF8

from support import LETTER, PATIENCE, Delivery, crlf, main, without_trace

ALICE, BOB, CAROL = "alice@example.org", "bob@example.org", "carol@example.org"


class Smtplib(Delivery):
    OPTIONS = ("smtpd.message-size=20M",)

    def connect(self):
        peer = smtplib.SMTP(self.server.host, self.server.port, "client.example.org", PATIENCE)
        self.addCleanup(peer.close)
        peer.ehlo_or_helo_if_needed()
        return peer

    def test_extensions(self):
        peer = self.connect()
        for extension in ("PIPELINING", "SIZE", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"):
            self.assertTrue(peer.has_extn(extension), extension)
        self.assertEqual(peer.quit()[0], 221)

    def test_letter(self):
        peer = self.connect()
        self.assertEqual(peer.sendmail(ALICE, [BOB], crlf(LETTER), ["BODY=8BITMIME"]), {})
        self.assert_delivered(LETTER)

    def test_one_recipient_refused(self):
        peer = self.connect()
        refused = peer.sendmail(ALICE, [BOB, "nobody@example.org", CAROL, "erin@example.net"], crlf(LETTER))
        self.assertEqual({who: reply[0] for who, reply in refused.items()},
                         {"nobody@example.org": 550, "erin@example.net": 550})
        self.assert_delivered(LETTER, "bob")
        self.assert_delivered(LETTER, "carol")

    def test_all_recipients_refused(self):
        peer = self.connect()
        with self.assertRaises(smtplib.SMTPRecipientsRefused):
            peer.sendmail(ALICE, ["nobody@example.org"], crlf(LETTER))
        # smtplib has sent RSET; the connection still works.
        self.assertEqual(peer.sendmail(ALICE, [BOB], crlf(LETTER)), {})
        self.assert_delivered(LETTER)

    def test_smtputf8(self):
        letter = EmailMessage(SMTPUTF8)
        letter["From"] = "Çağla Özgür <çağla@örnek.example>"
        letter["To"] = BOB
        letter["Subject"] = "Görüşme"
        letter.set_content("ı ç ş ğ ü ö İ\n", cte="8bit")
        self.assertEqual(self.connect().send_message(letter), {})
        stored = self.message()
        self.assertTrue(stored.startswith("Return-Path: <çağla@örnek.example>\n".encode()), stored[:80])
        self.assert_same(without_trace(stored), letter.as_bytes().replace(b"\r\n", b"\n"))

    def test_ten_megabytes(self):
        letter = LETTER + "Satır satır, on megabayt: ı ç ş ğ ü ö İ.\n" * 220000
        self.assertGreater(len(letter.encode()), 10_000_000)
        self.assertEqual(self.connect().sendmail(ALICE, [BOB], crlf(letter)), {})
        self.assert_delivered(letter)

    def test_too_large(self):
        peer = self.connect()
        with self.assertRaises(smtplib.SMTPSenderRefused) as refused:
            peer.sendmail(ALICE, [BOB], b"x\r\n" * 7_000_000)
        self.assertEqual(refused.exception.smtp_code, 552)
        self.assertEqual(peer.noop()[0], 250)

    def test_many_messages_on_one_connection(self):
        peer = self.connect()
        letters = [LETTER + "%d\n" % number for number in range(50)]
        for letter in letters:
            self.assertEqual(peer.sendmail(ALICE, [BOB], crlf(letter)), {})
        stored = [without_trace(message).decode() for message in self.server.messages("bob")]
        self.assertEqual(sorted(stored), sorted(letters))

    def test_commands(self):
        peer = self.connect()
        self.assertIn(peer.verify("bob@example.org")[0], (250, 252))
        self.assertEqual(peer.noop()[0], 250)
        self.assertEqual(peer.rset()[0], 250)
        self.assertTrue(peer.help())


if __name__ == "__main__":
    main()
