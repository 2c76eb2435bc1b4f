"""Bad commands: each gets the reply that the RFC has for it, and exactly one.

A case is a list of commands with the reply that each must get. After the last one the session must
still be in step: NOOP is answered with 250. Every case is played three times: one command after the
other, all in one segment, and byte by byte.
"""
import unittest

from smtpd import Smtpd, expect

EHLO = ("EHLO client.example.org", "250")
MAIL = ("MAIL FROM:<alice@example.org>", "250 2.1.0")
RCPT = ("RCPT TO:<bob@example.org>", "250 2.1.5")
LONG = 100 * 1024


def after(*first):
    """A function that makes the case in which a command follows others."""
    return lambda command, status: [*first, (command, status)]


alone, greeted, mailed, addressed = after(), after(EHLO), after(EHLO, MAIL), after(EHLO, MAIL, RCPT)

# RFC 5321 §4.2.4, §4.3.2; enhanced codes RFC 3463 and RFC 5248.
VERBS = [
    alone("FOO", "500 5.5.1"),
    alone("", "500 5.5.1"),
    alone("   ", "500 5.5.1"),
    alone(" NOOP", "500 5.5.1"),
    alone("EHL client.example.org", "500 5.5.1"),
    alone("EHLOO client.example.org", "500 5.5.1"),
    alone("Q", "500 5.5.1"),
    alone("QUI", "500 5.5.1"),
    alone("NO OP", "500 5.5.1"),
    greeted("MAI FROM:<alice@example.org>", "500 5.5.1"),
    greeted("MAILFROM:<alice@example.org>", "500 5.5.1"),
    greeted("GET / HTTP/1.1", "500 5.5.1"),
    alone("\x80\xff".encode("latin-1"), "500 5.5.1"),
    alone(b"\xff\xfb\x1fNOOP", "500 5.5.2"),  # telnet's options
    alone("EXPN staff", "502 5.5.1"),
    alone("TURN", "502 5.5.1"),
    alone("SEND FROM:<alice@example.org>", "502 5.5.1"),
    greeted("AUTH PLAIN AGFsaWNlAHNlY3JldA==", "538 5.7.11"),  # no TLS, so nowhere (smtpd_auth.py)
    greeted("STARTTLS", "502 5.5.1"),
    alone("noop", "250 2.0.0"),
    alone("NoOp whatever <comes> here", "250 2.0.0"),
    alone("NOOP   ", "250 2.0.0"),
    alone("RSET", "250 2.0.0"),
    alone("RSET now", "501 5.5.4"),
    alone("QUIT now", "501 5.5.4"),
    addressed("DATA now", "501 5.5.4"),
    alone("HELP", "214 2.0.0"),
    alone("HELP mail", "214 2.0.0"),
    alone("HELP EXPN", "504 5.5.4"),
    alone("HELP me please", "504 5.5.4"),
]

GREETINGS = [
    alone("EHLO", "501 5.5.4"),
    alone("HELO", "501 5.5.4"),
    alone("EHLO  ", "501 5.5.4"),
    alone("EHLO two names", "501 5.5.4"),
    alone("EHLO a(comment)", "501 5.5.4"),
    alone("EHLO <script>", "501 5.5.4"),
    alone("EHLO " + "a" * 256, "501 5.5.4"),
    alone("EHLO " + "a" * 255, "250"),
    alone("EHLO [127.0.0.1]", "250"),
    alone("EHLO [IPv6:::1]", "250"),
    alone("HELO my_laptop", "250"),
    alone("EHLO öğrenci", "250"),
    alone("ehlo client.example.org", "250"),
    # a greeting that is refused changes nothing; one that is accepted forgets the message (§4.1.4)
    [EHLO, MAIL, ("EHLO", "501 5.5.4"), RCPT],
    [EHLO, MAIL, ("HELO client.example.org", "250"), ("RCPT TO:<bob@example.org>", "503 5.5.1")],
]

