#!/usr/bin/env python3
"""files.py COUNT [SEED]: the references as damaged files, through wire's commands, from outside.

Whatever is in a file, a command ends in time and in bounded memory, with status 0 and no word on stderr,
or with status 2 and one line that begins with its name. (wire diff can also say on stdout why it cannot
judge, and has a status of its own, 1, for captures that differ.)
"""
import os
import random
import resource
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
WIRE = Path(os.environ.get("KIT_BUILD", SOURCE / "build")) / "bin" / "wire"
REFERENCES = sorted((SOURCE / "captures").glob("*.pcapng"))
# A command with a FILE and a REFERENCE, in turn.
COMMANDS = [
    lambda file, reference: ["show", file],
    lambda file, reference: ["stat", file],
    lambda file, reference: ["diff", file, reference],
    lambda file, reference: ["show", file, "--canonical"],
    lambda file, reference: ["draw", file, "-o", "-"],
    lambda file, reference: ["diff", reference, file, "--json"],
    lambda file, reference: ["show", file, "--eavesdrop"],
    lambda file, reference: ["draw", file, reference, "--svg", "-o", "-"],
    lambda file, reference: ["stat", file, "--json"],
]
PATIENCE = 120
MEMORY_KIB = 512 << 10
EDGES = [0, 1, 4, 11, 12, 13, 16, 20, 32, 1 << 16, 1 << 20, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFC, 0xFFFFFFFF]


def blocks_of(data):
    """A pcapng file as its blocks."""
    at, blocks = 0, []
    while at < len(data):
        length = struct.unpack_from("<I", data, at + 4)[0]
        blocks.append(data[at:at + length])
        at += length
    return blocks


def change_number(chance, data):
    """Some aligned number: a length, a type, an option."""
    at = chance.randrange(len(data) // 4) * 4
    return data[:at] + struct.pack("<I", chance.choice(EDGES)) + data[at + 4:]


def change_blocks(chance, data):
    """Blocks are lost, doubled, exchanged; or a length in a block's head lies."""
    blocks = blocks_of(data)
    i, j = chance.randrange(len(blocks)), chance.randrange(len(blocks))
    kind = chance.randrange(4)
    if kind == 0:
        del blocks[i]
    elif kind == 1:
        blocks.insert(j, blocks[i])
    elif kind == 2:
        blocks[i], blocks[j] = blocks[j], blocks[i]
    else:
        field = chance.choice([0, 4, 8, 20, 24, len(blocks[i]) - 4])
        blocks[i] = blocks[i][:field] + struct.pack("<I", chance.choice(EDGES)) + blocks[i][field + 4:]
    return b"".join(blocks)


def change_bytes(chance, data):
    data = bytearray(data)
    for _ in range(chance.randrange(1, 9)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data)


def cut(chance, data):
    return data[:chance.randrange(1, len(data))]


def shift(chance, data):
    """Some bytes too many, or too few, so that nothing behind them is where it should be."""
    at = chance.randrange(len(data))
    if chance.randrange(2):
        return data[:at] + chance.randbytes(chance.randrange(1, 40)) + data[at:]
    return data[:at] + data[at + chance.randrange(1, 40):]


def as_pcap(chance, data):
    """The older format; its numbers lie."""
    packets = b"".join(block[12:20] + block[20:-4] for block in blocks_of(data) if block[:4] == b"\6\0\0\0")
    return change_number(chance, struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1) + packets)


def mutation(seed, number):
    """What is in the file, and which reference it was."""
    chance = random.Random(seed * 1000003 + number)
    reference = chance.choice(REFERENCES)
    change = chance.choice([change_number, change_blocks, change_blocks, change_bytes, cut, shift, as_pcap])
    return change(chance, reference.read_bytes()) or b"\n", reference


def complaint(command, status, out, err):
    """What is wrong with how a command ended, or None."""
    if status == 0 or (status == 1 and command == "diff"):
        return f"words with status {status}" if err else None
    if status != 2:
        return f"status {status}"
    lines = err.decode(errors="backslashreplace").splitlines()
    if command == "diff" and not lines and out:
        return None
    if len(lines) != 1 or not lines[0].startswith(f"wire {command}: "):
        return "not one line"
    return None if lines[0].isprintable() and len(lines[0]) < 500 else "an unreadable line"


def attempt(seed, number, directory):
    """Runs one command over one mutation: its status, what is wrong, and how long it took."""
    data, reference = mutation(seed, number)
    file = Path(directory) / f"{number}.pcapng"
    file.write_bytes(data)
    words = COMMANDS[number % len(COMMANDS)](file, reference)
    start = time.monotonic()
    try:
        ended = subprocess.run([WIRE, *words], capture_output=True, stdin=subprocess.DEVNULL, timeout=PATIENCE,
                               check=False)
        wrong = complaint(words[0], ended.returncode, ended.stdout, ended.stderr)
        status, err = ended.returncode, ended.stderr
    except subprocess.TimeoutExpired:
        status, wrong, err = -signal.SIGKILL, "no end", b""
    if wrong is None:
        file.unlink()
    else:
        wrong = f"mutation {number} of seed {seed}: {wrong}: wire {' '.join(map(str, words))}\n{err.decode()[:2000]}"
    return status, wrong, time.monotonic() - start


def main():
    count = int(sys.argv[1])
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    print(f"{count} mutations, seed {seed}", flush=True)
    directory = tempfile.mkdtemp(prefix="wire-fuzz-")
    with ThreadPoolExecutor(max_workers=2) as pool:
        results = list(pool.map(lambda number: attempt(seed, number, directory), range(count)))
    failures = [wrong for _, wrong, _ in results if wrong is not None]
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print("by status:", dict(sorted(Counter(status for status, _, _ in results).items())))
    print(f"the longest took {max(seconds for _, _, seconds in results):.1f} s, the largest {memory >> 10} MiB")
    for failure in failures[:10]:
        print(failure)
    if memory > MEMORY_KIB and "asan" not in str(WIRE):
        failures.append("memory")
        print(f"a process had more than {MEMORY_KIB >> 10} MiB")
    if failures:
        sys.exit(f"{len(failures)} failures; the files are in {directory}")
    os.rmdir(directory)


main()
