"""The program `accounts`: what it does to its file, what it says, and how it asks for a password."""
import os
import pty
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

BUILD = Path(os.environ.get("KIT_BUILD", Path(__file__).resolve().parents[2] / "build")).resolve()
PROGRAM = str(BUILD / "bin" / "accounts")
PATIENCE = 60


class Accounts(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="accounts.", dir=BUILD / "tests")
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        self.file = self.directory / "accounts"

    def run_it(self, *arguments, typed=""):
        return subprocess.run(
            [PROGRAM, *map(str, arguments)], input=typed.encode(), capture_output=True, timeout=PATIENCE, check=False
        )

    def do(self, *arguments, typed=""):
        """Must work, silently. Returns standard output."""
        result = self.run_it(self.file, *arguments, typed=typed)
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        return result.stdout.decode()

    def refuse(self, status, words, *arguments, typed=""):
        """Must fail with one line, and leave the file as it was."""
        before = self.file.read_bytes() if self.file.exists() else None
        result = self.run_it(*arguments, typed=typed)
        self.assertEqual(result.returncode, status, result)
        self.assertEqual(result.stdout, b"")
        self.assertRegex(result.stderr.decode(), r"\Aaccounts: [^\n]+\n\Z")
        self.assertIn(words, result.stderr.decode())
        self.assertEqual(self.file.read_bytes() if self.file.exists() else None, before)
        self.assertEqual([path for path in self.directory.iterdir() if path != self.file], [])

    def test_add_list_remove(self):
        self.do("add", "alice@example.org", "Alice Arslan", typed="secret\n")
        self.do("add", "Bob@example.org", typed="without newline")
        self.do("add", "şule@example.org", "Şule: with a colon", typed="ğ\r\n")
        self.assertEqual(self.file.stat().st_mode & 0o777, 0o600)
        self.assertRegex(self.file.read_text(encoding="utf-8"), r"\Aalice@example.org:\$y\$[^:\n]+:Alice Arslan\n")
        self.assertNotIn("secret", self.file.read_text(encoding="utf-8"))
        people = [line.split(maxsplit=1) for line in self.do("list").splitlines()]
        self.assertEqual(
            people,
            [["alice@example.org", "Alice Arslan"], ["bob@example.org"], ["şule@example.org", "Şule: with a colon"]],
        )
        self.do("remove", "BOB@example.org")
        self.assertEqual(self.do("list").count("\n"), 2)

    def test_the_rest_of_the_file_stays(self):
        self.do("add", "bob@example.org", "Bob", typed="secret\n")
        bob = self.file.read_text(encoding="utf-8")
        self.file.write_text("# by hand\n\n" + bob.strip("\n"), encoding="utf-8")  # no newline at the end
        self.file.chmod(0o640)
        self.do("add", "carol@example.org", typed="secret\n")
        self.do("remove", "carol@example.org")
        self.assertEqual(self.file.read_text(encoding="utf-8"), "# by hand\n\n" + bob)
        self.assertEqual(self.file.stat().st_mode & 0o777, 0o640)

    def test_what_is_refused(self):
        self.do("add", "bob@example.org", typed="secret\n")
        file = self.file
        for words, *arguments in (
            ["which file"],
            ["which file", file],
            ["is no command", file, "change"],
            ["too few or too many", file, "add"],
            ["too few or too many", file, "add", "a@b", "name", "more"],
            ["too few or too many", file, "list", "more"],
            ["too few or too many", file, "remove"],
            ["too few or too many", file, "lab"],
            ["--seed", file, "lab", "--salt", "x"],
            ["no @ and domain", file, "add", "bob"],
            ["is empty", file, "add", ""],
            ["unexpected >", file, "add", "a@b>c"],
            ["too long", file, "add", "a" * 300 + "@example.org"],
            ["one line", file, "add", "eve@example.org", "Eve\nroot@example.org:x:"],
        ):
            with self.subTest(arguments=arguments):
                self.refuse(2, words, *arguments, typed="secret\n")
        for words, *arguments in (
            ["has an account already", file, "add", "BOB@example.org"],
            ["is plain", file, "add", "a/b@example.org"],
            ["is plain", file, "add", '"a b"@example.org'],
            ["needs a domain", file, "add", "a@[127.0.0.1]"],
            ["control character", file, "add", "eve@example.org", "E\x1bve"],
            ["no account", file, "remove", "eve@example.org"],
            ["no account", file, "remove", ""],
            ["no such file", self.directory / "missing" / "accounts", "add", "a@b"],
            ["no such file", self.directory / "missing", "list"],
        ):
            with self.subTest(arguments=arguments):
                self.refuse(1, words, *arguments, typed="secret\n")
        self.refuse(1, "no password", file, "add", "eve@example.org")
        self.refuse(1, "no password", file, "add", "eve@example.org", typed="\n")
        self.refuse(1, "NUL", file, "add", "eve@example.org", typed="a\0b\n")
        self.refuse(1, "longer than 511", file, "add", "eve@example.org", typed="x" * 512)
        file.write_text("no account\n", encoding="utf-8")
        self.refuse(1, ":1: ", file, "list")
        self.refuse(1, ":1: ", file, "add", "eve@example.org", typed="secret\n")
        self.refuse(1, ":1: ", file, "remove", "eve@example.org")

    def test_help(self):
        result = self.run_it("--help")
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        self.assertIn(b"accounts FILE add ADDRESS", result.stdout)

    def test_the_lab(self):
        first = self.do("lab", "--seed", "one")
        people = dict(line.split(" ") for line in first.splitlines())
        self.assertEqual(
            list(people),
            [name + "@example.org" for name in ("alice", "bob", "carol")] + ["dave@example.com", "erin@example.com"],
        )
        for password in people.values():
            self.assertTrue(re.fullmatch("[a-km-np-z2-9]{10}", password), password)
        self.assertEqual(len(set(people.values())), 5)
        self.assertEqual(self.do("lab", "--seed", "one"), first)
        self.assertNotEqual(self.do("lab", "--seed", "two"), first)
        self.assertIn("Carol Şahin", self.do("list"))

    def ask_at_terminal(self, *answers):
        """Types the answers, each when it is asked for, at a terminal. Status, and all that was shown."""
        keyboard, terminal = pty.openpty()
        self.addCleanup(os.close, keyboard)
        process = subprocess.Popen(
            [PROGRAM, str(self.file), "add", "alice@example.org"], stdin=terminal, stdout=terminal, stderr=terminal
        )
        os.close(terminal)
        shown = b""
        for number, answer in enumerate(answers, 1):
            while shown.count(b"for alice@example.org: ") < number:
                shown += os.read(keyboard, 1000)
            os.write(keyboard, answer.encode() + b"\n")
        try:
            while more := os.read(keyboard, 1000):
                shown += more
        except OSError:  # EIO: the program has ended
            pass
        return process.wait(PATIENCE), shown

    def test_a_password_at_a_terminal_is_not_shown(self):
        status, shown = self.ask_at_terminal("hush-hush", "hush-hush")
        self.assertEqual(status, 0, shown)
        self.assertNotIn(b"hush", shown)
        self.assertIn("alice@example.org", self.do("list"))

    def test_two_passwords_that_differ(self):
        status, shown = self.ask_at_terminal("one", "other")
        self.assertEqual(status, 1)
        self.assertIn(b"differ", shown)
        self.assertFalse(self.file.exists())

    def test_many_at_once(self):
        # None of them undoes what another one did.
        processes = []
        for number in range(12):
            command = [PROGRAM, str(self.file), "add", "user%d@example.org" % number]
            processes.append(subprocess.Popen(command, stdin=subprocess.PIPE))
        for process in processes:
            process.communicate(b"secret\n", PATIENCE)
            self.assertEqual(process.returncode, 0)
        self.assertEqual(self.do("list").count("@example.org"), 12)


if __name__ == "__main__":
    unittest.main()