ORDER = [
    alone("MAIL FROM:<alice@example.org>", "503 5.5.1"),
    alone("RCPT TO:<bob@example.org>", "503 5.5.1"),
    alone("DATA", "503 5.5.1"),
    greeted("RCPT TO:<bob@example.org>", "503 5.5.1"),
    greeted("DATA", "503 5.5.1"),
    mailed("DATA", "554 5.5.1"),  # §3.3: no valid recipients
    mailed("MAIL FROM:<alice@example.org>", "503 5.5.1"),
    addressed("MAIL FROM:<alice@example.org>", "503 5.5.1"),
    [EHLO, MAIL, RCPT, ("RSET", "250 2.0.0"), ("DATA", "503 5.5.1")],
    [EHLO, MAIL, ("RCPT TO:<nobody@example.org>", "550 5.1.1"), ("DATA", "554 5.5.1"), RCPT],
    [EHLO, ("MAIL FROM:<alice", "501 5.1.7"), ("RCPT TO:<bob@example.org>", "503 5.5.1"), MAIL],
    [EHLO, MAIL, ("NOOP", "250 2.0.0"), ("VRFY bob", "250 2.1.5"), ("HELP", "214 2.0.0"), RCPT],
]

# Line ends and lengths (RFC 5321 §2.3.8, §4.1.1, §4.5.3.1.4, §4.5.3.1.9). The CR LF is added.
LINES = [
    alone(b"NO\0OP", "500 5.5.2"),
    alone(b"\0", "500 5.5.2"),
    alone(b"NOOP\0", "500 5.5.2"),
    greeted(b"MAIL FROM:<alice@example.org>\0 SIZE=1", "500 5.5.2"),
    greeted(b"MAIL FROM:<al\0ice@example.org>", "500 5.5.2"),
    alone(b"NOOP\rNOOP", "500 5.5.2"),
    alone(b"NOOP\r", "500 5.5.2"),
    greeted(b"MAIL FROM:<alice@example.org>\rRCPT TO:<bob@example.org>", "500 5.5.2"),
    alone(b"NOOP\tx", "500 5.5.2"),
    alone(b"NOOP \x1b[31m", "500 5.5.2"),
    alone(b"NOOP \x7f", "500 5.5.2"),
    alone(b"NOOP " + b"x" * (2000 - 7), "250 2.0.0"),
    alone(b"NOOP " + b"x" * (2000 - 6), "500 5.5.2"),
    alone(b"x" * LONG, "500 5.5.2"),
    alone(b"NOOP " + b"\0" * LONG, "500 5.5.2"),
    alone(b"NOOP " + b"\r" * LONG, "500 5.5.2"),
    greeted(b"MAIL FROM:<" + b"a" * LONG + b"@example.org>", "500 5.5.2"),
]

