"""A password in clear never crosses a network: AUTH without TLS is for clients on this machine, whatever the
configuration says. Runs in the lab network, where loopback gets an address that is none of 127.0.0.0/8.
"""
import fcntl
import socket
import struct
import sys
import unittest

import network
from smtpd import PASSWORD, Peer, Smtpd, client_tls, expect
from smtpd_auth import RIGHT

ELSEWHERE = "192.0.2.7"  # RFC 5737: nobody's
SIOCSIFADDR = 0x8916


def add_address(address):
    """As `ip address add ADDRESS dev lo`: netdevice(7)."""
    ifreq = struct.pack("16sHH4s8s", b"lo:1", socket.AF_INET, 0, socket.inet_aton(address), b"")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SIOCSIFADDR, ifreq)


class ClearAuth(unittest.TestCase):
    def test_off_loopback(self):
        options = ("smtpd.clear-auth=yes", "smtpd.submission=*:587", "smtpd.listen=*:25")
        with Smtpd(options=options, tls=True) as server:
            for port in (25, 587):
                with Peer("127.0.0.1", port) as peer:
                    expect("220", peer.reply())
                    self.assertEqual(peer.offers()["AUTH"], "PLAIN LOGIN")
                for name in ("client.example.org", "localhost", "[127.0.0.1]"):  # what it says of itself is nothing
                    with Peer(ELSEWHERE, port, ELSEWHERE) as peer:
                        expect("220", peer.reply())
                        self.assertNotIn("AUTH", peer.offers(name))
                        for command in ("AUTH PLAIN", "AUTH LOGIN", "AUTH PLAIN " + RIGHT):
                            expect("538 5.7.11", peer.ask(command))
                        self.assertIn("AUTH", peer.starttls(client_tls()).offers(name))
                        expect("235 2.7.0", peer.ask("AUTH PLAIN " + RIGHT))
            self.assertNotIn(PASSWORD, server.log())


if __name__ == "__main__":
    network.enter()
    try:
        add_address(ELSEWHERE)
    except PermissionError as error:
        print("skipped: no address can be added here, since this is no network of its own (%s)" % error)
        sys.exit(77)
    unittest.main()
