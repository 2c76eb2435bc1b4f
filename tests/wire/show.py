"""wire record and wire show, from outside: what a user sees."""
import fcntl
import os
import pty
import re
import shutil
import signal
import struct
import subprocess
import sys
import termios
import unicodedata
import unittest

from smtpd import BUILD, PATIENCE, SOURCE

WIRE = str(BUILD / "bin" / "wire")
PLACE = BUILD / "tests" / "show"
CONVERSATIONS = [sys.executable, "-B", str(SOURCE / "tests" / "support" / "conversations.py")]


def wire(*arguments, environment=None):
    """What the command did: its exit status, stdout and stderr (as text)."""
    return subprocess.run([WIRE, *map(str, arguments)], capture_output=True, encoding="utf-8", timeout=PATIENCE,
                          env={**os.environ, **(environment or {})}, check=False)


def record(name, *arguments, options=()):
    """Records a conversation; the capture's path."""
    path = PLACE / (name + ".pcapng")
    done = wire("record", "-o", path, *options, "--", *CONVERSATIONS, name, *arguments)
    assert done.returncode == 0, done.stderr
    return path


def on_terminal(*arguments, columns=80, **environment):
    """What the command writes to a terminal of that width."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    process = subprocess.Popen([WIRE, *map(str, arguments)], stdin=slave, stdout=slave, stderr=slave,
                               env={**os.environ, "LC_ALL": "C.UTF-8", "TERM": "xterm", **environment})
    os.close(slave)
    output = b""
    while True:
        try:
            data = os.read(master, 65536)
        except OSError:  # the other side is closed
            break
        if not data:
            break
        output += data
    os.close(master)
    assert process.wait(PATIENCE) == 0
    return output.decode().replace("\r\n", "\n")


def uncoloured(text):
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def columns_of(line):
    wide = sum(unicodedata.east_asian_width(c) == "W" for c in line)
    return len(line) + wide - sum(unicodedata.combining(c) != 0 for c in line)


def setUpModule():
    if shutil.which("tshark") is None:
        print("skipped: tshark is not installed: ./kit setup")
        sys.exit(77)
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)


class Record(unittest.TestCase):
    def test_the_exit_status_is_the_commands_own(self):
        path = PLACE / "status.pcapng"
        for script, status in (("exit 0", 0), ("exit 1", 1), ("exit 7", 7), ("kill -9 $$", 137)):
            self.assertEqual(wire("record", "-o", path, "--", "sh", "-c", script).returncode, status)
        done = wire("record", "-o", path, "no-such-command")
        self.assertEqual(done.returncode, 127)
        self.assertIn("no-such-command", done.stderr)

    def test_wrong_use_is_said_in_one_line(self):
        for words in (["-o"], ["-o", "x"], ["true"], ["--frob", "true"], [], ["-o", PLACE / "no" / "x", "true"]):
            with self.subTest(words):
                done = wire("record", *words)
                self.assertEqual(done.returncode, 2)
                self.assertRegex(done.stderr, r"\Awire record: .+\n\Z")

    def test_a_silent_command_leaves_an_empty_capture(self):
        path = PLACE / "silent.pcapng"
        done = wire("record", "-o", path, "true")
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        self.assertIn("nothing was sent", done.stderr)
        shown = wire("show", path)
        self.assertEqual((shown.returncode, shown.stdout), (2, ""))
        self.assertRegex(shown.stderr, r"\Awire show: .*no TCP connection.*\n\Z")

    def test_a_signal_reaches_the_command_and_the_capture_is_kept(self):
        path = PLACE / "signal.pcapng"
        script = "import signal, conversations as c; c.reset(); print('said', flush=True); signal.pause()"
        process = subprocess.Popen([WIRE, "record", "-o", path, "--", sys.executable, "-B", "-c", script],
                                   stdout=subprocess.PIPE)
        self.assertEqual(process.stdout.readline(), b"said\n")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(PATIENCE), 128 + signal.SIGTERM)
        process.stdout.close()
        self.assertIn("220 mail.example.org", wire("show", path).stdout)

    def test_a_flood_is_recorded_without_loss(self):
        path = record("flood")
        shown = wire("show", path)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertIn("2,585,600 octets sent", shown.stdout)
        self.assertNotIn("not recorded", shown.stdout)


class Show(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.letter = record("letter")

    def test_the_ladder(self):
        done = wire("show", self.letter)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        rows = done.stdout.splitlines()
        self.assertRegex(rows[0], r"^ *stream 0  client\.example\.org +\|   mail\.example\.org$")
        self.assertRegex(rows[1], r"^ *ms  frame  127\.0\.0\.1 port \d+ +\|   127\.0\.0\.2 port 25$")
        for row in (r"^ *\d+\.\d{3} +3  connects \(SYN, SYN ACK, ACK\) -+>\|$",
                    r"^ *\d+\.\d{3} +\d+ +\|<- 220 mail\.example\.org ESMTP$",
                    r"^ *\d+\.\d{3} +\d+  EHLO client\.example\.org -+>\|$",
                    r"^ *\d+\.\d{3} +\d+ +\|<- 250-mail\.example\.org$",
                    r"^ +\|   250 SIZE$",  # in the same frame
                    r"^ +bare <LF> +\|$",
                    r"^ +tab\\there, escape \\x1B\[31m, a +\|$",
                    r"^ +\+ back\\slash, \\x00 +\|$",
                    r"^ +\.\.dot +\|$",
                    r"^ *\d+\.\d{3} +\d+ +\|<- closes \(FIN\)$",
                    r"^ *\d+\.\d{3} +\d+  closes \(FIN\) -+>\|$"):
            self.assertEqual(len([r for r in rows if re.match(row, r)]), 1, row)
        self.assertTrue(done.stdout.isascii())
        self.assertNotIn("\x1b", done.stdout)

    def test_the_width_is_chosen(self):
        for width, option in ((60, "--unicode"), (133, "--frames")):
            shown = wire("show", self.letter, "--width", width, option).stdout
            self.assertGreater(len(shown.splitlines()), 20)
            self.assertEqual(width, max(map(columns_of, shown.splitlines())))

    def test_a_terminal_gets_colours_and_letters(self):
        for columns in (80, 120):
            shown = on_terminal("show", self.letter, columns=columns)
            self.assertIn("\x1b[", shown)
            plain = uncoloured(shown)
            self.assertIn("Selam, ı ç ş ü ö İ", plain)
            self.assertIn("escape ␛[31m", plain)  # not the control character itself
            self.assertIn("→│", plain)
            self.assertNotIn("\x1b", plain)
            self.assertEqual(columns, max(map(columns_of, plain.splitlines())))
            for row in plain.splitlines():
                self.assertEqual(row, row.rstrip())

    def test_no_colour_where_it_is_not_wanted(self):
        self.assertIn("\x1b", on_terminal("show", self.letter, NO_COLOR=""))
        refused = on_terminal("show", self.letter, NO_COLOR="1")
        self.assertNotIn("\x1b", refused)
        self.assertIn("→", refused)
        self.assertNotIn("\x1b", on_terminal("show", self.letter, TERM="dumb"))
        self.assertTrue(uncoloured(on_terminal("show", self.letter, LC_ALL="C", NO_COLOR="")).isascii())
        plain = on_terminal("show", self.letter, "--plain")
        self.assertTrue(plain.isascii() and "\x1b" not in plain)

    def test_canonical_is_the_same_for_the_same(self):
        text = wire("show", self.letter, "--canonical").stdout
        again = wire("show", record("letter"), "--canonical").stdout
        pieces = wire("show", record("pieces"), "--canonical").stdout
        self.assertEqual(text, again)
        self.assertEqual(text, pieces)
        self.assertIn("<- 250 2.0.0 Stored as ‹queue-id›\n", text)
        self.assertIn("-> : tab\\x09here, escape \\x1B[31m, a back\\\\slash, \\x00\n", text)
        self.assertTrue(text.startswith("stream 0: 127.0.0.1 to 127.0.0.2 port 25\n-> connects\n<- 220 "))
        self.assertTrue(text.endswith("<- 221 2.0.0 Bye\n<- closes\n-> closes\n"))

    def test_frames(self):
        self.assertRegex(wire("show", record("pieces"), "--frames").stdout, r" \d+-\d+ +\|<- 220 mail")

    def test_long_messages_are_folded(self):
        path = record("long")
        shown = wire("show", path).stdout
        self.assertRegex(shown, r"\.\.\. 9\d\d more lines")
        self.assertLess(len(shown.splitlines()), 60)
        self.assertGreater(len(wire("show", path, "--all").stdout.splitlines()), 1000)

    def test_one_of_several(self):
        path = record("several")
        shown = wire("show", path).stdout
        self.assertEqual([line.split()[1] for line in shown.splitlines() if " stream " in line], ["0", "1", "2"])
        self.assertRegex(shown, r"\|<- refuses \(RST\)\n")
        self.assertRegex(shown, r"\|<- breaks off \(RST\)\n")
        one = wire("show", path, "--stream", 1).stdout
        self.assertIn("refuses", one)
        self.assertNotIn("breaks off", one)
        none = wire("show", path, "--stream", 3)
        self.assertEqual((none.returncode, none.stdout), (2, ""))
        self.assertRegex(none.stderr, r"\Awire show: .*no stream 3; there are 3, counted from 0\n\Z")

    def test_an_eavesdropper_reads_what_is_clear(self):
        shown = wire("show", self.letter, "--eavesdrop", "--unicode").stdout
        self.assertIn("Selam, ı ç ş ü ö İ", shown)
        self.assertIn("in clear\n", shown)
        self.assertNotIn("encrypted", shown)

    def test_wrong_use_is_said_in_one_line(self):
        for words in ([], ["--stream", "x", self.letter], ["--stream"], ["--stream", "-1", self.letter],
                      ["--width", "59", self.letter], ["--frob", self.letter], [self.letter, self.letter],
                      [PLACE / "missing"], [PLACE]):
            with self.subTest(words):
                done = wire("show", *words)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertRegex(done.stderr, r"\Awire show: .+\n\Z")

    def test_a_cut_capture_is_shown_as_far_as_it_goes(self):
        path = PLACE / "cut.pcapng"
        path.write_bytes(self.letter.read_bytes()[:-10])
        done = wire("show", path)
        self.assertEqual(done.returncode, 2)
        self.assertIn("221 2.0.0 Bye", done.stdout)
        self.assertRegex(done.stderr, r"\Awire show: .*cut short.*\n\Z")

    def test_no_cut_or_garbled_capture_makes_it_crash(self):
        whole = self.letter.read_bytes()
        path = PLACE / "garbled.pcapng"
        garbled = [whole[:length] for length in range(0, len(whole), len(whole) // 4)]
        for at in range(8, len(whole), len(whole) // 4):
            garbled.append(whole[:at] + b"\xff\x00\x7f\x80" + whole[at + 4:])
        for number, content in enumerate(garbled):
            with self.subTest(number):
                path.write_bytes(content)
                done = wire("show", path)
                self.assertIn(done.returncode, (0, 2))
                self.assertLessEqual(len(done.stderr.splitlines()), 1)

    def test_other_protocols_and_link_types(self):
        ethernet, other = struct.pack("<I", 1), struct.pack("<I", 147)  # a LINKTYPE_ for private use
        content = self.letter.read_bytes()
        at = content.index(ethernet, 28) + 8
        path = PLACE / "link.pcapng"
        path.write_bytes(content[:at] + other[:2] + content[at + 2:])
        done = wire("show", path)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("no TCP connection", done.stderr)


class Encrypted(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if shutil.which("openssl") is None:
            raise unittest.SkipTest("openssl is not installed: ./kit setup")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                        "/CN=mail.example.org", "-addext", "subjectAltName=DNS:mail.example.org", "-keyout",
                        PLACE / "key.pem", "-out", PLACE / "certificate.pem"], check=True, capture_output=True)
        cls.keys = PLACE / "keys"
        cls.clear = record("tls", str(PLACE), options=["--keys", PLACE / "none"])
        cls.clear = cls.clear.rename(PLACE / "without-keys.pcapng")
        half = "".join(line for line in cls.keys.read_text().splitlines(True) if not line.startswith("SERVER_TRAFFIC"))
        (PLACE / "half").write_text(half)
        cls.half = PLACE / "half.pcapng"
        subprocess.run(["editcap", "--inject-secrets", "tls,%s" % (PLACE / "half"), cls.clear, cls.half], check=True)
        cls.asked = record("tls", str(PLACE)).rename(PLACE / "asked.pcapng")
        cls.keys.unlink()
        cls.open = record("tls", str(PLACE), options=["--keys", cls.keys])

    def test_without_keys_only_sizes(self):
        shown = wire("show", self.clear).stdout
        self.assertIn("220 Go on", shown)
        self.assertIn("TLS ClientHello", shown)
        self.assertRegex(shown, r"\(\d+ octets of TLS\)")
        self.assertNotIn("secret", shown)
        spied = wire("show", self.clear, "--eavesdrop").stdout
        self.assertRegex(spied, r"31 octets in clear|\d+ octets in clear, [\d,]+ octets encrypted")
        self.assertNotIn("secret", spied)

    def test_half_of_the_keys_is_said(self):
        words = "The keys in the file open only a part of what is encrypted."
        shown = wire("show", self.half).stdout
        self.assertIn(words, shown)
        self.assertIn("#  EHLO secret.example.org", shown)
        self.assertRegex(shown, r"\(\d+ octets of TLS\)")
        for whole in (self.open, self.clear):
            self.assertNotIn(words, wire("show", whole).stdout)

    def test_what_is_run_is_asked_for_its_keys(self):
        self.assertIn("#  EHLO secret.example.org", wire("show", self.asked).stdout)

    def test_with_keys_everything_under_a_lock(self):
        shown = on_terminal("show", self.open)
        self.assertRegex(uncoloured(shown), r"🔒 EHLO secret\.example\.org")
        self.assertRegex(uncoloured(shown), r"\d     TLS ClientHello")
        self.assertRegex(wire("show", self.open).stdout, r"#  EHLO secret\.example\.org")
        # Keys make no difference to what is read on the way.
        self.assertNotIn("secret", wire("show", self.open, "--eavesdrop").stdout)

    def test_wireshark_opens_it_decrypted(self):
        done = subprocess.run(["tshark", "-r", self.open, "-Y", "smtp && tls", "-T", "fields", "-e", "smtp.req.parameter"],
                              capture_output=True, encoding="utf-8", check=True)
        self.assertIn("secret.example.org", done.stdout)


if __name__ == "__main__":
    unittest.main()