SENDERS = [
    ("<>", "250 2.1.0"),
    ("<alice@example.org>", "250 2.1.0"),
    ("<anyone@elsewhere.example.net>", "250 2.1.0"),
    ("<ALICE@EXAMPLE.ORG>", "250 2.1.0"),
    ("<@relay.example.net:alice@example.org>", "250 2.1.0"),
    ('<"al ice"@example.org>', "250 2.1.0"),
    ('<"a>b"@example.org> SIZE=1', "250 2.1.0"),
    ("<alice@[127.0.0.1]>", "250 2.1.0"),
    ("", "501 5.1.7"),
    ("alice@example.org", "501 5.1.7"),
    (" <alice@example.org>", "501 5.1.7"),
    ("<alice@example.org", "501 5.1.7"),
    ("alice@example.org>", "501 5.1.7"),
    ("<<alice@example.org>>", "501 5.1.7"),
    ("<alice@example.org>>", "501 5.1.7"),
    ("<alice>", "501 5.1.7"),
    ("<@example.org>", "501 5.1.7"),
    ("<alice@>", "501 5.1.7"),
    ("<alice@example.org@example.com>", "501 5.1.7"),
    ("<al ice@example.org>", "501 5.1.7"),
    ("<.alice@example.org>", "501 5.1.7"),
    ("<ali..ce@example.org>", "501 5.1.7"),
    ("<alice@example..org>", "501 5.1.7"),
    ("<alice@-example.org>", "501 5.1.7"),
    ('<"alice@example.org>', "501 5.1.7"),
    ("<" + "a" * 65 + "@example.org>", "501 5.1.7"),
    ("<a@" + "b." * 130 + "org>", "501 5.1.7"),
    ("<alice@example.org>SIZE=1", "501 5.1.7"),
    # parameters: RFC 1870, RFC 6152, RFC 6531, RFC 5321 §4.1.1.11
    ("<alice@example.org> SIZE=0", "250 2.1.0"),
    ("<alice@example.org> size=1000 body=8bitmime smtputf8", "250 2.1.0"),
    ("<alice@example.org> SIZE=26214400", "250 2.1.0"),
    ("<alice@example.org> SIZE=26214401", "552 5.3.4"),
    ("<alice@example.org> SIZE=18446744073709551616", "552 5.3.4"),
    ("<alice@example.org> SIZE=99999999999999999999", "552 5.3.4"),
    ("<alice@example.org> SIZE=999999999999999999999", "501 5.5.4"),
    ("<alice@example.org> SIZE=", "501 5.5.4"),
    ("<alice@example.org> SIZE", "501 5.5.4"),
    ("<alice@example.org> SIZE=-1", "501 5.5.4"),
    ("<alice@example.org> SIZE=0x10", "501 5.5.4"),
    ("<alice@example.org> SIZE=1 SIZE=1", "501 5.5.4"),
    ("<alice@example.org> BODY=7BIT", "250 2.1.0"),
    ("<alice@example.org> BODY=BINARYMIME", "501 5.5.4"),
    ("<alice@example.org> BODY", "501 5.5.4"),
    ("<alice@example.org> SMTPUTF8=yes", "501 5.5.4"),
    ("<alice@example.org> FOO", "555 5.5.4"),
    ("<alice@example.org> FOO=BAR", "555 5.5.4"),
    # RFC 3461 §4.3, §4.4
    ("<alice@example.org> RET=HDRS", "250 2.1.0"),
    ("<alice@example.org> ret=full envid=QQ314159", "250 2.1.0"),
    ("<alice@example.org> RET", "501 5.5.4"),
    ("<alice@example.org> RET=", "501 5.5.4"),
    ("<alice@example.org> RET=NONE", "501 5.5.4"),
    ("<alice@example.org> RET=FULL RET=FULL", "501 5.5.4"),
    ("<alice@example.org> ENVID=a+2Bb+20c+3D", "250 2.1.0"),
    ("<alice@example.org> ENVID=" + "x" * 100, "250 2.1.0"),
    ("<alice@example.org> ENVID=" + "x" * 101, "501 5.5.4"),
    ("<alice@example.org> ENVID", "501 5.5.4"),
    ("<alice@example.org> ENVID=", "501 5.5.4"),
    ("<alice@example.org> ENVID=a+", "501 5.5.4"),
    ("<alice@example.org> ENVID=a+2", "501 5.5.4"),
    ("<alice@example.org> ENVID=a+2b", "501 5.5.4"),  # upper case only
    ("<alice@example.org> ENVID=a+G0", "501 5.5.4"),
    ("<alice@example.org> ENVID=a+0D+0AX-Injected:+20yes", "501 5.5.4"),
    ("<alice@example.org> ENVID=a+00b", "501 5.5.4"),
    ("<alice@example.org> ENVID=a+7F", "501 5.5.4"),
    ("<alice@example.org> ENVID=a+E9", "501 5.5.4"),
    ("<alice@example.org> ENVID=\xe9", "501 5.5.4"),
    # RFC 4954 §5
    ("<alice@example.org> AUTH=<>", "250 2.1.0"),
    ("<alice@example.org> AUTH=alice@example.org", "250 2.1.0"),
    ("<alice@example.org> AUTH=al+2Bice@example.org", "250 2.1.0"),
    ("<alice@example.org> AUTH", "501 5.5.4"),
    ("<alice@example.org> AUTH=", "501 5.5.4"),
    ("<alice@example.org> AUTH=alice", "501 5.5.4"),
    ("<alice@example.org> AUTH=<alice@example.org>", "501 5.5.4"),
    ("<alice@example.org> AUTH=alice+@example.org", "501 5.5.4"),
    ("<alice@example.org> AUTH=a+0Aa@example.org", "501 5.5.4"),
    ("<alice@example.org> AUTH=a@b>", "501 5.5.4"),
    ("<alice@example.org> AUTH=" + "x" * 500 + "@example.org", "501 5.5.4"),
    ("<alice@example.org> NOTIFY=NEVER", "555 5.5.4"),  # this is RCPT's
    ("<alice@example.org> =1", "501 5.5.4"),
    ("<alice@example.org> SIZE=1=2", "501 5.5.4"),
    ("<alice@example.org> -X", "501 5.5.4"),
    ("<alice@example.org> " + "X" * 600, "501 5.5.4"),
    # RFC 6531 §3.5: such an address only with SMTPUTF8
    ("<ışık@example.org>", "553 5.6.7"),
    ("<alice@çay.example>", "553 5.6.7"),
    ("<ışık@example.org> SMTPUTF8", "250 2.1.0"),
    (b"<\xfd@example.org>", "553 5.6.7"),
    (b"<\xfd@example.org> SMTPUTF8", "501 5.1.7"),
    (b"<\xc0\xafx@example.org> SMTPUTF8", "501 5.1.7"),
]

