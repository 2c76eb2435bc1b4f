"""wire stat, from outside; tshark's own tables are the independent source."""
import csv
import functools
import io
import json
import os
import re
import shutil
import subprocess
import sys
import unittest

from smtpd import BUILD, PATIENCE, SOURCE

WIRE = str(BUILD / "bin" / "wire")
PLACE = BUILD / "tests" / "stat"
CONVERSATIONS = [sys.executable, "-B", str(SOURCE / "tests" / "support" / "conversations.py")]
CAPTURES = sorted((SOURCE / "captures").glob("*.pcapng"))


def stat(*arguments):
    return subprocess.run([WIRE, "stat", *map(str, arguments)], capture_output=True, encoding="utf-8",
                          timeout=PATIENCE, check=False)


@functools.lru_cache(None)
def record(name, *arguments, options=()):
    path = PLACE / (name + ".pcapng")
    subprocess.run([WIRE, "record", "-o", path, *options, "--", *CONVERSATIONS, name, *arguments],
                   timeout=PATIENCE, check=True)
    return path


def tshark(path, *arguments):
    return subprocess.run(["tshark", "-n", "-r", path, *arguments], encoding="utf-8", timeout=PATIENCE,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout


@functools.lru_cache(None)
def rows(path, *options):
    done = stat(path, "--csv", *options)
    assert (done.returncode, done.stderr) == (0, ""), done
    return list(csv.DictReader(io.StringIO(done.stdout)))


def conversations(path):
    """What `-z conv,tcp` says of each: frames and octets from B to A, from A to B, and the duration."""
    found = {}
    for line in tshark(path, "-q", "-z", "conv,tcp").splitlines():
        parts = re.match(r"(\S+):(\d+) +<-> (\S+):(\d+) +(.*)$", line)
        if parts:
            numbers = parts.group(5).replace(" bytes", "").replace(" kB", "k").split()
            found[parts.groups()[:4]] = numbers
    return found


def setUpModule():
    if shutil.which("tshark") is None:
        print("skipped: tshark is not installed: ./kit setup")
        sys.exit(77)
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)


