"""talk on a terminal: bytes as they come, above what is being typed."""
import unittest

from console import BUILD, CTRL_D, CTRL_Z, ENTER, LEFT, ConsoleTest


class Talk(ConsoleTest):
    def begin(self, **more):
        terminal = self.connect("talk", **more)
        terminal.shows("talk>")
        return terminal

    def test_shows_lines_above_the_one_that_is_typed(self):
        terminal = self.begin()
        terminal.type("half a li")
        terminal.shows("talk> half a li")
        self.server.says(b"220 ready\r\nand more\r\n")
        terminal.shows("220 ready", "and more", "talk> half a li")
        terminal.type("ne" + ENTER)
        self.server.hears(b"half a line\r\n")
        terminal.shows("talk> half a line", "talk>")
        self.server.hangs_up()
        self.assertEqual(terminal.end(), 0)

    def test_an_unfinished_line_stands_in_front_of_what_is_typed(self):
        terminal = self.begin()
        terminal.type("x" + LEFT)
        self.server.says(b"Pass")
        terminal.shows("Passx")
        terminal.has_cursor(4)
        self.server.says(b"word\xc4")
        terminal.shows("Password\\xC4x")
        self.server.says(b"\xb1: ")
        terminal.shows("Passwordı: x")
        terminal.has_cursor(11)
        self.server.says(b"no\r")
        terminal.shows("Passwordı: nox")
        self.server.says(b"\nwell")
        terminal.shows("Passwordı: no", "wellx")
        self.server.says(b" then\r\n")
        terminal.shows("Passwordı: no", "well then", "talk> x")
        terminal.has_cursor(6)
        self.server.says(b"login: ")
        terminal.shows("login: x")
        terminal.type("y" + ENTER)
        self.server.hears(b"yx\r\n")
        terminal.shows("login: yx", "talk>")
        self.server.says(b"last words")
        terminal.shows("last words")
        self.server.hangs_up()
        self.assertEqual(terminal.end(), 0)
        self.assertEqual(terminal.screen.lines()[-1], "last words")
        self.assertEqual(terminal.screen.column, 0)

    def test_a_long_line_without_end_is_folded(self):
        terminal = self.begin(columns=50)
        self.server.says(b"x" * 3000)
        terminal.until(lambda: terminal.screen.raw.count(b"x") >= 3000, "all of it")
        self.server.says(b"\r\nnext\r\n")
        terminal.shows("next", "talk>")
        self.server.hangs_up()
        self.assertEqual(terminal.end(), 0)

    def test_the_end_of_typing_closes_one_half(self):
        for typed in (CTRL_D, "/quit" + ENTER):
            with self.subTest(typed=typed):
                terminal = self.begin()
                terminal.type(typed)
                self.server.hears_end()
                self.server.says(b"221 and yet I speak\r\n")
                self.server.hangs_up()
                self.assertEqual(terminal.end(), 0)
                self.assertEqual(terminal.screen.lines()[-1], "221 and yet I speak")
                self.assertTrue(terminal.is_for_a_shell())

    def test_stops_and_goes_on(self):
        terminal = self.start("/bin/bash", "--norc", "--noprofile", PS1="$ ")  # Ctrl-Z wants a shell
        terminal.shows("$")
        command = "%s 127.0.0.1 %s" % (BUILD / "bin/talk", self.server.port())
        terminal.type(command + ENTER)
        self.server.accept()
        terminal.shows("talk>")
        terminal.type("half")
        terminal.shows("talk> half")
        terminal.type(CTRL_Z)
        terminal.until(lambda: terminal.screen.lines()[-1] == "$", "the shell's prompt")
        self.server.says(b"220 meanwhile\r\n")
        terminal.type("fg" + ENTER)
        terminal.shows("220 meanwhile", "talk> half")
        terminal.type(ENTER)
        self.server.hears(b"half\r\n")
        self.server.hangs_up()
        terminal.shows("talk> half", "$")
        terminal.type("exit" + ENTER)
        self.assertEqual(terminal.end(), 0)

    def test_types_characters_not_bytes(self):
        terminal = self.begin()
        terminal.type("Selam ı ç ş" + LEFT + "\x7f\x7f" + ENTER)
        self.server.hears("Selam ı ş\r\n".encode())
        self.server.hangs_up()
        self.assertEqual(terminal.end(), 0)

    def test_grows_and_shrinks_with_the_window(self):
        terminal = self.begin(columns=40)
        terminal.type("a line that fits")
        terminal.shows("talk> a line that fits")
        terminal.resize(60, 20)
        terminal.type(" into forty columns or more")
        terminal.shows("talk> a line that fits into forty columns or more")
        self.server.hangs_up()
        self.assertEqual(terminal.end(), 0)


if __name__ == "__main__":
    unittest.main()
