"""A real Postfix: our smtp client delivers to it, and it relays to our smtpd."""
import shutil
import smtplib
import tempfile
import unittest
from pathlib import Path

from support import BUILD, HEADER, LETTER, PATIENCE, Delivery, crlf, main, run, skip, without_trace

import network
import postfix
from watch import Watch

if postfix.why_not():
    skip(postfix.why_not())
network.enter(several_users=True)

SMTP = str(BUILD / "bin" / "smtp")


class Instance(unittest.TestCase):
    """Tests with a Postfix of their own: self.postfix."""

    def start_postfix(self, **options):
        directory = Path(tempfile.mkdtemp(prefix="postfix.", dir=BUILD / "tests"))
        self.addCleanup(shutil.rmtree, directory)
        instance = postfix.Postfix(directory / "postfix", **options)
        instance.__enter__()
        self.addCleanup(instance.__exit__)
        return instance


class SmtpToPostfix(Instance):
    """clients/smtp.c and the labs' functions, against a server that we have not written."""

    def setUp(self):
        self.postfix = self.start_postfix()
        self.files = self.postfix.directory.parent

    def send(self, *letters, recipients=("dave@example.com",), fails=False, sender="alice@example.org"):
        """Lets smtp send files with these texts."""
        command = [SMTP, "--name", "client.example.org", self.postfix.address, str(self.postfix.port), "--from", sender]
        for recipient in recipients:
            command += ["--to", recipient]
        for number, letter in enumerate(letters):
            path = self.files / ("letter%d.eml" % number)
            path.write_bytes(letter.encode())
            command.append(str(path))
        return run(command, fails=fails)

    def stored(self, user="dave", count=1):
        """What Postfix has delivered, without the three fields that it put before each message, sorted."""
        messages = [path.read_bytes() for path in (self.postfix.store(user) / "new").iterdir()]
        self.assertEqual(len(messages), count, self.postfix.log_text())
        return sorted(without_postfix_trace(message) for message in messages)

    def assert_sent(self, letter, wanted=None):
        """smtp sends the letter, and dave finds it (or what is wanted) in his Maildir."""
        with Watch(self.postfix.store("dave")) as mailbox:
            self.send(letter)
            self.assertTrue(mailbox.wait_for(1, PATIENCE), self.postfix.log_text())
        self.assertEqual(self.stored(), [(wanted or letter).encode()])

    def test_letter(self):
        self.assert_sent(LETTER)

    def test_crlf_file(self):
        self.assert_sent(LETTER.replace("\n", "\r\n"), LETTER)

    def test_no_final_newline(self):
        self.assert_sent(LETTER + "son", LETTER + "son\n")

    def test_only_dots(self):
        self.assert_sent(HEADER + "\n.\n..\n.\n")

    def test_ten_megabytes(self):
        self.assert_sent(LETTER + "Satır satır, on megabayt: ı ç ş ğ ü ö İ.\n" * 220000)

    def test_several_recipients_one_refused(self):
        with Watch(self.postfix.store("dave")) as dave, Watch(self.postfix.store("erin")) as erin:
            said = self.send(
                LETTER, recipients=("dave@example.com", "nobody@example.com", "erin@example.com"), fails=True
            )
            self.assertTrue(dave.wait_for(1, PATIENCE) and erin.wait_for(1, PATIENCE), self.postfix.log_text())
        self.assertIn("nobody@example.com", said)
        self.assertIn("550 5.1.1", said)
        self.assertEqual(self.stored("dave"), [LETTER.encode()])
        self.assertEqual(self.stored("erin"), [LETTER.encode()])

    def test_all_refused(self):
        self.assertIn("550 5.1.1", self.send(LETTER, recipients=("nobody@example.com",), fails=True))

    def test_several_messages_on_one_connection(self):
        letters = [LETTER + "%d\n" % number for number in range(5)]
        with Watch(self.postfix.store("dave")) as mailbox:
            self.send(*letters)
            self.assertTrue(mailbox.wait_for(5, PATIENCE), self.postfix.log_text())
        self.assertEqual(self.stored(count=5), sorted(letter.encode() for letter in letters))
        self.assertEqual(self.postfix.log_text().count(" connect from "), 1)

    def test_typed_dialogue(self):
        typed = "EHLO client.example.org\nVRFY dave@example.com\nMAIL FROM:<>\nRCPT TO:<dave@example.com>\nDATA\n"
        with Watch(self.postfix.store("dave")) as mailbox:
            said = run([SMTP, self.postfix.address, str(self.postfix.port)], typed + LETTER.replace("\n.", "\n..") + ".\nQUIT\n")
            self.assertTrue(mailbox.wait_for(1, PATIENCE), self.postfix.log_text())
        self.assertRegex(said, r"(?s)^220 .*\n250 .*\n252 .*\n250 .*\n250 .*\n354 .*\n250 .*\n221 ")
        self.assertEqual(self.stored(), [LETTER.encode()])


