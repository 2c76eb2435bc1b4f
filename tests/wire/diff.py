"""wire diff: a letter recorded well, with each mistake a beginner makes, and as bad recordings of it.

All conversations are real: with smtpd, in one recording, which is then cut up (support/packets.py).
For each the golden text below says the outcome, the class and rule of what matters, and the sentence.
"""
import concurrent.futures
import fnmatch
import json
import os
import re
import shutil
import subprocess
import sys
import unittest

import packets
from smtpd import BUILD, PATIENCE, SOURCE

WIRE = str(BUILD / "bin" / "wire")
PLACE = BUILD / "tests" / "diff"
SAME, DIFFERS, CANNOT_JUDGE = 0, 1, 2

# MINE (against REFERENCE, "again" where none is named): exit status; then the first difference that is
# wrong, or, where nothing is, the heaviest: class, rule, clause, sentence. None: no difference but values.
DIALOGUES = {
    "good": (SAME, None),
    "one-byte": (SAME, ("environment", "segments", None, "The bytes came in ??? segments, the reference's in ??: TCP may cut its stream anywhere.")),
    "other-name": (SAME, None),
    "pipelined": (SAME, (
        "allowed", "pipelining", "RFC 2920 §3.1",
        'The client sends "RCPT TO:<bob@example.org>" before the reply to "MAIL FROM:<alice@example.org>" '
        "has come; that is pipelining, and the server has announced it.")),
    "helo": (SAME, (
        "allowed", "helo", "RFC 5321 §4.1.1.1",
        "The client greets with HELO, the reference with EHLO: a server must take both, but tells its extensions "
        "only after EHLO.")),
    "swapped": (SAME, (
        "allowed", "order", "RFC 5321 §3.3",
        "The client names the same recipients in another order; the order of RCPT commands has no meaning.")),
    "headers-swapped": (SAME, (
        "allowed", "header-order", "RFC 5322 §3.6",
        'The header field "Subject: A letter" stands in another place: their order is free.')),
    "lf": (DIFFERS, (
        "wrong", "line-end", "RFC 5321 §2.3.8",
        'The client ends its line "EHLO client.example.org" with a bare LF; a line of SMTP ends with CR LF '
        '("\\r\\n" in C).')),
    "lf-letter": (DIFFERS, (
        "wrong", "line-end", "RFC 5321 §2.3.8",
        'The client ends the line "Date: *" of the message with a bare LF; a line ends with CR LF '
        '("\\r\\n" in C) there too.')),
    "unstuffed": (DIFFERS, (
        "wrong", "stuffing", "RFC 5321 §4.5.2",
        'The client sends the line ".hidden" of the message as it is; the server takes away a dot at the front, '
        "so the client must put a second one there.")),
    "no-quit": (DIFFERS, (
        "wrong", "quit", "RFC 5321 §4.1.1.10",
        "The client closes the connection without QUIT; it must say QUIT, and should wait for the server's 221 "
        "before it closes.")),
    "forgotten": (DIFFERS, (
        "wrong", "missing", None,
        'The client does not say "RCPT TO:<carol@example.org>" here, the reference does.')),
    "reset": (DIFFERS, (
        "wrong", "reset", "RFC 9293 §3.6.1",
        "The client breaks the connection off with RST where the reference closes it with FIN: its socket was "
        "closed while something from the other side was still unread or on its way.")),
    "bad-date": (DIFFERS, (
        "wrong", "date", "RFC 5322 §3.3",
        'What stands in "Date: today" is not a date as mail writes it; the reference has "Date: *".')),
    "twice": (DIFFERS, (
        "wrong", "conversation", None,
        "Your capture holds one conversation more than the reference, with port 25 (stream 1). If it is another run "
        "of your program, record one run alone; else your program connects once too often.")),
    # Nothing is wrong with these as dialogues; what the recording has of its own is in RECORDINGS.
    "submission": (SAME, ("environment", "address", None,
                          "The server is 127.0.0.2 port 587, in the reference 127.0.0.2 port 25.")),
    "cooked": (SAME, None),
    "raw": (SAME, None),
    "bsd": (SAME, None),
    "foreign": (SAME, None),
    "lost-fin": (SAME, ("environment", "not-recorded", None, "What comes next was not recorded.")),
    "lf-lost-tail": (DIFFERS, ("wrong", "line-end", "RFC 5321 §2.3.8", "The client ends its line *")),
    ("tls", "plain"): (SAME, (
        "allowed", "encryption", "RFC 8314 §3",
        "Your capture is encrypted, the reference is in the clear: the steps that make it so come in addition.")),
    ("plain", "tls"): (SAME, (
        "allowed", "encryption", "RFC 8314 §3",
        "The reference is encrypted, your capture is in the clear: the steps that make it so are missing.")),
}

