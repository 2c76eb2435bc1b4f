"""Captures that were made to harm, or that nobody should have made: wire says so in one line and ends."""
import gzip
import os
import resource
import subprocess
import sys
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

import hostile_captures as made
from smtpd import BUILD, SOURCE

WIRE = str(BUILD / "bin" / "wire")
PLACE = BUILD / "tests" / "captures"
REFERENCE = SOURCE / "captures" / "01-raw-socket.pcapng"
FRAMES = list(made.conversation())
PACKETS = b"".join(map(made.packet, FRAMES))
WHOLE = made.section() + made.interface() + PACKETS
MIB = 1 << 20
SANITIZED = "asan" in str(BUILD) or "tsan" in str(BUILD)


def wire(command, file, *more):
    start = time.monotonic()
    done = subprocess.run([WIRE, command, str(file), *map(str, more)], capture_output=True, stdin=subprocess.DEVNULL,
                          timeout=200, check=False)
    return done.returncode, done.stdout, done.stderr.decode(), time.monotonic() - start


def lying_blocks():
    """Blocks whose length is not theirs, behind packets that can be read, and as the first one."""
    for length in (0, 13, 0xFFFFFFFC):
        lie = made.block(6, b"\0" * 40, length)
        yield f"block-{length:x}", WHOLE + lie, "damaged or corrupt"
        yield f"only-block-{length:x}", made.section() + made.interface() + lie, "damaged or corrupt"


# What is in the file, and what wire says of it.
CASES = [
    ("text.pcapng", b"Dear Sir,\n\nthis is no capture.\n" * 50, "isn't a capture file"),
    ("zeros", b"\0" * 100000, "damaged or corrupt"),
    ("empty", b"", "empty: nothing was recorded"),
    ("half-a-section", made.section()[:10], "isn't a capture file"),
    ("a-section-alone", made.section(), "no TCP connection"),
    ("no-packet", made.section() + made.interface(), "no TCP connection"),
    ("no-interface", made.section() + made.packet(b"abc"), "damaged or corrupt"),
    ("udp", made.section() + made.interface() + made.packet(made.udp_frame(b"hello")), "no TCP connection"),
    ("link-type-147", made.section() + made.interface(147) + PACKETS, "no TCP connection"),
    ("link-type-65535", made.section() + made.interface(65535) + PACKETS, "no TCP connection"),
    ("pcap-link-type", made.pcap_head(9999) + b"".join(map(made.pcap_packet, FRAMES)), "doesn't support"),
    ("pcap-of-nothing", made.pcap_head(), "no TCP connection"),
    ("cut-in-a-packet", WHOLE[:-20], "cut short in the middle of a packet"),
    ("packet-of-4-gib", made.section() + made.interface() + made.packet(b"abc", kept=0xFFFFFFFF), "damaged or corrupt"),
    ("pcap-packet-of-4-gib", made.pcap_head() + made.pcap_packet(b"abc", kept=0xFFFFFFFF), "cut short"),
    ("no-keys-at-all", made.section() + made.keys(bytes(range(256)) * 20) + made.interface() + PACKETS, "keys in it cannot be read"),
    ("keys-of-4-gib", made.section() + made.block(10, b"KSLT\xf0\xff\xff\xffabc") + made.interface() + PACKETS,
     "damaged or corrupt"),
    ("gzip-cut", gzip.compress(WHOLE)[:-9], "cut short"),
    ("gzip-of-noise", gzip.compress(WHOLE)[:30] + bytes(range(256)), "cannot be decompressed"),
    *lying_blocks(),
]
# Those that every command gets, and not only the first.
FEW = {"text.pcapng", "empty", "no-packet", "udp", "link-type-147", "cut-in-a-packet", "block-fffffffc", "no-keys-at-all"}


