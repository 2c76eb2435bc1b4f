"""Captures taken apart and put together anew: what a capture program might have left of a recording.

    packets = read("all.pcapng")                     # pcapng as wire writes it, Ethernet on loopback
    one = [p for p in packets if p.port(25)]
    write("late.pcapng", one[5:])                    # or write_pcap(…, link="cooked")
"""
import struct
from typing import NamedTuple

ETHERNET, RAW, COOKED, LOOPBACK = 1, 101, 113, 0  # LINKTYPE_ numbers
LINKS = {"ethernet": ETHERNET, "raw": RAW, "cooked": COOKED, "loopback": LOOPBACK}


class Packet(NamedTuple):
    time: int  # nanoseconds since 1970
    ip: bytes  # the IPv4 packet

    @property
    def protocol(self):
        return self.ip[9]

    @property
    def transport(self):
        return self.ip[(self.ip[0] & 15) * 4:]

    @property
    def ports(self):
        return struct.unpack(">HH", self.transport[:4])

    @property
    def payload(self):
        """Of TCP."""
        return self.transport[(self.transport[12] >> 4) * 4:]

    def of(self, port):
        return self.protocol == 6 and port in self.ports


def read(path):
    """The packets of a pcapng file with Ethernet frames and IPv4, in this machine's byte order."""
    with open(path, "rb") as file:
        content = file.read()
    packets, at = [], 0
    while at < len(content):
        kind, length = struct.unpack_from("=II", content, at)
        if kind == 6:  # Enhanced Packet Block; wire writes times in nanoseconds
            high, low, kept = struct.unpack_from("=III", content, at + 12)
            frame = content[at + 28:at + 28 + kept]
            if frame[12:14] == b"\x08\x00":
                packets.append(Packet(high << 32 | low, frame[14:]))
        at += length
    return packets


def framed(packet, link):
    if link == "ethernet":
        return bytes(12) + b"\x08\x00" + packet.ip
    if link == "cooked":  # Linux "any": type, ARPHRD, address length, address, protocol
        return struct.pack(">HHH8sH", 0, 772, 6, b"", 0x800) + packet.ip
    if link == "loopback":  # BSD
        return struct.pack("=I", 2) + packet.ip
    return packet.ip


def write_pcap(path, packets, link="ethernet", snap=262144, nano=False):
    """As tcpdump -w writes it; `snap` is its -s."""
    with open(path, "wb") as file:
        file.write(struct.pack("=IHHiIII", 0xA1B23C4D if nano else 0xA1B2C3D4, 2, 4, 0, 0, snap, LINKS[link]))
        for packet in packets:
            frame = framed(packet, link)
            seconds, rest = divmod(packet.time, 10**9)
            file.write(struct.pack("=IIII", seconds, rest if nano else rest // 1000, min(snap, len(frame)), len(frame)))
            file.write(frame[:snap])
    return path


def block(kind, body):
    body += bytes(-len(body) % 4)
    length = struct.pack("=I", len(body) + 12)
    return struct.pack("=I", kind) + length + body + length


def write(path, packets, link="ethernet", keys=b""):
    """As Wireshark and dumpcap write it; `keys` is the content of a TLS key log."""
    with open(path, "wb") as file:
        file.write(block(0x0A0D0D0A, struct.pack("=IHHq", 0x1A2B3C4D, 1, 0, -1)))
        if keys:
            file.write(block(10, struct.pack("=II", 0x544C534B, len(keys)) + keys))
        resolution = struct.pack("=HHB3xHH", 9, 1, 9, 0, 0)  # times in nanoseconds
        file.write(block(1, struct.pack("=HHI", LINKS[link], 0, 262144) + resolution))
        for packet in packets:
            frame = framed(packet, link)
            file.write(block(6, struct.pack("=IIIII", 0, packet.time >> 32, packet.time & 0xFFFFFFFF, len(frame),
                                            len(frame)) + frame))
    return path


def datagram(time, source, destination, data):
    """A UDP packet over IPv4; `source` and `destination` are (address, port)."""
    udp = struct.pack(">HHHH", source[1], destination[1], 8 + len(data), 0) + data
    addresses = b"".join(bytes(map(int, host.split("."))) for host, _ in (source, destination))
    return Packet(time, struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0) + addresses + udp)
