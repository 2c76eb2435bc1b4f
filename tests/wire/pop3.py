"""wire show, diff and stat of POP3, with real sockets and real packets."""
import csv
import io
import json
import re
import shutil
import subprocess
import sys
import unittest

from conversations import LETTER, MAILDROP
from smtpd import BUILD, PATIENCE, SOURCE

WIRE = str(BUILD / "bin" / "wire")
PLACE = BUILD / "tests" / "pop3"
CONVERSATIONS = "import conversations; conversations.%s"
SIZE = len(LETTER) - 4  # without the dot that is stuffed and the line that ends it


def wire(*arguments):
    return subprocess.run([WIRE, *map(str, arguments)], capture_output=True, encoding="utf-8", timeout=PATIENCE,
                          check=False)


def record(name, call, keys=None):
    path = PLACE / (name + ".pcapng")
    done = wire("record", "-o", path, *(["--keys", keys] if keys else []), "--", sys.executable, "-B", "-c",
                CONVERSATIONS % call)
    assert done.returncode == 0, done.stderr
    return path


def compare(mine, reference="again"):
    done = wire("diff", "--json", PLACE / (mine + ".pcapng"), PLACE / (reference + ".pcapng"))
    assert not done.stderr, done.stderr
    return done.returncode, json.loads(done.stdout)


def setUpModule():
    for program in ("tshark", "openssl"):
        if shutil.which(program) is None:
            print("skipped: %s is not installed: ./kit setup" % program)
            sys.exit(77)
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-days", "2", "-subj", "/CN=mail.example.org", "-addext", "subjectAltName=DNS:mail.example.org",
                    "-keyout", PLACE / "key.pem", "-out", PLACE / "certificate.pem"], check=True, capture_output=True)
    for name, arguments in (("good", ""), ("again", ""), ("pieces", "piece=1"), ("pipelined", "at_once=4"),
                            ("hasty", "at_once=6"),
                            ("no-quit", "without='QUIT'"), ("no-capa", "without='CAPA'"), ("up", "port=2110"),
                            ("lf", "line_end=b'\\n'"), ("cut", "cut=40"), ("impatient", "at_once=6, without='CAPA'")):
        record(name, "maildrop(%s)" % arguments)
    for name, arguments in (("tls", "port=995, directory=%r" % str(PLACE)), ("stls", "stls=%r" % str(PLACE)),
                            ("tls-up", "port=2995, directory=%r" % str(PLACE))):
        record(name, "maildrop(%s)" % arguments, keys=PLACE / "keys")
        (PLACE / "keys").unlink()
    record("big", "big_letter(%r)" % str(PLACE), keys=PLACE / "keys")


class Show(unittest.TestCase):
    maxDiff = None

    def test_the_ladder(self):
        done = wire("show", PLACE / "good.pcapng")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        rows = done.stdout.splitlines()
        self.assertRegex(rows[1], r"127\.0\.0\.2 port 110$")
        for row in (r"^ *\d+\.\d{3} +\d+ +\|<- \+OK mail\.example\.org$",
                    r"^ *\d+\.\d{3} +\d+  PASS open sesame -+>\|$",
                    r"^ *\d+\.\d{3} +\d+  RETR 1 -+>\|$",
                    r"^ +\|   PIPELINING$",
                    r"^ +\|   1 %d$" % SIZE,
                    r"^ +\|   \+OK is no status here$",
                    r"^ +\|   \.\.dot$"):
            self.assertEqual(len([r for r in rows if re.match(row, r)]), 1, row)

    def test_canonical_is_the_same_for_the_same(self):
        def shown(name):
            return wire("show", PLACE / (name + ".pcapng"), "--canonical").stdout

        text = shown("good")
        expected = ["stream 0: 127.0.0.1 to 127.0.0.2 port 110", "-> connects", "<- +OK mail.example.org"]
        for command, answer in MAILDROP:
            first, *lines = answer.decode().splitlines()
            message = command.startswith(b"RETR")
            expected.append("-> " + command.decode().strip())
            expected.append("<- " + first)
            expected += [("<- : " + line if message else "<- " + line).rstrip() for line in lines]
        expected += ["<- closes", "-> closes"]
        varies = {"-> PASS open sesame": "-> PASS ‹password›", "<- 1 1795258665.M5P411": "<- 1 ‹uidl›"}
        self.assertEqual(text.splitlines(), [varies.get(line, line) for line in expected])
        for name in ("again", "pieces", "pipelined", "hasty"):
            self.assertEqual(shown(name), text, name)

    def test_brief_leaves_out_more(self):
        shown = wire("show", PLACE / "big.pcapng", "--brief").stdout
        self.assertLess(len(shown.splitlines()), 45)
        self.assertRegex(shown, r"\.\.\. 4,99\d more lines")
        self.assertRegex(shown, r" QUIT -+>\|")

    def test_an_eavesdropper_reads_the_password(self):
        shown = wire("show", PLACE / "good.pcapng", "--eavesdrop").stdout
        self.assertIn("\nUSER and PASS: user bob, password open sesame\n", shown)
        for name in ("tls", "stls"):
            spied = wire("show", PLACE / (name + ".pcapng"), "--eavesdrop").stdout
            self.assertNotIn("sesame", spied)
            self.assertEqual("STLS" in spied, name == "stls")

    def test_with_keys_everything_can_be_read(self):
        """Also a long letter in records of all sizes; and what wire reads, Wireshark reads."""
        for name in ("tls", "stls", "tls-up"):
            shown = wire("show", PLACE / (name + ".pcapng")).stdout
            self.assertRegex(shown, r"#  PASS open sesame -+>\|")
            self.assertRegex(shown, r"# +\|   \.\.dot\n")
        big = wire("show", PLACE / "big.pcapng", "--canonical").stdout.splitlines()
        self.assertEqual([line for line in big if line.startswith("<- : line")],
                         ["<- : line %d of the letter" % number for number in range(5000)])
        done = subprocess.run(["tshark", "-r", PLACE / "tls.pcapng", "-Y", "pop && tls", "-T", "fields", "-e",
                               "pop.request.command"], capture_output=True, encoding="utf-8", check=True)
        self.assertEqual(done.stdout.split(), [pair[0].split()[0].decode() for pair in MAILDROP])


