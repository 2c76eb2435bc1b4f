"""What becomes of submitted mail: what it lacks is added and nothing else (RFC 6409), Received tells how it came
(RFC 3848), and its sender hears what he asked to hear (RFC 3461) - and no forged word gets into any of that.
"""
import email
import email.policy
import re
import ssl
import unittest

from smtpd import Smtpd, client_tls, expect
from smtpd_auth import RIGHT
from smtpd_data import below_trace

WHOLE = b"Date: Sat, 21 Nov 2026 10:07:08 +0000\r\nMessage-ID: <1@client>\r\nSubject: x\r\n\r\nx\r\n"


class Submission(unittest.TestCase):
    def setUp(self):
        self.server = Smtpd(options=("smtpd.clear-auth=yes", "smtpd.errors=1000"), tls=True).start()
        self.addCleanup(self.server.remove)
        self.addCleanup(self.stop)

    def stop(self):
        self.assertEqual(self.server.stop(), 0, self.server.log()[-3000:])
        self.assertEqual(self.server.unfinished(), [])

    def connect(self, service="submissions", context=None):
        peer = self.server.connect(service, context=context).greet()
        self.addCleanup(peer.close)
        return peer

    def login(self, service="submissions", context=None):
        peer = self.connect(service, context)
        expect("235 2.7.0", peer.ask("AUTH PLAIN " + RIGHT))
        return peer

    def deliver(self, peer, text=WHOLE, sender="<alice@example.org>", recipients=("<bob@example.org>",), chunks=False):
        expect("250 2.1.0", peer.ask("MAIL FROM:" + sender))
        for recipient in recipients:
            expect("250 2.1.5", peer.ask("RCPT TO:" + recipient))
        if chunks:
            peer.send(b"BDAT %d LAST\r\n%s" % (len(text), text))
        else:
            expect("354", peer.ask("DATA"))
            peer.send(text + b".\r\n")
        expect("250 2.0.0", peer.reply())

    def taken(self, name="bob"):
        """The messages in a mailbox, which is empty then."""
        messages = self.server.messages(name)
        for path in (self.server.mailbox(name) / "new").iterdir():
            path.unlink()
        return messages

    def test_date_and_message_id(self):
        peer = self.login()
        for chunks in (False, True):
            for text, missing in (
                (WHOLE, ()),
                (b"Subject: x\r\n\r\nDate: in the body\r\nMessage-ID: too\r\n", ("Date", "Message-ID")),
                (b"DATE: x\r\n\r\nx\r\n", ("Message-ID",)),
                (b"message-id : <x@y>\r\nSubject: x\r\n", ("Date",)),
                (b"", ("Date", "Message-ID")),
                (b"Subject: x\r\n Date: folded\r\n\r\nx\r\n", ("Date", "Message-ID")),
            ):
                with self.subTest(text=text, chunks=chunks):
                    self.deliver(peer, text, chunks=chunks)
                    (message,) = self.taken()
                    kept = below_trace(message)
                    for name, form in (
                        ("Date", rb"^Date: [A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000\n"),
                        ("Message-ID", rb"^Message-ID: <[0-9A-F]{13}@mail\.example\.org>\n"),
                    ):
                        if name in missing:
                            kept, count = re.subn(form, b"", kept, flags=re.MULTILINE)
                            self.assertEqual(count, 1, message)
                    self.assertEqual(kept, text.replace(b"\r\n", b"\n"))

    def test_nothing_is_added_to_what_is_only_received(self):
        peer = self.connect("listen")
        self.deliver(peer, b"Subject: x\r\n\r\nx\r\n", sender="<someone@elsewhere.example>")
        self.assertEqual(below_trace(self.taken()[0]), b"Subject: x\n\nx\n")

    def test_received_says_how(self):
        versions = {"TLSv1_2": "TLSv1.2", "TLSv1_3": "TLSv1.3"}
        for service, version, login, utf8, protocol in (
            ("listen", None, False, False, "ESMTP"),
            ("listen", None, False, True, "UTF8SMTP"),
            ("listen", None, True, False, "ESMTPA"),
            ("listen", "TLSv1_3", False, False, "ESMTPS"),
            ("listen", "TLSv1_2", False, True, "UTF8SMTPS"),
            ("submission", None, True, False, "ESMTPA"),
            ("submission", "TLSv1_2", True, False, "ESMTPSA"),
            ("submission", "TLSv1_3", True, True, "UTF8SMTPSA"),
            ("submissions", "TLSv1_2", True, True, "UTF8SMTPSA"),
            ("submissions", "TLSv1_3", True, False, "ESMTPSA"),
        ):
            with self.subTest(service=service, version=version, protocol=protocol):
                context = client_tls()
                if version:
                    context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
                peer = self.connect(service, context)
                if version and service != "submissions":
                    peer.starttls(context)
                    expect("250", peer.ask("EHLO client.example.org"))
                if login:
                    expect("235 2.7.0", peer.ask("AUTH PLAIN " + RIGHT))
                self.deliver(peer, sender="<alice@example.org>" + " SMTPUTF8" * utf8)
                received = email.message_from_bytes(self.taken()[0])["Received"]
                how = r" with %s id " % protocol
                if version:
                    cipher = re.escape(peer.socket.cipher()[0])
                    how = r" with %s \(%s %s\)\n +id " % (protocol, re.escape(versions[version]), cipher)
                self.assertRegex(received, how)

    def test_helo_knows_neither(self):
        peer = self.connect("listen").starttls()
        expect("250", peer.ask("HELO client.example.org"))
        self.deliver(peer)
        self.assertIn(b" with SMTP (TLS", self.taken()[0])

    def test_a_report_for_who_asked(self):
        peer = self.login()
        self.deliver(
            peer,
            sender="<alice@example.org> RET=HDRS ENVID=letter+2B7",
            recipients=(
                "<bob@example.org> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;bob+2Bx@old.example.org",
                "<carol@example.org> NOTIFY=FAILURE",
            ),
        )
        self.assertEqual([len(self.taken(name)) for name in ("bob", "carol")], [1, 1])
        (text,) = self.taken("alice")
        report = email.message_from_bytes(text, policy=email.policy.default)
        self.assertEqual(report["Return-Path"], "<>")
        self.assertEqual(report["To"], "alice@example.org")
        self.assertEqual(report["Auto-Submitted"], "auto-replied")
        self.assertEqual(report.get_content_type(), "multipart/report")
        self.assertEqual(report.get_param("report-type"), "delivery-status")
        words, status = report.iter_parts()
        self.assertIn("<bob@example.org>", words.get_content())
        self.assertNotIn("carol", text.decode())
        message, recipient = status.get_payload()
        self.assertEqual(message["Original-Envelope-Id"], "letter+7")
        self.assertEqual(message["Reporting-MTA"], "dns; mail.example.org")
        self.assertEqual(recipient["Original-Recipient"], "rfc822;bob+x@old.example.org")
        self.assertEqual(recipient["Final-Recipient"], "rfc822; bob@example.org")
        self.assertEqual(recipient["Action"], "delivered")
        self.assertEqual(recipient["Status"], "2.0.0")
        self.assertFalse(report.defects)
        log = self.server.log()
        self.assertIn('envid="letter+7" ret=HDRS', log)
        self.assertIn('to=<bob@example.org> notify=SUCCESS,DELAY orcpt="rfc822;bob+x@old.example.org"', log)

    def test_no_report(self):
        """For who did not ask; for nobody; for who has no mailbox here, where the log says so."""
        peer = self.login()
        for wish in ("", " NOTIFY=NEVER", " NOTIFY=FAILURE,DELAY"):
            self.deliver(peer, recipients=("<bob@example.org>" + wish,))
        self.deliver(peer, sender="<>", recipients=("<bob@example.org> NOTIFY=SUCCESS",))
        self.assertEqual(len(self.taken()), 4)
        self.assertEqual(self.taken("alice"), [])
        self.assertNotIn("report to", self.server.log())
        stranger = self.connect("listen")
        self.deliver(stranger, sender="<x@elsewhere.example>", recipients=("<bob@example.org> NOTIFY=SUCCESS",))
        self.assertEqual(len(self.taken()), 1)
        self.assertIn("no report to=<x@elsewhere.example>", self.server.log())

    def test_reports_are_not_answered_with_reports(self):
        peer = self.login()
        self.deliver(peer, sender="<>", recipients=("<alice@example.org> NOTIFY=SUCCESS",))
        self.deliver(peer, recipients=("<alice@example.org> NOTIFY=SUCCESS",))
        self.assertEqual(len(self.taken("alice")), 3)  # both, and one report

    def test_original_recipient(self):
        """Of a single recipient, in his message (RFC 8098 section 2.3); of several, nobody's business."""
        peer = self.login()
        self.deliver(peer, recipients=("<bob@example.org> ORCPT=rfc822;b@old.example",))
        self.assertIn(b"\nOriginal-Recipient: rfc822;b@old.example\n", self.taken()[0])
        self.deliver(peer, recipients=("<bob@example.org> ORCPT=rfc822;b@old.example", "<carol@example.org>"))
        self.assertNotIn(b"Original-Recipient", self.taken()[0] + self.taken("carol")[0])


if __name__ == "__main__":
    unittest.main()
