"""wire check --watch: judges again at each save, whatever the editor does to save."""
import os
import signal
import unittest

from console import CTRL_C
from desk import GREETS, HANGS, WIRE, DeskTest

WAITS = "Again at each save in labs/90-hello. Ctrl-C ends this."


class Watch(DeskTest):
    def watch(self):
        terminal = self.terminal(WIRE, "check", "90", "--watch", "--build", self.build, *self.of_check)
        self.shows(terminal, WAITS)
        return terminal

    def shows(self, terminal, *texts):
        terminal.until(lambda: all(text in "\n".join(terminal.screen.lines()) for text in texts), repr(texts))

    def test_judges_at_each_save(self):
        terminal = self.watch()
        self.shows(terminal, "0 of 3 checks hold, 1 skipped", "– skipped, each needs one that fails:  quiet",
                   "✗ 90 greets", "0 of 4 points")

        self.source.write_text("int main(void) { retrun 0; }\n")
        self.shows(terminal, "hello.c:1:18: error:", "Lab 90 does not build.", WAITS)
        self.assertNotIn("points", "\n".join(terminal.screen.lines()), "the old verdicts are gone")

        # As many editors do: another file, renamed.
        new = self.source.with_name("hello.c.tmp")
        new.write_text(GREETS)
        os.replace(new, self.source)
        self.shows(terminal, "3 of 3 checks hold", "✓ greets  quiet  whole", "4 of 4 points", WAITS)

        terminal.type(CTRL_C)
        self.assertEqual(terminal.end(), -signal.SIGINT)
        self.assertTrue(terminal.is_for_a_shell())

    def test_a_save_ends_a_run_that_goes_on(self):
        terminal = self.watch()
        self.source.write_text(HANGS)  # for a minute, if nobody ends it
        self.shows(terminal, "lab 90: 0 of 1 runs done")
        self.source.write_text(GREETS)
        self.shows(terminal, "4 of 4 points", WAITS)
        terminal.type(CTRL_C)
        terminal.end()

    def test_one_check_and_answers_saved(self):
        terminal = self.terminal(WIRE, "check", "90", "whole", "--watch", "--build", self.build, *self.of_check)
        self.shows(terminal, "✗ 90 whole", WAITS)
        (self.labs / "90-hello/answers.ini").write_text("")
        self.source.write_text(GREETS)
        self.shows(terminal, "✓ 90 whole", "1 of 1 points", WAITS)
        terminal.type(CTRL_C)
        terminal.end()


if __name__ == "__main__":
    unittest.main()