# MINE: exit status; then the problem with the recording: rule, sentence, and words of the remedy (None: there
# is none, the rest was judged).
RECORDINGS = {
    "late": (CANNOT_JUDGE, "late",
             "late begins in the middle of the conversation: the connect is missing, and the first that was recorded "
             'is the server\'s "250-mail.example.org greets client.example.org".', "before the program"),
    "lost-tail": (CANNOT_JUDGE, "lost-tail",
                  "lost-tail ends before the conversation does: the last that was recorded is the server's "
                  '"250 2.1.5 Recipient accepted", and nobody has closed the connection yet.',
                  "let the program end before the recording"),
    "lost-fin": (SAME, "lost-tail", "*and nobody has closed the connection yet.", "let the program end"),
    "truncated": (CANNOT_JUDGE, "truncated", "truncated breaks off: *cut short*", "copy the file again"),
    "truncated-end": (SAME, "truncated", "truncated-end breaks off: *cut short*", "copy the file again"),
    "gap": (CANNOT_JUDGE, "gaps",
            "gap has a hole: ??? octets of the conversation were not recorded, the first of them before frame 1?.",
            "lost packets"),
    "snap": (CANNOT_JUDGE, "gaps", "snap holds only the beginning of 1? packets: *", "tcpdump -s 0"),
    "empty": (CANNOT_JUDGE, "empty", "empty is empty: not one packet was recorded.", 'loopback, "lo"'),
    "udp": (CANNOT_JUDGE, "empty", "udp holds no TCP connection, only 1 other packet.", "no capture filter"),
    "pop3": (CANNOT_JUDGE, "other-protocol",
             'pop3 speaks POP3 with port 110 (the server greets with "+OK mail.example.org"), but the exercise is SMTP '
             'with port 25 (the server greets with "220 mail.example.org ESMTP Mailwire"): this is another lab\'s '
             "recording.", "reference of its own lab"),
    "other": (CANNOT_JUDGE, "wrong-port",
              'other holds no conversation in SMTP with port 25 (the server greets with "220 mail.example.org ESMTP '
              'Mailwire"); what is there goes to port 7777.', "the right port"),
    "no-keys": (CANNOT_JUDGE, "no-keys",
                "no-keys is encrypted (TLS), and its keys are not in the file: nobody can read what was said.",
                "SSLKEYLOGFILE"),
    "some-keys": (CANNOT_JUDGE, "some-keys",
                  "some-keys is encrypted (TLS), and the keys in the file open only a part of it.", "SSLKEYLOGFILE"),
    "submission": (SAME, "wrong-port",
                   "submission speaks with port 587, the reference with port 25; what is said there is compared all "
                   "the same.", None),
    "foreign": (SAME, "foreign",
                "foreign also holds other traffic: * packets, with 1 other TCP connection, left out here.", None),
}


def wire(*arguments):
    return subprocess.run([WIRE, *map(str, arguments)], capture_output=True, encoding="utf-8", timeout=PATIENCE,
                          check=False, cwd=PLACE)