class PostfixToSmtpd(Instance, Delivery):
    """Postfix's own client, which pipelines and uses what smtpd offers."""

    def setUp(self):
        Delivery.setUp(self)
        self.postfix = self.start_postfix(
            settings="relay_domains = example.org\nsmtp_host_lookup = native\n"
            "transport_maps = inline:{ { example.org = smtp:[%s]:%d } }\n" % (self.server.host, self.server.port)
        )

    def submit(self, letter, recipients, sender="alice@example.org", options=()):
        with smtplib.SMTP(self.postfix.address, self.postfix.port, "client.example.org", PATIENCE) as peer:
            self.assertEqual(peer.sendmail(sender, recipients, crlf(letter), options), {})

    def test_letter(self):
        with Watch(self.server.mailbox("bob")) as bob, Watch(self.server.mailbox("carol")) as carol:
            self.submit(LETTER, ["bob@example.org", "carol@example.org"], options=["BODY=8BITMIME"])
            self.assertTrue(bob.wait_for(1, PATIENCE) and carol.wait_for(1, PATIENCE), self.postfix.log_text())
        for user in ("bob", "carol"):
            self.assert_same(without_postfix_received(without_trace(self.message(user))), LETTER.encode())

    def test_utf8_sender(self):
        with Watch(self.server.mailbox("bob")) as bob:
            self.submit(LETTER, ["bob@example.org"], "çağla@örnek.example", ["SMTPUTF8", "BODY=8BITMIME"])
            self.assertTrue(bob.wait_for(1, PATIENCE), self.postfix.log_text())
        self.assertTrue(self.message().startswith("Return-Path: <çağla@örnek.example>\n".encode()))

    def test_bounce(self):
        # smtpd refuses nobody; Postfix writes a bounce with the null reverse-path, which smtpd takes.
        with Watch(self.server.mailbox("alice")) as alice:
            self.submit(LETTER, ["nobody@example.org"])
            self.assertTrue(alice.wait_for(1, PATIENCE), self.postfix.log_text())
        bounce = self.message("alice")
        self.assertTrue(bounce.startswith(b"Return-Path: <>\n"), bounce[:80])
        self.assertIn(b"550 5.1.1", bounce)


def without_postfix_trace(message):
    """A message of Postfix's virtual(8) without Return-Path, X-Original-To, Delivered-To and Received."""
    for field in (b"Return-Path: ", b"X-Original-To: ", b"Delivered-To: "):
        assert message.startswith(field), "no %r before %r" % (field, message[:300])
        message = message.partition(b"\n")[2]
    return without_postfix_received(message)


def without_postfix_received(message):
    """A message without the Received that it begins with."""
    assert message.startswith(b"Received: "), "no Received before %r" % message[:300]
    while message.startswith((b"Received: ", b"\t", b" ")):
        message = message.partition(b"\n")[2]
    return message


if __name__ == "__main__":
    main()
