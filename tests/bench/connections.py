"""Many connections to smtpd at once: what an idle one costs, and whether all of them can deliver."""
import asyncio
import re
import socket
import time
from pathlib import Path

from smtpd import Smtpd

MESSAGE = b"Subject: one of many\r\n\r\n" + b"x" * 76 + b"\r\n"


def is_open(host, port):
    """Whether somebody listens there."""
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) == 0


def memory(pid):
    """Resident and proportional memory of a process, in KiB."""
    text = Path("/proc/%d/smaps_rollup" % pid).read_text(encoding="ascii")
    return tuple(int(re.search(r"^%s:\s+(\d+) kB" % field, text, re.M).group(1)) for field in ("Rss", "Pss"))


async def reply(reader):
    """The code of the next reply."""
    while True:
        line = await reader.readline()
        if line[3:4] != b"-":
            return int(line[:3] or 0)


async def ask(peer, command, code):
    reader, writer = peer
    writer.write(command + b"\r\n")
    got = await reply(reader)
    assert got == code, "%r was answered with %d" % (command[:40], got)


async def arrive(server):
    """Connects and says EHLO."""
    peer = await asyncio.open_connection(server.host, server.port)
    assert await reply(peer[0]) == 220
    await ask(peer, b"EHLO client.example.org", 250)
    return peer


async def deliver(peer):
    await ask(peer, b"MAIL FROM:<alice@example.org>", 250)
    await ask(peer, b"RCPT TO:<bob@example.org>", 250)
    await ask(peer, b"DATA", 354)
    await ask(peer, MESSAGE + b".", 250)


async def crowd(server, count):
    before = memory(server.process.pid)
    peers = []
    # A hundred at a time: how long the queue of connections not yet accepted may grow is no matter here.
    for begin in range(0, count, 100):
        batch = range(begin, min(begin + 100, count))
        peers += await asyncio.gather(*(arrive(server) for _ in batch))
    idle = memory(server.process.pid)

    begin = time.perf_counter()
    await asyncio.gather(*(deliver(peer) for peer in peers))
    seconds = time.perf_counter() - begin
    for _, writer in peers:
        writer.close()
    rss, pss = ((after - start) / count for after, start in zip(idle, before))
    return {"connections": count, "rss": rss, "pss": pss, "seconds": seconds}


def measure(count):
    """The figures of so many connections at once, as a dictionary."""
    room = count + 50
    server = Smtpd(options=("smtpd.connections=%d" % room, "smtpd.per-address=%d" % room))
    with server:
        result = asyncio.run(crowd(server, count))
        status = Path("/proc/%d/status" % server.process.pid).read_text(encoding="ascii")
        result["peak"] = int(re.search(r"VmHWM:\s+(\d+)", status).group(1))
        result["stored"] = len(server.messages("bob"))
    return result
