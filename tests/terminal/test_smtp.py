"""smtp on a terminal: the prompt, hints, completion, explained replies, lines out of turn."""
import signal
import stat
import unittest

from console import BOLD, CTRL_C, CTRL_D, CTRL_R, ENTER, GREY, LEFT, TAB, UP, ConsoleTest

DONE = "  250 ← requested mail action okay, completed · RFC 5321 §4.2.3"
BYE = "  221 ← service closing transmission channel · RFC 5321 §4.2.3"


class Smtp(ConsoleTest):
    def begin(self, *options, **more):
        terminal = self.connect("smtp", *options, **more)
        self.server.says(b"220 mail.example.org ready\r\n")
        terminal.shows("smtp>")
        terminal.has_cursor(6)
        return terminal

    def quit(self, terminal):
        terminal.type("QUIT" + ENTER)
        self.server.hears(b"QUIT\r\n")
        self.server.says(b"221 bye\r\n")
        self.server.hangs_up()
        self.assertEqual(terminal.end(), 0)

    def test_begins_with_the_greeting_explained(self):
        terminal = self.begin()
        self.assertEqual(terminal.screen.lines(), [
            "  connected to 127.0.0.1 port %s, in clear; /help lists what can be typed" % self.server.port(),
            "220 mail.example.org ready",
            "  220 ← service ready · RFC 5321 §4.2.3",
            "smtp>"])
        self.assertEqual(terminal.screen.styled(1, ""), "220 mail.example.org ready".ljust(100))
        self.assertTrue(terminal.screen.styled(2, GREY).startswith("  220 ← "))
        self.assertEqual(terminal.screen.styled(3, BOLD), "smtp> ")
        self.quit(terminal)

    def test_says_what_is_typed(self):
        terminal = self.begin()
        terminal.type("mail from:<a@b> SIZE=1" + ENTER)
        self.server.hears(b"mail from:<a@b> SIZE=1\r\n")
        self.server.says(b"250-2.1.0 one\r\n250 2.1.0 two\r\n")
        terminal.shows("smtp> mail from:<a@b> SIZE=1", "250-2.1.0 one", "250 2.1.0 two", DONE, "smtp>")
        terminal.type("rcpt to:<x>" + ENTER)
        self.server.hears(b"rcpt to:<x>\r\n")
        self.server.says(b"550 5.1.1 unknown\r\n")
        terminal.shows("550 5.1.1 unknown",
                       "  550 ← not taken: mailbox unavailable (unknown, no access, or refused by policy) "
                       "· RFC 5321 §4.2.3",
                       "  5.1.1 ← bad destination mailbox address · RFC 3463 §3.2", "smtp>")
        self.quit(terminal)
        self.assertEqual(terminal.screen.lines()[-3:], ["smtp> QUIT", "221 bye", BYE])

    def test_hints_at_what_is_missing(self):
        terminal = self.begin()
        for typed, hint in (("ma", "IL FROM:<sender> [SIZE=bytes] [BODY=8BITMIME] [SMTPUTF8]"),
                            ("il from:", "<sender> [SIZE=bytes] [BODY=8BITMIME] [SMTPUTF8]"),
                            ("<", "sender> [SIZE=bytes] [BODY=8BITMIME] [SMTPUTF8]"),
                            ("alice", "")):
            terminal.type(typed)
            column = terminal.screen.column + len(typed)
            row = terminal.screen.row
            terminal.until(lambda: terminal.screen.styled(row, GREY) == hint, "the hint %r" % hint)
            terminal.has_cursor(column)
        terminal.type(CTRL_C)
        terminal.shows("smtp> mail from:<alice^C", "smtp>")
        terminal.type("EHLO x" + ENTER)  # a hint that stood there is gone from the line
        self.server.hears(b"EHLO x\r\n")
        terminal.shows("smtp> EHLO x")
        self.server.says(b"250 ok\r\n")
        self.quit(terminal)

    def test_takes_the_hint_away_with_the_line(self):
        terminal = self.begin()
        terminal.type("EHLO")
        terminal.shows("smtp> EHLO client.example.org")
        terminal.type(ENTER)
        self.server.hears(b"EHLO\r\n")
        terminal.shows("smtp> EHLO")
        self.server.says(b"501 name?\r\n")
        terminal.shows("smtp>")
        self.quit(terminal)

    def test_hints_never_wrap(self):
        terminal = self.begin(columns=30)
        terminal.type("ma")
        terminal.shows("smtp> maIL FROM:<sender> [SIZ")
        terminal.has_cursor(8)
        terminal.type(TAB)
        terminal.shows("smtp> MAIL FROM:<sender> [SIZ")
        terminal.has_cursor(17)
        terminal.resize(20, 40)
        terminal.shows("smtp> MAIL FROM:<se")
        terminal.has_cursor(17)
        terminal.type("\x7f")
        terminal.shows("smtp> MAIL FROM:<se")
        terminal.has_cursor(16)
        terminal.type(CTRL_C)
        terminal.shows("smtp>")
        self.quit(terminal)

    def test_completes_words(self):
        terminal = self.begin()
        terminal.type("h" + TAB)
        terminal.shows("smtp> h", "HELO  HELP", "smtp> HEL")
        terminal.type(CTRL_C + "rc" + TAB)
        terminal.shows("smtp> RCPT TO:<recipient>")
        terminal.has_cursor(15)
        terminal.type(CTRL_C + "dat" + TAB + ENTER)
        self.server.hears(b"DATA\r\n")
        self.server.says(b"503 not yet\r\n")
        terminal.shows("smtp>")
        terminal.type("/he" + TAB + ENTER)
        terminal.shows("  (where nothing is typed: ends the program), Ctrl-D ends typing.", "smtp>")
        self.assertIn("  RSET                    forgets sender and recipients", terminal.screen.lines())
        self.quit(terminal)

    def test_without_colour_there_is_none(self):
        for environment in ({"NO_COLOR": "1"}, {"TERM": "dumb"}, {"TERM": "vt100"}):
            with self.subTest(**environment):
                terminal = self.begin(**environment)
                terminal.type("EH")
                terminal.shows("smtp> EH")
                terminal.type("LO x" + ENTER)
                self.server.hears(b"EHLO x\r\n")
                self.server.says(b"250 ok\r\n")
                terminal.shows("smtp> EHLO x", "250 ok", DONE, "smtp>")
                self.quit(terminal)
                self.assertNotRegex(terminal.screen.raw, rb"\x1b\[\d*m")

    def test_shows_a_line_that_comes_while_another_is_typed(self):
        terminal = self.begin()
        terminal.type("rcpt to:<bb>" + LEFT + LEFT)
        terminal.has_cursor(16)
        self.server.says(b"250 out of turn\r\n")
        terminal.shows("250 out of turn", DONE, "smtp> rcpt to:<bb>")
        terminal.has_cursor(16)
        terminal.type("o" + ENTER)
        self.server.hears(b"rcpt to:<bob>\r\n")
        self.server.says(b"250 ok\r\n")
        terminal.shows("smtp>")
        self.quit(terminal)

    def test_half_a_line_out_of_turn_can_be_given_up(self):
        terminal = self.begin()
        terminal.type("rset")
        terminal.shows("smtp> rset")
        self.server.says(b"250 half a li")
        terminal.is_given_back()
        self.server.says(b"ne\r\n")
        terminal.shows("250 half a line", DONE, "smtp> rset")
        terminal.has_cursor(10)
        self.server.says(b"250-")
        terminal.is_given_back()
        terminal.type(CTRL_C)
        self.assertEqual(terminal.end(), -signal.SIGINT)

    def test_ends_when_the_server_does(self):
        terminal = self.begin()
        terminal.type("mail fr")
        terminal.shows("smtp> mail frOM:<sender> [SIZE=bytes] [BODY=8BITMIME] [SMTPUTF8]")
        self.server.says(b"421 4.3.2 going down\r\n")
        self.server.hangs_up()
        self.assertEqual(terminal.end(), 1)
        self.assertEqual(terminal.screen.lines()[-4:], [
            "421 4.3.2 going down",
            "  421 ← service not available, closing transmission channel · RFC 5321 §4.2.3",
            "  4.3.2 ← system not accepting network messages · RFC 3463 §3.4",
            "smtp: the server ended the session: 421 4.3.2 going down"])
        self.assertTrue(terminal.is_for_a_shell())

    def test_says_when_the_server_just_goes(self):
        terminal = self.begin()
        self.server.hangs_up()
        self.assertEqual(terminal.end(), 1)
        self.assertEqual(terminal.screen.lines()[-1], "smtp: the server closed the connection")

    def test_obeys_no_control_characters(self):
        terminal = self.begin()
        terminal.type("NOOP" + ENTER)
        self.server.hears(b"NOOP\r\n")
        self.server.says(b"250 \x1b[2J\x07\xc2\x9b1m\x9b \xc4\xb1 a\rb\r\n")
        terminal.shows("250 \\x1B[2J\\x07\\xC2\\x9B1m\\x9B ı a\\rb", DONE, "smtp>")
        self.quit(terminal)

    def test_message_text_has_its_own_prompt(self):
        terminal = self.begin()
        terminal.type("DATA" + ENTER)
        self.server.hears(b"DATA\r\n")
        self.server.says(b"354 go\r\n")
        terminal.shows("text>")
        for line in ("/help", "", "..", "QUIT"):
            terminal.type(line + ENTER)
            self.server.hears(line.encode() + b"\r\n")  # at once, and as it stands
            terminal.shows("text> " + line, "text>")
        terminal.type("EH" + TAB)  # no hint, no completion
        terminal.type("!")
        terminal.shows("text> EH!")
        terminal.type(CTRL_C)
        terminal.shows("text> EH!^C", "text>")
        terminal.type("." + ENTER)
        self.server.hears(b".\r\n")
        self.server.says(b"250 taken\r\n")
        terminal.shows("text> .", "250 taken", DONE, "smtp>")
        self.quit(terminal)
        self.assertEqual(self.history("smtp"), "DATA\nQUIT\n")

    def test_quits_at_the_end_of_typing(self):
        for typed in (CTRL_D, "/quit" + ENTER):
            with self.subTest(typed=typed):
                terminal = self.begin()
                terminal.type(typed)
                self.server.hears(b"QUIT\r\n")
                self.server.says(b"221 bye\r\n")
                self.server.hears_end()
                self.server.hangs_up()
                self.assertEqual(terminal.end(), 0)
                self.assertEqual(terminal.screen.lines()[-3:], ["  QUIT (end of typing)", "221 bye", BYE])
                self.assertTrue(terminal.is_for_a_shell())

    def test_sends_no_half_message(self):
        terminal = self.begin()
        terminal.type("DATA" + ENTER)
        self.server.hears(b"DATA\r\n")
        self.server.says(b"354 go\r\n")
        terminal.shows("text>")
        terminal.type("half" + ENTER + CTRL_D)
        self.server.hears(b"half\r\n")
        self.server.hears_end()
        self.server.hangs_up()
        self.assertEqual(terminal.end(), 1)
        self.assertEqual(terminal.screen.lines()[-1],
                         "smtp: typing ended within the message: it was not sent")

    def test_has_commands_of_its_own(self):
        terminal = self.begin()
        terminal.type("/explain off" + ENTER + "NOOP" + ENTER)
        self.server.hears(b"NOOP\r\n")
        self.server.says(b"250 ok\r\n")
        terminal.shows("smtp> NOOP", "250 ok", "smtp>")
        terminal.type("/explain on" + ENTER + "//explain" + ENTER)
        self.server.hears(b"/explain\r\n")
        self.server.says(b"500 what?\r\n")
        terminal.shows("500 what?", "  500 ← syntax error, command unrecognized (perhaps the line is too long) "
                       "· RFC 5321 §4.2.3", "smtp>")
        terminal.type("/nonsense" + ENTER)
        terminal.shows("  /nonsense is not known here; /help lists what is, and //… sends /…", "smtp>")
        self.quit(terminal)

    def test_remembers_commands_but_no_secrets(self):
        terminal = self.begin()
        for line, reply in ((b"NOOP", b"250 ok\r\n"), (b"AUTH PLAIN AGFsaWNlAHNlc2FtZQ==", b"535 no\r\n"),
                            (b"AUTH LOGIN", b"334 UGFzc3dvcmQ6\r\n"), (b"c2VzYW1l", b"535 no\r\n"),
                            (b"RSET", b"250 ok\r\n")):
            terminal.type(line.decode() + ENTER)
            self.server.hears(line + b"\r\n")
            self.server.says(reply)
            terminal.until(lambda: terminal.screen.lines()[-1] in ("smtp>", "answer (not shown)>"), "a prompt")
        self.quit(terminal)
        self.assertEqual(self.history("smtp"), "NOOP\nAUTH LOGIN\nRSET\nQUIT\n")
        mode = (self.state / "smtp.history").stat().st_mode
        self.assertEqual(stat.S_IMODE(mode), 0o600)

        terminal = self.begin()
        terminal.type(UP + UP)
        terminal.shows("smtp> RSET")
        terminal.type(CTRL_R + "NO")
        terminal.shows("(reverse-i-search)`NO': NOOP")
        terminal.type(CTRL_C)
        terminal.shows("smtp>")
        self.quit(terminal)

    def test_a_paste_is_as_many_lines_as_it_has(self):
        terminal = self.begin()
        terminal.type("\x1b[200~NOOP\rRSET\r\x1b[201~")
        terminal.type(ENTER)
        for line in (b"NOOP", b"RSET"):
            self.server.hears(line + b"\r\n")
            self.server.says(b"250 did " + line + b"\r\n")
        terminal.shows("250 did NOOP", DONE, "250 did RSET", DONE, "smtp>")
        self.quit(terminal)

    def test_ctrl_c_drops_the_line_and_then_ends(self):
        terminal = self.begin()
        terminal.type("NOO")
        terminal.shows("smtp> NOOP")
        terminal.type(CTRL_C)
        terminal.shows("smtp> NOO^C", "smtp>")
        self.assertFalse(terminal.is_for_a_shell())
        terminal.type(CTRL_C)
        self.assertEqual(terminal.end(), -signal.SIGINT)
        self.assertTrue(terminal.is_for_a_shell())
        self.server.hears_end()

    def test_the_terminal_is_given_back_whatever_ends_it(self):
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGINT):
            with self.subTest(number=number):
                terminal = self.begin()
                if number != signal.SIGINT:
                    terminal.type("half")
                    terminal.shows("smtp> half")
                terminal.signal(number)
                self.assertEqual(terminal.end(), -number)
                self.assertTrue(terminal.is_for_a_shell())

    def test_ctrl_c_ends_the_wait_for_a_reply(self):
        terminal = self.begin()
        terminal.type("NOOP" + ENTER)
        self.server.hears(b"NOOP\r\n")
        terminal.is_given_back()
        terminal.type(CTRL_C)
        self.assertEqual(terminal.end(), -signal.SIGINT)


if __name__ == "__main__":
    unittest.main()