RECIPIENTS = [
    ("<bob@example.org>", "250 2.1.5"),
    ("<BOB@Example.ORG>", "250 2.1.5"),
    ('<"bob"@example.org>', "250 2.1.5"),
    ("<@relay.example.net,@mx.example.com:bob@example.org>", "250 2.1.5"),
    ("<postmaster>", "250 2.1.5"),  # RFC 5321 §4.5.1
    ("<PostMaster@example.org>", "250 2.1.5"),
    ("<nobody@example.org>", "550 5.1.1"),
    ("<bob@sub.example.org>", "550 5.7.1"),
    ("<dave@example.com>", "550 5.7.1"),
    ("<postmaster@example.com>", "550 5.7.1"),
    ("<bob@[127.0.0.1]>", "550 5.7.1"),
    # no relay by any other way of writing it
    ("<dave%example.com@example.org>", "550 5.1.1"),
    ("<example.com!dave@example.org>", "550 5.1.1"),
    ('<"dave@example.com"@example.org>', "550 5.1.1"),
    ('<"dave@example.com">', "501 5.1.3"),
    ("<@example.org:dave@example.com>", "550 5.7.1"),
    ("<dave@example.com@example.org>", "501 5.1.3"),
    ("<bob@example.org,dave@example.com>", "501 5.1.3"),
    ("<bob@example.org> <dave@example.com>", "501 5.5.4"),
    # nor out of the store
    ("<../../bob@example.org>", "501 5.1.3"),
    ('<"../../x"@example.org>', "550 5.1.1"),
    ('<"../bob"@example.org>', "550 5.1.1"),
    ('<"bob/new"@example.org>', "550 5.1.1"),
    ("<bob/new@example.org>", "550 5.1.1"),
    ('<".."@example.org>', "550 5.1.1"),
    ('<""@example.org>', "550 5.1.1"),
    ("<x@../../etc>", "501 5.1.3"),
    ("<>", "501 5.1.3"),
    ("", "501 5.1.3"),
    ("bob@example.org", "501 5.1.3"),
    ("<bob>", "501 5.1.3"),
    ("<bob@example.org", "501 5.1.3"),
    ("< bob@example.org>", "501 5.1.3"),
    ("<bob @example.org>", "501 5.1.3"),
    ('<"bob\\"@example.org>', "501 5.1.3"),
    # RFC 3461 §4.1, §4.2
    ("<bob@example.org> NOTIFY=NEVER", "250 2.1.5"),
    ("<bob@example.org> notify=success,FAILURE,Delay", "250 2.1.5"),
    ("<bob@example.org> NOTIFY=DELAY ORCPT=rfc822;bob@example.org", "250 2.1.5"),
    ("<bob@example.org> NOTIFY", "501 5.5.4"),
    ("<bob@example.org> NOTIFY=", "501 5.5.4"),
    ("<bob@example.org> NOTIFY=NEVER,SUCCESS", "501 5.5.4"),
    ("<bob@example.org> NOTIFY=NEVER,NEVER", "501 5.5.4"),
    ("<bob@example.org> NOTIFY=SUCCESS,,DELAY", "501 5.5.4"),
    ("<bob@example.org> NOTIFY=SUCCESS,", "501 5.5.4"),
    ("<bob@example.org> NOTIFY=,SUCCESS", "501 5.5.4"),
    ("<bob@example.org> NOTIFY=ALWAYS", "501 5.5.4"),
    ("<bob@example.org> NOTIFY=SUCCESS NOTIFY=DELAY", "501 5.5.4"),
    ("<bob@example.org> ORCPT=rfc822;bob+2Bx@example.org", "250 2.1.5"),
    ("<bob@example.org> ORCPT=x-400;/C=tr/", "501 5.5.4"),  # "=" is +3D
    ("<bob@example.org> ORCPT=x-400;/C+3Dtr/", "250 2.1.5"),
    ("<bob@example.org> ORCPT=rfc822;" + "x" * 493, "250 2.1.5"),
    ("<bob@example.org> ORCPT=rfc822;" + "x" * 494, "501 5.5.4"),
    ("<bob@example.org> ORCPT", "501 5.5.4"),
    ("<bob@example.org> ORCPT=rfc822", "501 5.5.4"),
    ("<bob@example.org> ORCPT=rfc822;", "501 5.5.4"),
    ("<bob@example.org> ORCPT=;bob@example.org", "501 5.5.4"),
    ("<bob@example.org> ORCPT=rfc 822;bob@example.org", "501 5.5.4"),
    ("<bob@example.org> ORCPT=(rfc822);bob@example.org", "501 5.5.4"),
    ("<bob@example.org> ORCPT=rfc822;bob+0D+0ABcc:+20x", "501 5.5.4"),
    ("<bob@example.org> ORCPT=rfc822;bob+", "501 5.5.4"),
    ("<bob@example.org> ORCPT=utf-8;\u0131@example.org", "501 5.5.4"),  # without SMTPUTF8
    ("<bob@example.org> RET=FULL", "555 5.5.4"),  # this is MAIL's
    ("<bob@example.org> SIZE=1", "555 5.5.4"),
    ("<ışık@example.org>", "553 5.6.7"),
]

