"""A secret typed on a terminal: never seen, never kept."""
import signal
import unittest

from console import CTRL_C, CTRL_D, ENTER, UP, ConsoleTest


class Secret(ConsoleTest):
    def ask(self):
        terminal = self.start("tests/test-asker")
        terminal.shows("ask>")
        terminal.type("ask" + ENTER)
        terminal.shows("ask> ask", "Password:")
        return terminal

    def test_is_not_seen(self):
        terminal = self.ask()
        terminal.type("sesame" + ENTER)
        terminal.shows("ask> ask", "Password:", "a secret of 6 bytes", "ask>")
        self.assertNotIn(b"sesame", terminal.screen.raw)
        terminal.type(CTRL_D)
        self.assertEqual(terminal.end(), 0)
        self.assertTrue(terminal.is_for_a_shell())
        self.assertEqual(self.history("asker"), "ask\n")

    def test_can_be_too_long_or_missing(self):
        terminal = self.ask()
        terminal.type("x" * 300 + ENTER)
        terminal.shows("no secret: longer than 100 bytes", "ask>")
        terminal.type("ask" + ENTER)
        terminal.shows("ask> ask", "Password:")
        terminal.type(CTRL_D)
        terminal.shows("no secret: end of typing", "ask>")
        terminal.type(CTRL_D)
        self.assertEqual(terminal.end(), 0)

    def test_ends_with_the_echo_back_on(self):
        for number, typed in ((signal.SIGINT, CTRL_C), (signal.SIGTERM, None)):
            with self.subTest(number=number):
                terminal = self.ask()
                if typed:
                    terminal.type("ses" + typed)
                else:
                    terminal.signal(number)
                self.assertEqual(terminal.end(), -number)
                self.assertTrue(terminal.is_for_a_shell())

    def test_a_secret_line_is_not_kept(self):
        terminal = self.start("tests/test-asker")
        terminal.shows("ask>")
        for line in ("one", "pass sesame", "two"):
            terminal.type(line + ENTER)
            terminal.shows("<%s>" % line, "ask>")
        terminal.type(UP + UP)
        terminal.shows("ask> one")
        terminal.type(CTRL_C + CTRL_D)
        self.assertEqual(terminal.end(), 0)
        self.assertEqual(self.history("asker"), "one\ntwo\n")


if __name__ == "__main__":
    unittest.main()