def octets(number, told):
    """tshark tells large numbers in kB."""
    return str(number // 1000) + "k" if told.endswith("k") else str(number)


class BesideTshark(unittest.TestCase):
    def expect_the_same(self, path):
        table = conversations(path)
        measured = rows(path)
        self.assertEqual(len(measured), len(table))
        self.assertGreater(len(measured), 0)
        for row in measured:
            ends = (row["client_address"], row["client_port"], row["server_address"], row["server_port"])
            back, back_octets, there, there_octets, _, total, _, duration = table[ends]
            self.assertEqual((row["client_packets"], row["server_packets"]), (there, back))
            client, server = int(row["client_octets"]), int(row["server_octets"])
            self.assertEqual(octets(client, there_octets), there_octets)
            self.assertEqual(octets(server, back_octets), back_octets)
            self.assertEqual(octets(client + server, total), total)
            self.assertAlmostEqual(float(row["duration_ms"]) / 1000, float(duration), delta=0.00006)

    def test_the_references(self):
        self.assertGreater(len(CAPTURES), 0)
        for path in CAPTURES:
            with self.subTest(path.name):
                self.expect_the_same(path)

    def test_several_conversations(self):
        self.expect_the_same(record("several"))

    def test_payload_and_round_trip_time(self):
        """tcp.len added up; SYN to ACK is tcp.analysis.initial_rtt."""
        for path in CAPTURES:
            with self.subTest(path.name):
                row = rows(path)[0]
                sums = {"0": 0, "1": 0}
                fields = tshark(path, "-T", "fields", "-e", "tcp.srcport", "-e", "tcp.len", "-e",
                                "tcp.analysis.initial_rtt")
                round_trip = None
                for line in fields.splitlines():
                    port, length, initial = line.split("\t")
                    sums["1" if port == row["server_port"] else "0"] += int(length)
                    round_trip = initial or round_trip
                self.assertEqual(int(row["client_payload_octets"]), sums["0"])
                self.assertEqual(int(row["server_payload_octets"]), sums["1"])
                self.assertAlmostEqual(float(row["connect_ms"]), 1000 * float(round_trip), places=6)

    def test_a_capture_that_keeps_only_headers(self):
        """Octets are those on the network, however much was kept."""
        whole = SOURCE / "captures/03-smtp-send.pcapng"  # a classic pcap has no room for keys
        cut = PLACE / "cut.pcap"
        subprocess.run(["editcap", "-F", "pcap", "-s", "80", whole, cut], check=True, timeout=PATIENCE)
        for name in ("client_octets", "server_octets", "client_payload_octets", "server_payload_octets"):
            self.assertEqual(rows(cut)[0][name], rows(whole)[0][name])


class Forms(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.letter = record("letter")
        cls.several = record("several")

    def test_round_trips_of_a_letter(self):
        # SYN, greeting, EHLO, MAIL, two RCPT, DATA, the message, QUIT
        row = rows(self.letter)[0]
        self.assertEqual((row["round_trips"], row["exchanges"]), ("9", "7"))

    def test_json_says_the_same_as_csv(self):
        told = json.loads(stat(self.several, "--json").stdout)
        self.assertEqual(told["file"], str(self.several))
        self.assertEqual([c["stream"] for c in told["conversations"]], [0, 1, 2])
        for row, conversation in zip(rows(self.several), told["conversations"]):
            for name, value in row.items():
                side, _, rest = name.partition("_")
                found = conversation[side][rest] if side in ("client", "server") else conversation[name]
                if value == "":
                    self.assertIsNone(found, name)
                elif isinstance(found, str):
                    self.assertEqual(found, value)
                else:
                    self.assertAlmostEqual(found, float(value), places=6)

    def test_tables_fit(self):
        for width in (60, 78, 98, 200):
            for path in (self.letter, self.several):
                done = stat(path, "--width", width)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertLessEqual(max(map(len, done.stdout.splitlines())), min(width, 100))
                self.assertTrue(done.stdout.isascii())
                self.assertEqual([line for line in done.stdout.splitlines() if line != line.rstrip()], [])
        self.assertIn("→", stat(self.several, "--unicode").stdout)

    def test_it_says_that_loopback_is_no_network(self):
        done = stat(self.letter)
        self.assertEqual(done.stdout.count("loopback"), 1)
        self.assertRegex(done.stdout, r"\n  round trips +9\n")
        self.assertIn("client.example.org 127.0.0.1:", done.stdout)

    def test_one_of_several(self):
        self.assertEqual(len(rows(self.several)), 3)
        self.assertEqual(rows(self.several, "--stream", 1)[0]["client_packets"], "1")
        none = stat(self.several, "--stream", 3)
        self.assertEqual((none.returncode, none.stdout), (2, ""))
        self.assertRegex(none.stderr, r"\Awire stat: .*no stream 3; there are 3, counted from 0\n\Z")

    def test_wrong_use_is_said_in_one_line(self):
        for words in ([], ["--stream", "x", self.letter], ["--width", "59", self.letter], ["--frob", self.letter],
                      [self.letter, self.letter], [PLACE / "missing"], [PLACE], ["--stream"]):
            with self.subTest(words):
                done = stat(*words)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertRegex(done.stderr, r"\Awire stat: .+\n\Z")


class Encrypted(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if shutil.which("openssl") is None:
            raise unittest.SkipTest("openssl is not installed: ./kit setup")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                        "/CN=mail.example.org", "-addext", "subjectAltName=DNS:mail.example.org", "-keyout",
                        PLACE / "key.pem", "-out", PLACE / "certificate.pem"], check=True, capture_output=True)
        keys = PLACE / "keys"
        cls.blind = record("tls", str(PLACE), options=("--keys", PLACE / "none")).rename(PLACE / "blind.pcapng")
        keys.unlink()
        cls.open = record("tls", str(PLACE), options=("--keys", keys))

    def test_with_keys_the_cost_is_exact(self):
        row = rows(self.open)[0]
        alerts = {"client": 0, "server": 0}
        for line in tshark(self.open, "-Y", "tls.record.content_type == 21", "-T", "fields", "-e", "tcp.srcport",
                           "-e", "tls.record.length").splitlines():
            port, length = line.split("\t")  # an alert is alone in its frame
            alerts["server" if port == "25" else "client"] += 5 + int(length)
        # STARTTLS, EHLO and QUIT with their line ends; likewise the server's lines
        said = {"client": len("STARTTLS\r\nEHLO secret.example.org\r\nQUIT\r\n"),
                "server": len("220 mail.example.org ESMTP\r\n220 Go on\r\n250 mail.example.org\r\n221 Bye\r\n")}
        for side, count in said.items():
            self.assertEqual(int(row[side + "_application_octets"]), count)
            payload, added = int(row[side + "_payload_octets"]), int(row[side + "_tls_octets"])
            self.assertEqual(payload, count + added)
            # Two records of 5 + n + 1 + 16 octets carry the lines (RFC 8446 §5.2); what is left shook hands.
            self.assertEqual(added - 2 * 22 - alerts[side], int(row[side + "_tls_handshake_octets"]))
        self.assertGreater(float(row["tls_handshake_ms"]), 0)

    def test_without_keys_it_says_what_is_not_known(self):
        row = rows(self.blind)[0]
        self.assertEqual((row["client_application_octets"], row["server_tls_octets"], row["client_goodput_bps"]),
                         ("", "", ""))
        self.assertEqual(row["client_payload_octets"], rows(self.open)[0]["client_payload_octets"])
        shown = stat(self.blind).stdout
        self.assertRegex(shown, r"the dialogue +\? +\? +\?\n")
        self.assertIn("Without keys", shown)


if __name__ == "__main__":
    unittest.main()
