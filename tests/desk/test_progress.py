"""wire list and wire hint: how far one is, and how to go on."""
import subprocess
import unittest

from console import BUILD
from desk import GREETS, WIRE, DeskTest


class List(DeskTest):
    def list(self):
        return self.wire("list", "--labs", self.labs, "--runs", self.runs)

    def test_from_nothing_to_done(self):
        self.assertEqual(self.list(),
                         "90  Says hello  ....................  not run yet (4)\n\n"
                         "0 of 4 points\nnext: read labs/90-hello/README.md, then ./kit start 90\n")
        self.wire("check", "90", "whole", *self.of_check, status=1)
        self.assertIn("next: ./kit check 90 whole\n", self.list())
        self.wire("check", "90", *self.of_check, status=1)
        self.assertEqual(self.list(),
                         "90  Says hello  ....................    0 of 4\n\n"
                         "0 of 4 points\nnext: ./kit check 90 greets\n")
        self.source.write_text(GREETS)
        subprocess.run(self.build, shell=True, check=True)
        self.wire("check", "90", "greets", *self.of_check)
        self.assertEqual(self.list(),
                         "90  Says hello  ##########..........    2 of 4\n\n"
                         "2 of 4 points\nnext: ./kit check 90 whole\n")
        self.wire("check", "90", *self.of_check)
        self.assertEqual(self.list(),
                         "90  Says hello  ####################    4 of 4\n\n"
                         "4 of 4 points\nAll labs are done.\n")

    def test_on_a_terminal(self):
        terminal = self.terminal(WIRE, "list", "--labs", self.labs, "--runs", self.runs)
        self.assertEqual(terminal.end(), 0)
        self.assertEqual(terminal.screen.lines()[0], "90  Says hello  " + "░" * 20 + "  not run yet (4)")

    def test_the_kit_s_own_labs(self):
        lines = self.wire("list", "--runs", self.runs).splitlines()
        self.assertTrue(lines[0].startswith("01  A conversation over a raw socket"), lines[0])
        self.assertEqual(lines[-1], "next: read labs/01-raw-socket/README.md, then ./kit start 1")


class Hint(DeskTest):
    def hint(self, *words, status=0):
        return self.wire("hint", "90", *words, *self.of_lab, status=status)

    def test_one_more_each_time(self):
        first = self.hint("greets")
        self.assertEqual(first, "greets: says hello\n\n    What does a person say who comes in?\n\n"
                                "Hint 1 of 3. The next one: ./kit hint 90 greets\n")
        self.assertIn("It has five letters.\n\nHint 2 of 3.", self.hint("greets"))
        self.assertIn("A main ends with 0", self.hint("whole"))  # each check has its own count
        last = self.hint("greets")
        self.assertIn('    puts("hello")\n\nHint 3 of 3. The rest is in the handout', last)
        self.assertEqual(self.hint("greets"), last + "From the start: ./kit hint 90 greets --again\n")
        self.assertEqual(self.hint("greets", "--again"), first)
        self.assertIn("Hint 2 of 3.", self.hint("greets"))

    def test_for_the_first_check_that_failed(self):
        self.assertIn("None of lab 90 has failed yet", self.hint(status=2))
        self.wire("check", "90", *self.of_check, status=1)
        self.assertIn("greets: says hello", self.hint())

    def test_a_check_without_hints(self):
        self.assertIn("quiet has no hints", self.hint("quiet", status=2))

    def test_what_is_remembered_can_be_damaged(self):
        self.hint("greets")
        (self.runs / "90-hello/hints").write_bytes(b"greets\t7\nno tab\n\xff")
        self.assertIn("Hint 1 of 3", self.hint("greets"))


if __name__ == "__main__":
    unittest.main()
