"""pop3 on a terminal: the prompt, hints, explained answers, the password that is never seen or kept."""
import unittest
from base64 import b64encode

from console import CTRL_C, CTRL_D, ENTER, GREY, TAB, UP, ConsoleTest

SECRET = "açıl susam"
READY = "  +OK ← the server is ready: AUTHORIZATION state, log in · RFC 1939 §4"
BYE = "  +OK ← UPDATE state: what was marked as deleted is removed now · RFC 1939 §6"
LOGGED_IN = "  +OK ← logged in: the maildrop is locked, and stays as it is now until QUIT · RFC 1939 §7"


class Pop3(ConsoleTest):
    def begin(self, *options, **more):
        terminal = self.connect("pop3", *options, **more)
        self.server.says(b"+OK mail.example.org ready\r\n")
        return terminal

    def begun(self, *options, **more):
        terminal = self.begin(*options, **more)
        terminal.shows(READY, "pop3>")
        return terminal

    def answers(self, heard, said):
        self.server.hears(heard)
        self.server.says(said)

    def quit(self, terminal):
        terminal.type("QUIT" + ENTER)
        self.answers(b"QUIT\r\n", b"+OK bye\r\n")
        self.server.hangs_up()
        self.assertEqual(terminal.end(), 0)

    def kept(self):
        return "".join(path.read_text() for path in self.state.glob("*.history"))

    def test_begins_with_the_greeting_explained(self):
        terminal = self.begun()
        self.assertEqual(terminal.screen.lines(), [
            "  connected to 127.0.0.1 port %s, in clear; /help lists what can be typed" % self.server.port(),
            "+OK mail.example.org ready", READY, "pop3>"])
        self.assertTrue(terminal.screen.styled(2, GREY).startswith("  +OK ← "))
        self.quit(terminal)
        self.assertEqual(terminal.screen.lines()[-3:], ["pop3> QUIT", "+OK bye", BYE])

    def test_hints_and_completes(self):
        terminal = self.begun()
        terminal.type("to")
        terminal.shows("pop3> toP message lines")
        terminal.type(TAB)
        terminal.shows("pop3> TOP message lines")
        terminal.type(CTRL_C)
        terminal.shows("pop3> TOP ^C", "pop3>")
        self.quit(terminal)

    def test_shows_the_lines_of_an_answer_as_they_are_in_the_message(self):
        terminal = self.begun()
        terminal.type("RETR 1" + ENTER)
        self.answers(b"RETR 1\r\n", b"+OK 20 octets\r\nSubject: a\r\n\r\n..dot\r\n...\r\n\x1b[2J\r\n.\r\n")
        terminal.shows("pop3> RETR 1", "+OK 20 octets", "Subject: a", "", ".dot", "..", "\\x1B[2J", ".",
                       "  +OK ← the message, up to a line with only a dot; it stays in the maildrop · RFC 1939 §5",
                       "pop3>")
        terminal.type("retr 2" + ENTER)  # not as the client would write it: it goes out as it was typed
        self.answers(b"retr 2\r\n", b"-ERR [SYS/TEMP] not now\r\n")
        terminal.shows("-ERR [SYS/TEMP] not now",
                       "  -ERR ← no such message, or it is marked as deleted, or nobody is logged in · RFC 1939 §5",
                       "  [SYS/TEMP] ← the server's trouble, not yours; try later · RFC 3206 §4", "pop3>")
        terminal.type("CAPA" + ENTER)
        self.answers(b"CAPA\r\n", b"+OK\r\nUIDL\r\nx-own\r\nSTLS\r\n.\r\n")
        terminal.shows(".", "  +OK ← what the server can do, up to a line with only a dot · RFC 2449 §5",
                       "  UIDL ← messages have names that stay the same · RFC 2449 §6.8",
                       "  STLS ← the connection can be encrypted · RFC 2595 §4", "pop3>")
        self.quit(terminal)

    def test_explains_nothing_after_explain_off(self):
        terminal = self.begun()
        terminal.type("/explain off" + ENTER + "STAT" + ENTER)
        self.answers(b"STAT\r\n", b"+OK 2 320\r\n")
        terminal.shows("pop3> STAT", "+OK 2 320", "pop3>")
        self.quit(terminal)

    def test_asks_for_the_password_when_PASS_is_typed_alone(self):
        terminal = self.begun()
        terminal.type("USER bob" + ENTER)
        self.answers(b"USER bob\r\n", b"+OK\r\n")
        terminal.shows("  +OK ← go on with PASS; whether there is such a mailbox, it does not say · RFC 1939 §7",
                       "pop3>")
        terminal.type("pass")
        terminal.shows("pop3> pass [password]")
        terminal.type(ENTER)
        terminal.shows("pop3> pass", "password (not shown)>")
        terminal.type(SECRET + ENTER)
        self.answers(b"PASS " + SECRET.encode() + b"\r\n", b"-ERR [AUTH] no\r\n")
        terminal.shows("-ERR [AUTH] no",
                       "  -ERR ← not logged in: user or password are wrong, or the maildrop is not to be had "
                       "· RFC 1939 §7",
                       "  [AUTH] ← user or password are wrong, or the account is closed · RFC 3206 §5", "pop3>")
        terminal.type("PASS " + SECRET + ENTER)
        self.answers(b"PASS " + SECRET.encode() + b"\r\n", b"+OK\r\n")
        terminal.shows(LOGGED_IN, "pop3>")
        terminal.type(UP)
        terminal.shows("pop3> USER bob")  # no line with PASS is kept
        terminal.type(CTRL_C)
        terminal.shows("pop3>")
        self.quit(terminal)
        self.assertIn("USER bob", self.kept())
        self.assertNotIn(SECRET, self.kept())

    def test_gives_up_the_question_for_the_password(self):
        terminal = self.begun()
        terminal.type("PASS" + ENTER)
        terminal.shows("password (not shown)>")
        terminal.type(CTRL_D)
        terminal.shows("pop3>")
        self.assertIn("nothing was sent", "\n".join(terminal.screen.lines()))
        self.quit(terminal)

    def test_logs_in_before_a_person_types(self):
        terminal = self.begin("--user", "bob")
        terminal.shows('  logs in as "bob" with USER and PASS, in clear: the server is on this machine',
                       "Password of bob at 127.0.0.1:")
        terminal.type(SECRET + ENTER)
        self.answers(b"USER bob\r\n", b"+OK\r\n")
        self.answers(b"PASS " + SECRET.encode() + b"\r\n", b"+OK 3 messages\r\n")
        terminal.shows("+OK 3 messages", LOGGED_IN, "pop3>")
        self.quit(terminal)
        self.assertNotIn(SECRET, "\n".join(terminal.screen.lines()) + self.kept())

    def test_a_challenge_is_decoded_and_its_answer_not_shown(self):
        terminal = self.begun()
        terminal.type("AUTH LOGIN" + ENTER)
        self.answers(b"AUTH LOGIN\r\n", b"+ " + b64encode(b"Password:") + b"\r\n")
        terminal.shows("  the server asks: Password:",
                       "  answer in base64, or /b64 TEXT, which is sent encoded; * cancels; what you type is not shown",
                       "answer (not shown)>")
        terminal.type("/b64 " + SECRET + ENTER)
        self.answers(b64encode(SECRET.encode()) + b"\r\n", b"+OK\r\n")
        terminal.shows("pop3>")
        self.quit(terminal)
        self.assertNotIn(SECRET, "\n".join(terminal.screen.lines()) + self.kept())

    def test_stls_that_is_not_offered_ends_nothing(self):
        terminal = self.begun()
        terminal.type("/stls" + ENTER)
        self.answers(b"CAPA\r\n", b"+OK\r\nUSER\r\n.\r\n")
        terminal.shows("pop3> /stls",
                       "  the server does not offer STLS: perhaps somebody on the way has taken it out", "pop3>")
        self.quit(terminal)

    def test_end_of_typing_says_quit(self):
        terminal = self.begun()
        terminal.type(CTRL_D)
        self.answers(b"QUIT\r\n", b"+OK bye\r\n")
        self.server.hangs_up()
        terminal.shows("  QUIT (end of typing)", "+OK bye", BYE)
        self.assertEqual(terminal.end(), 0)

    def test_fetching_shows_how_far_it_is_and_what_it_did(self):
        password = self.state / "password"
        password.write_text("sesame\n")
        place = self.state / "mail"
        terminal = self.begin("--user", "bob", "--password-file", str(password), "--fetch", str(place),
                              columns=200)
        self.answers(b"USER bob\r\n", b"+OK\r\n")
        self.answers(b"PASS sesame\r\n", b"+OK\r\n")
        self.answers(b"STAT\r\n", b"+OK 2 6\r\n")
        self.answers(b"LIST\r\n", b"+OK\r\n1 3\r\n2 3\r\n.\r\n")
        self.answers(b"UIDL\r\n", b"+OK\r\n1 a\r\n2 b\r\n.\r\n")
        self.server.hears(b"RETR 1\r\n")
        terminal.shows("message 1 of 2, 3 octets")
        self.server.says(b"-ERR gone\r\n")
        self.answers(b"RETR 2\r\n", b"+OK\r\nx\r\n.\r\n")
        self.answers(b"DELE 2\r\n", b"+OK\r\n")
        self.answers(b"QUIT\r\n", b"+OK\r\n")
        self.server.hangs_up()
        terminal.shows("pop3: message 1: -ERR gone",
                       "1 of 2 messages fetched into %s (Maildir); 1 deleted on the server" % place)
        self.assertEqual(terminal.end(), 1)
        self.assertEqual([path.read_bytes() for path in (place / "new").iterdir()], [b"x\n"])


if __name__ == "__main__":
    unittest.main()
