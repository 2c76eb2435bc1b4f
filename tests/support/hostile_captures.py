"""Captures made by hand: pcap and pcapng, right and wrong, block by block."""
import gzip
import struct

ETHERNET = 1
SYN, ACK, PSH, FIN = 0x02, 0x10, 0x08, 0x01


def block(kind, body, length=None):
    """A pcapng block; `length` lies about it."""
    body += b"\0" * (-len(body) % 4)
    size = struct.pack("<I", len(body) + 12 if length is None else length)
    return struct.pack("<I", kind) + size + body + size


def section():
    return block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))


def interface(link_type=ETHERNET):
    return block(1, struct.pack("<HHI", link_type, 0, 262144))


def keys(text):
    return block(10, struct.pack("<II", 0x544C534B, len(text)) + text)


def packet(data, time=0, kept=None):
    """`kept` lies about how many bytes are here."""
    head = struct.pack("<IIIII", 0, time >> 32, time & 0xFFFFFFFF, len(data) if kept is None else kept, len(data))
    return block(6, head + data)


def pcap_head(link_type=ETHERNET):
    return struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, link_type)


def pcap_packet(data, time=0, kept=None):
    return struct.pack("<IIII", time // 1000000, time % 1000000, len(data) if kept is None else kept, len(data)) + data


def frame(payload, source, destination, flags, sequence, acknowledgment):
    """An Ethernet frame with a TCP segment; an end is (last byte of the address, port)."""
    tcp = struct.pack("!HHIIBBHHH", source[1], destination[1], sequence & 0xFFFFFFFF, acknowledgment & 0xFFFFFFFF,
                      0x50, flags, 65535, 0, 0)
    ip = struct.pack("!BBHHHBBHII", 0x45, 0, 20 + len(tcp) + len(payload), 0, 0, 64, 6, 0, 0x7F000000 + source[0],
                     0x7F000000 + destination[0])
    return b"\0" * 12 + b"\x08\0" + ip + tcp + payload


def udp_frame(payload):
    ip = struct.pack("!BBHHHBBHII", 0x45, 0, 28 + len(payload), 0, 0, 64, 17, 0, 0x7F000001, 0x7F000002)
    return b"\0" * 12 + b"\x08\0" + ip + struct.pack("!HHHH", 4000, 53, 8 + len(payload), 0) + payload


def conversation(client_port=40000, replies=(b"220 mail.example.org\r\n",)):
    """The frames of a connection in which only the server speaks."""
    client, server = (1, client_port), (2, 25)
    yield frame(b"", client, server, SYN, 0, 0)
    yield frame(b"", server, client, SYN | ACK, 0, 1)
    yield frame(b"", client, server, ACK, 1, 1)
    at = 1
    for reply in replies:
        yield frame(reply, server, client, PSH | ACK, at, 1)
        at += len(reply)
    yield frame(b"", server, client, FIN | ACK, at, 1)
    yield frame(b"", client, server, FIN | ACK, 1, at + 1)


def write_large(path, size):
    """A capture of one connection, so many bytes of it payload, in segments of 32 KiB."""
    piece = (b"250-" + b"x" * 60 + b"\r\n") * 496
    with open(path, "wb") as file:
        file.write(section() + interface())
        for data in conversation(replies=(piece for _ in range(size // len(piece) + 1))):
            file.write(packet(data))


def write_streams(path, count):
    """A capture of so many connections: the first segment of each."""
    with open(path, "wb") as file:
        file.write(section() + interface())
        for i in range(count):
            file.write(packet(frame(b"", (3 + i // 60000, 1024 + i % 60000), (2, 25), SYN, 0, 0), i))


def write_bomb(path, size):
    """`size` bytes of zeros behind the head of a pcap file, in the last packet; compressed to a thousandth."""
    with gzip.open(path, "wb", compresslevel=9) as file:
        file.write(pcap_head())
        data = b"\0" * 262144
        for _ in range(size // len(data)):
            file.write(pcap_packet(data))