QUESTIONS = [
    ("bob", "250 2.1.5"),
    ("BOB@example.org", "250 2.1.5"),
    ("<bob@example.org>", "250 2.1.5"),
    ("bob SMTPUTF8", "250 2.1.5"),
    ("postmaster", "250 2.1.5"),
    ("nobody", "550 5.1.1"),
    ("<nobody@example.org>", "550 5.1.1"),
    ("dave@example.com", "550 5.7.1"),
    ("../../x", "550 5.1.1"),
    ("Bob Bilgin", "550 5.1.1"),
    ("", "501 5.5.4"),
    ("bob@", "501 5.1.3"),
    ("<bob@example.org", "501 5.1.3"),
    ("ışık", "553 5.6.7"),
    ("ışık SMTPUTF8", "550 5.1.1"),
    ("x" * 400, "501 5.5.4"),
]


def octets(command):
    return command.encode() if isinstance(command, str) else command


def with_verb(verb, argument):
    return octets(verb) + octets(argument)


def case_name(case):
    last = octets(case[-1][0])
    return "%r%s" % (last[:80], "..." if len(last) > 80 else "")


class Commands(unittest.TestCase):
    def setUp(self):
        self.server = Smtpd().start()

    def tearDown(self):
        status = self.server.stop()
        self.assertEqual(status, 0, self.server.log()[-3000:])
        for person in ("alice", "bob", "carol"):
            self.assertEqual(self.server.messages(person), [])
        self.assertEqual(self.server.unfinished(), [])
        self.server.remove()

    def play(self, case, manner):
        commands = [*case, ("NOOP", "250 2.0.0"), ("QUIT", "221 2.0.0")]
        wire = b"".join(octets(command) + b"\r\n" for command, _ in commands)
        with self.server.connect() as peer:
            self.assertEqual(peer.reply().code, 220)
            if manner == "in one segment":
                peer.send(wire)
            elif manner == "byte by byte":
                for i in range(len(wire)):
                    peer.send(wire[i : i + 1])
            for command, status in commands:
                reply = peer.ask(command) if manner == "one by one" else peer.reply()
                expect(status, reply)
            self.assertIsNone(peer.reply())

    def play_all(self, cases):
        for case in cases:
            for manner in ("one by one", "in one segment", "byte by byte"):
                if manner == "byte by byte" and sum(len(command) for command, _ in case) > 1000:
                    continue
                with self.subTest(case_name(case), manner=manner):
                    self.play(case, manner)

    def test_verbs(self):
        self.play_all(VERBS)

    def test_greetings(self):
        self.play_all(GREETINGS)

    def test_order(self):
        self.play_all(ORDER)

    def test_lines(self):
        self.play_all(LINES)

    def test_senders(self):
        self.play_all([greeted(with_verb("MAIL FROM:", path), status) for path, status in SENDERS])

    def test_recipients(self):
        self.play_all([mailed(with_verb("RCPT TO:", path), status) for path, status in RECIPIENTS])

    def test_recipient_beyond_ascii(self):
        mail = ("MAIL FROM:<alice@example.org> SMTPUTF8", "250 2.1.0")
        self.play_all([[EHLO, mail, ("RCPT TO:<ışık@example.org>", "550 5.1.1")]])
        self.play_all([[EHLO, mail, ("RCPT TO:<bob@example.org> ORCPT=utf-8;ışık@example.org", "250 2.1.5")]])
        self.play_all([[EHLO, mail, ("RCPT TO:<bob@example.org> ORCPT=rfc822;ışık@example.org", "501 5.5.4")]])
        self.play_all([[EHLO, mail, ("RCPT TO:<ışık@çay.example>", "550 5.7.1")]])

    def test_spelling(self):
        self.play_all(
            [
                greeted("mail from:<alice@example.org>", "250 2.1.0"),
                greeted("MAIL  FROM:<alice@example.org>", "501 5.5.4"),
                greeted("MAIL FROM <alice@example.org>", "501 5.5.4"),
                greeted("MAIL FROM : <alice@example.org>", "501 5.5.4"),
                greeted("MAIL", "501 5.5.4"),
                greeted("MAIL TO:<alice@example.org>", "501 5.5.4"),
                greeted("MAIL FROM:<alice@example.org>   ", "250 2.1.0"),
                mailed("rcpt to:<bob@example.org>", "250 2.1.5"),
                mailed("RCPT FROM:<bob@example.org>", "501 5.5.4"),
                mailed("RCPT", "501 5.5.4"),
            ]
        )

    def test_questions(self):
        self.play_all([alone(with_verb("VRFY ", who), status) for who, status in QUESTIONS])

    def test_bare_lf_ends_a_line_but_is_no_command(self):
        # Each such line is refused and none is carried out: nothing can be smuggled in behind one.
        with self.server.connect() as peer:
            peer.reply()
            peer.send(b"EHLO client.example.org\nNOOP\nQUIT\n\nNOOP\r\n")
            for _ in range(4):
                expect("500 5.5.2", peer.reply())
            expect("250 2.0.0", peer.reply())
            expect("503 5.5.1", peer.ask("MAIL FROM:<>"))

    def test_a_line_of_ten_megabytes_gets_one_reply_and_no_memory(self):
        with self.server.connect() as peer:
            peer.reply()
            expect("250 2.0.0", peer.ask("NOOP"))
            before = self.server.memory()
            for _ in range(160):
                peer.send(b"x" * 65536)
            expect("500 5.5.2", peer.ask("x"))
            expect("250 2.0.0", peer.ask("NOOP"))
            self.assertLess(self.server.memory() - before, 1024)

    def test_the_name_of_an_account_only_for_who_can_read_it(self):
        with self.server.connect() as peer:
            peer.reply()
            self.assertEqual(str(peer.ask("VRFY bob")), "250 2.1.5 Bob Bilgin <bob@example.org>")
            self.assertEqual(str(peer.ask("VRFY carol")), "250 2.1.5 <carol@example.org>")
            self.assertEqual(
                str(peer.ask("VRFY carol SMTPUTF8")), "250 2.1.5 Çağla Özgür <carol@example.org>"
            )


class Reticent(unittest.TestCase):
    def test_nobody_is_told_who_has_a_mailbox(self):
        with Smtpd(options=["smtpd.vrfy=no"]) as server, server.connect() as peer:
            peer.greet()
            for who in ("bob", "nobody", "bob@example.org", "dave@example.com"):
                expect("252 2.0.0", peer.ask("VRFY " + who))


if __name__ == "__main__":
    unittest.main()