# MINE: exit status; then the heaviest difference, class, rule, clause, sentence. None: no difference but values.
DIALOGUES = {
    "good": (0, None),
    "pieces": (0, ("environment", "segments", None, "The bytes came in ")),
    "pipelined": (0, ("allowed", "pipelining", "RFC 2449 §6.6",
                      'The client sends "LIST" before the reply to "STAT" has come; that is pipelining, and the server '
                      "has announced it.")),
    "hasty": (1, ("wrong", "early-delete", "RFC 1939 §5",
                  'The client says "DELE 1" before message 1 has come whole')),
    "no-quit": (1, ("wrong", "quit", "RFC 1939 §6",
                    "The client closes the connection without QUIT: so the server deletes nothing of what it has marked "
                    "with DELE, and every message is there again next time.")),
    "lf": (1, ("wrong", "line-end", "RFC 1939 §3",
               'The client ends its line "CAPA" with a bare LF; a line of POP3 ends with CR LF ("\\r\\n" in C).')),
    "up": (0, ("environment", "address", None,
               "The server is 127.0.0.2 port 2110, in the reference 127.0.0.2 port 110.")),
    "tls": (0, ("allowed", "encryption", "RFC 8314 §3", "Your capture is encrypted, the reference is in the clear")),
    "stls": (0, ("allowed", "encryption", "RFC 2595 §4", "Your capture is encrypted, the reference is in the clear")),
    "no-capa": (1, ("wrong", "missing", None, 'The client does not say "CAPA" here, the reference does.')),
}


class Diff(unittest.TestCase):
    maxDiff = None

    def test_each_gets_its_class_and_sentence(self):
        for name, (status, golden) in DIALOGUES.items():
            with self.subTest(name):
                returned, said = compare(name)
                self.assertEqual(returned, status, said["differences"])
                if golden is None:
                    self.assertEqual(said["differences"], [])
                    continue
                told = [d for d in said["differences"] if d["rule"] != "value"]
                heaviest = max(told, key=lambda d: ["environment", "allowed", "wrong"].index(d["class"]))
                first = heaviest if status == 0 else said["differences"][said["first"]]
                self.assertEqual((first["class"], first["rule"], first["clause"]), golden[:3])
                self.assertTrue(first["sentence"].startswith(golden[3]), first["sentence"])

    def test_the_password_in_clear_is_wrong_where_the_reference_has_tls(self):
        returned, said = compare("good", "stls")
        self.assertEqual(returned, 1)
        self.assertIn(("password-in-clear", "RFC 8314 §3"), [(d["rule"], d["clause"]) for d in said["differences"]])

    def test_pipelining_that_nobody_announced_is_wrong(self):
        returned, said = compare("impatient", "no-capa")
        told = [(d["class"], d["rule"], d["clause"]) for d in said["differences"]]
        self.assertEqual(returned, 1)
        self.assertIn(("wrong", "pipelining", "RFC 2449 §6.6"), told)

    def test_a_letter_that_breaks_off(self):
        returned, said = compare("cut")
        self.assertEqual(returned, 1)
        wrong = [d["sentence"] for d in said["differences"] if d["class"] == "wrong"]
        self.assertTrue(any("the line with a single dot that ends the message: the client goes on waiting" in sentence
                            for sentence in wrong), wrong)

    def test_another_protocol_is_another_lab(self):
        returned, said = compare(str(SOURCE / "captures" / "03-smtp-send"))
        self.assertEqual(returned, 2)
        self.assertEqual([p["rule"] for p in said["problems"] if p["fatal"]], ["other-protocol"])


def row_of(name):
    done = wire("stat", "--csv", PLACE / (name + ".pcapng"))
    assert (done.returncode, done.stderr) == (0, ""), done
    return next(csv.DictReader(io.StringIO(done.stdout)))


class Stat(unittest.TestCase):
    def test_round_trips(self):
        # SYN, the greeting, and each command: pipelined, STAT … RETR are one.
        commands = len(MAILDROP)
        self.assertEqual(row_of("good")["round_trips"], str(2 + commands))
        self.assertEqual(row_of("pipelined")["round_trips"], str(2 + commands - 3))
        # The ClientHello, and the greeting behind the client's Finished; STLS; its handshake (RFC 8446 §2).
        self.assertEqual(row_of("tls")["round_trips"], str(3 + commands))
        self.assertEqual(row_of("stls")["round_trips"], str(2 + 2 + commands))

    def test_what_was_said_and_what_tls_added(self):
        client = sum(len(command) for command, _ in MAILDROP)
        server = len(b"+OK mail.example.org\r\n") + sum(len(answer) for _, answer in MAILDROP)
        for name in ("good", "tls", "tls-up"):
            row = row_of(name)
            self.assertEqual((row["client_application_octets"], row["server_application_octets"]),
                             (str(client), str(server)), name)
            self.assertEqual(int(row["server_tls_octets"]) > 500, name != "good")


if __name__ == "__main__":
    unittest.main()