def record():
    """All conversations in one recording; the packets of each by name, and the TLS keys."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-days", "2", "-subj", "/CN=mail.example.org", "-addext", "subjectAltName=DNS:mail.example.org",
                    "-keyout", PLACE / "key.pem", "-out", PLACE / "certificate.pem"], check=True, capture_output=True)
    recording = BUILD / "tests" / "diff.pcapng"
    done = wire("record", "-o", recording, "--", sys.executable, "-B", SOURCE / "tests/support/exercise.py", PLACE)
    assert done.returncode == 0, done.stderr
    everything = packets.read(recording)
    recording.unlink()
    names = (line.split() for line in done.stdout.splitlines())
    return {name: [packet for packet in everything if packet.of(int(port))] for name, port in names}


def spread(good, web):
    """Other traffic in between: HTTP, and datagrams."""
    mixed = []
    for number, packet in enumerate(good):
        mixed.append(packet)
        if number < len(web):
            mixed.append(web[number]._replace(time=packet.time + 100))
        mixed.append(packets.datagram(packet.time + 200, ("127.0.0.1", 40000), ("127.0.0.53", 53), b"?"))
    return mixed


def place(content, words):
    """Where the first packet is whose payload begins so."""
    return next(at for at, packet in enumerate(content) if packet.payload.startswith(words))


def make_captures():
    said = record()
    good, keys = said["good"], (PLACE / "keys").read_bytes()
    said.update({
        "late": good[place(good, b"EHLO") + 1:],
        "lost-tail": good[:place(good, b"250 2.1.5") + 1],
        "lost-fin": good[:place(good, b"221") + 1],
        "lf-lost-tail": said["lf"][:place(said["lf"], b"RCPT")],
        "gap": [packet for packet in good if not packet.payload.startswith(b"Date:")],
        "empty": [],
        "udp": [packets.datagram(good[0].time, ("127.0.0.1", 40000), ("127.0.0.53", 53), b"?")],
        "foreign": spread(good, said["web"]),
        "twice": good + said["other-name"],
        "no-keys": said["tls"],
    })
    for name, content in said.items():
        packets.write(PLACE / name, content, keys=keys if name == "tls" else b"")
    half = b"".join(line + b"\n" for line in keys.splitlines() if not line.startswith(b"SERVER_TRAFFIC"))
    packets.write(PLACE / "some-keys", said["tls"], keys=half)
    packets.write_pcap(PLACE / "snap", good, snap=80)
    packets.write_pcap(PLACE / "cooked", good, link="cooked")
    packets.write_pcap(PLACE / "raw", good, link="raw", nano=True)
    packets.write(PLACE / "bsd", good, link="loopback")
    whole = (PLACE / "good").read_bytes()
    (PLACE / "truncated").write_bytes(whole[:len(whole) * 2 // 3])
    (PLACE / "truncated-end").write_bytes(whole[:-10])


def reference_of(name):
    return {"no-keys": "plain", "some-keys": "plain"}.get(name, "again")


def compare(names):
    """What `wire diff --json` says of two captures: status and content."""
    done = wire("diff", "--json", *names)
    assert not done.stderr, done.stderr
    return done.returncode, json.loads(done.stdout)


results = {}


def setUpModule():
    for program in ("tshark", "openssl"):
        if shutil.which(program) is None:
            print("skipped: %s is not installed: ./kit setup" % program)
            sys.exit(77)
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    make_captures()
    wanted = {key if isinstance(key, tuple) else (key, reference_of(key)) for key in [*DIALOGUES, *RECORDINGS]}
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results.update(zip(sorted(wanted), pool.map(compare, sorted(wanted))))


def fits(text, pattern):
    """As the shell would: * is anything, ? one character."""
    return fnmatch.fnmatchcase(text, pattern.replace("[", "[[]"))


class Dialogues(unittest.TestCase):
    maxDiff = None

    def test_each_gets_its_class_and_sentence(self):
        for key, (status, golden) in DIALOGUES.items():
            names = key if isinstance(key, tuple) else (key, "again")
            with self.subTest(names):
                returned, said = results[names]
                self.assertEqual(returned, status, said["differences"])
                self.assertEqual(said["outcome"], ["same", "differs"][status])
                told = [d for d in said["differences"] if d["rule"] != "value"]
                if golden is None:
                    self.assertEqual([d for d in told if d["class"] != "environment"], [])
                    continue
                heaviest = max(told, key=lambda d: ["environment", "allowed", "wrong"].index(d["class"]))
                first = heaviest if status == SAME else said["differences"][said["first"]]
                self.assertEqual((first["class"], first["rule"], first["clause"]), golden[:3])
                self.assertTrue(fits(first["sentence"], golden[3]), first["sentence"])


    def test_what_encryption_hid_and_cost(self):
        for names, encrypted in ((("tls", "plain"), "mine"), (("plain", "tls"), "reference")):
            said = results[names][1]
            cost = said["cost"]
            hidden, clear = (0, 1) if encrypted == "mine" else (1, 0)
            self.assertEqual(cost["encrypted"], encrypted)
            # Every octet that was said is said in both, and hidden in the one.
            self.assertEqual(cost["hidden"], cost["octets"][clear])
            self.assertGreater(cost["octets"][hidden], cost["octets"][clear] + 500)  # a certificate at least
            self.assertEqual(cost["round_trips"][clear], 5)  # connect, greeting, EHLO, NOOP, QUIT
            # RFC 8446 §2: one more; the server greets when it has the client's Finished.
            self.assertEqual(cost["round_trips"][hidden], 6)
        self.assertIsNone(results[("good", "again")][1]["cost"])

    def test_one_difference_is_told_once(self):
        said = results[("lf", "again")][1]
        told = [d for d in said["differences"] if d["class"] == "wrong"]
        # Six commands with a bare LF; what comes of it; and the message that is never sent.
        self.assertEqual([(d["rule"], d["rows"]) for d in told[:1]], [("line-end", 6)])
        self.assertEqual([d["rule"] for d in told], ["line-end", "consequence", "missing"])


class Recordings(unittest.TestCase):
    def test_a_bad_recording_is_no_bad_code(self):
        for name, (status, rule, sentence, remedy) in RECORDINGS.items():
            with self.subTest(name):
                returned, said = results[(name, reference_of(name))]
                self.assertEqual(returned, status, said)
                found = [p for p in said["problems"] if p["side"] == "mine" and p["rule"] == rule]
                self.assertEqual(len(found), 1, said["problems"])
                self.assertTrue(fits(found[0]["sentence"], sentence), found[0]["sentence"])
                self.assertEqual(found[0]["fatal"], status == CANNOT_JUDGE)
                self.assertIn(remedy or "None", str(found[0]["remedy"]))
                self.assertEqual(said["counts"]["wrong"], 0, said["differences"])


class Drawing(unittest.TestCase):
    def test_the_ladders_beside_each_other(self):
        done = wire("diff", "unstuffed", "again")
        self.assertEqual((done.returncode, done.stderr), (DIFFERS, ""))
        self.assertTrue(done.stdout.isascii())
        rows = done.stdout.splitlines()
        self.assertRegex(rows[0], r"^  unstuffed +\| again$")
        self.assertRegex(rows[1], r"^  stream 0, 127\.0\.0\.2 port 25 +\| stream 0, 127\.0\.0\.2 port 25$")
        self.assertRegex(rows[2], r"^-+\+-+$")
        self.assertRegex(rows[3], r"^   3  -> connects \(SYN\) +\|  3  -> connects \(SYN\)$")
        wrong = [number for number, row in enumerate(rows) if row.startswith("! ") and "|" in row]
        self.assertEqual(len(wrong), 1)
        self.assertRegex(rows[wrong[0]], r"^! \d\d  -> \.hidden +\| \d\d  -> \.\.hidden$")
        caret = rows[wrong[0] + 1]
        self.assertEqual((caret.rstrip(" |"), caret.index("^")), (" " * 9 + "^", rows[wrong[0]].index(".hidden")))
        self.assertTrue(any(row.strip().startswith("... ") and row.endswith(" more rows, alike ...") for row in rows))
        text = rows[rows.index("First divergence") + 1:]
        self.assertEqual(" ".join(" ".join(text[:2]).split()), DIALOGUES["unstuffed"][1][3])
        self.assertRegex(text[2], r"^  RFC 5321 section 4\.5\.2 - frame \d\d - reference: frame \d\d$")
        self.assertRegex(rows[-1], r"^differs: 1 wrong \(!\), 0 allowed \(~\), 3 environment \(\.\), \d+ steps alike$")

    def test_a_ghost_and_all_rows(self):
        done = wire("diff", "no-quit", "again", "--all", "--unicode", "--width", "132")
        rows = done.stdout.splitlines()
        self.assertEqual(done.returncode, DIFFERS)
        self.assertTrue(any(row.startswith("✗") and "(missing)" in row and row.endswith("─→ QUIT") for row in rows))
        self.assertNotIn("alike ...", done.stdout)
        self.assertIn("RFC 5321 §4.1.1.10", done.stdout)
        self.assertIn("· environment", done.stdout)
        self.assertLessEqual(max(map(len, rows)), 132)

    def test_a_recording_that_cannot_be_judged_is_not_drawn(self):
        done = wire("diff", "late", "again")
        self.assertEqual((done.returncode, done.stderr), (CANNOT_JUDGE, ""))
        self.assertTrue(done.stdout.startswith("The recording (yours)\n  late begins in the middle"))
        self.assertNotIn("|", done.stdout)
        self.assertTrue(done.stdout.endswith("\ncannot judge\n"))

    def test_help_lists_the_canonicalisers(self):
        table = (SOURCE / "tools" / "wire" / "dialogue" / "canon_line.c").read_text(encoding="utf-8")
        names = re.findall(r'\{\{"([a-z-]+)",', table)
        self.assertGreater(len(names), 3)
        told = wire("diff", "--help").stdout
        for name in names:
            self.assertRegex(told, r"\n  %s  " % name)

    def test_wrong_use_is_said_in_one_line(self):
        for words in ([], ["good"], ["good", "good", "good"], ["--width", "5", "good", "good"], ["--width"],
                      ["--frob", "good", "good"], ["missing", "good"], ["good", "."], ["good", SOURCE / "kit"]):
            with self.subTest(words):
                done = wire("diff", *words)
                self.assertEqual((done.returncode, done.stdout), (CANNOT_JUDGE, ""))
                self.assertRegex(done.stderr, r"\Awire diff: .+\n\Z")


if __name__ == "__main__":
    unittest.main()