class Captures(unittest.TestCase):
    def one_line(self, command, file, result, words):
        status, out, err, _ = result
        told = f"wire {command} {file.name}: status {status}: {err!r}"
        if command == "diff" and not err:  # it judges the recording, and has more to say than a line
            self.assertIn(status, (1, 2), told)
            return self.assertRegex(out, rb"The recording|Remark on the recording", told)
        self.assertEqual(status, 2, told)
        self.assertEqual(err.count("\n"), 1, told)
        self.assertTrue(err.startswith(f"wire {command}: "), told)
        self.assertIn(file.name, err)
        return self.assertIn(words, err)

    def test_every_kind_of_damage(self):
        commands = {"show": (), "stat": (), "draw": ("-o", "-"), "diff": (REFERENCE,)}
        tried = []
        with ThreadPoolExecutor(max_workers=4) as pool:
            for name, content, words in CASES:
                file = PLACE / name
                file.write_bytes(content)
                for command, more in commands.items():
                    if command == "diff" and name == "no-keys-at-all":
                        continue  # nothing is encrypted in it: that dialogue can be judged
                    if command == "show" or name in FEW:
                        tried.append((command, file, pool.submit(wire, command, file, *more), words))
        for command, file, result, words in tried:
            with self.subTest(f"{command} {file.name}"):
                self.one_line(command, file, result.result(), words)

    def test_no_file_at_all(self):
        pipe = PLACE / "pipe"
        pipe.unlink(missing_ok=True)
        os.mkfifo(pipe)  # and nobody will ever write into it
        for file, words in ((PLACE / "missing", "no such file"), (PLACE, "not a file"), (pipe, "not a file"),
                            (PLACE / "text.pcapng" / "below", "directory")):
            for command, more in (("show", ()), ("stat", ()), ("draw", ()), ("diff", (REFERENCE,))):
                with self.subTest(f"{command} {file}"):
                    self.one_line(command, file, wire(command, file, *more), words)

    def test_what_was_there_before_the_damage_is_shown(self):
        file = PLACE / "cut"
        file.write_bytes(WHOLE[:-20])
        self.assertIn(b"220 mail.example.org", wire("show", file)[1])

    def test_too_much(self):
        """Refused before anything is taken apart."""
        sparse, streams = PLACE / "200MB", PLACE / "1000000-streams"
        with open(sparse, "wb") as file:
            file.write(WHOLE)
            file.truncate(200 * MIB)
        packet = made.packet(FRAMES[0])
        streams.write_bytes(made.section() + made.interface() + packet * 1000000)
        for file, words in ((sparse, "larger than 128 MiB"), (streams, "1000000 frames, more than 250000")):
            for command, more in (("show", ()), ("stat", ()), ("draw", ("-o", "-")), ("diff", (REFERENCE,))):
                with self.subTest(f"{command} {file.name}"):
                    self.one_line(command, file, wire(command, file, *more), words)
            file.unlink()

    def test_a_bomb(self):
        """A file of 4 MiB becomes 1 GiB of zeros, another becomes more than may be taken apart."""
        zeros = gzip.compress(made.pcap_packet(b"\0" * 262144) * 64, 1)
        file = PLACE / "bomb.gz"
        file.write_bytes(gzip.compress(made.pcap_head()) + zeros * 64)
        self.one_line("show", file, wire("show", file), "no TCP connection")
        segment = made.frame(b"250 " + b"x" * 60000, (2, 25), (1, 40000), made.ACK, 1, 1)
        text = gzip.compress(made.pcap_packet(segment) * 100, 1)
        file.write_bytes(gzip.compress(made.pcap_head()) + text * 70)
        self.one_line("show", file, wire("show", file), "more than can be taken apart")
        file.unlink()

    def test_many_streams(self):
        file = PLACE / "20000-streams"
        made.write_streams(file, 20000)
        status, out, err, _ = wire("stat", file)
        self.assertEqual((status, err), (0, ""))
        self.assertGreater(out.count(b"\n"), 20000)
        file.unlink()

    def test_a_large_one_is_taken_apart_in_bounded_memory(self):
        """The largest process of all that have run here, this one included: wire holds a capture about four times."""
        file = PLACE / "64MiB"
        made.write_large(file, 64 * MIB)
        status, out, err, _ = wire("stat", file)
        self.assertEqual((status, err), (0, ""))
        self.assertIn(b"mail.example.org", out)
        file.unlink()
        if not SANITIZED:
            self.assertLess(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024, 1024 * MIB)


def setUpModule():
    PLACE.mkdir(parents=True, exist_ok=True)


if __name__ == "__main__":
    sys.argv[1:] = sys.argv[1:] or ["-v"]
    unittest.main()
