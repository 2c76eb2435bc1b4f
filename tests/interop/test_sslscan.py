"""sslscan, which tries every version, cipher and group of TLS, at ports 465 and 587 of smtpd: nothing below TLS
1.2, nothing but ciphers that authenticate what they encrypt, with keys that are thrown away (RFC 9325 §4), no
compression, no renegotiation, no Heartbleed, and a certificate without a flaw.
"""
import subprocess
import unittest
import xml.etree.ElementTree as xml

from submission import HOSTNAME, PORTS
from support import BUILD, PATIENCE, require

from smtpd import Smtpd

SSLSCAN = require("sslscan", "sslscan")

TLS_1_3 = {"TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256"}
TLS_1_2 = {"ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-ECDSA-AES128-GCM-SHA256"}


def scan(port, *options):
    """What sslscan writes about a port, as a tree."""
    done = subprocess.run([SSLSCAN, "--xml=-", "--show-sigs", *options, "%s:%d" % (HOSTNAME, port)],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=PATIENCE, check=True)
    return xml.fromstring(done.stdout).find("ssltest")


class Scan(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        certificate = BUILD / "lab/tls/mail"
        server = Smtpd(tls=True, options=(
            "smtpd.submission=127.0.0.2:587", "smtpd.submissions=127.0.0.2:465",
            "mail.certificate=%s.pem" % certificate, "mail.key=%s.key" % certificate))
        with server:
            cls.found = {"tls": scan(PORTS["tls"]), "starttls": scan(PORTS["starttls"], "--starttls-smtp")}

    def each(self, name):
        """The elements of this name, of both ports; of each port at least one."""
        elements = {port: found.findall(name) for port, found in self.found.items()}
        self.assertTrue(all(elements.values()), "sslscan says nothing of %s: %s" % (name, elements))
        return [element for port in elements.values() for element in port]

    def test_versions(self):
        for found in self.found.values():
            enabled = {(each.get("type"), each.get("version")): each.get("enabled") for each in found.findall("protocol")}
            self.assertEqual(enabled, {("ssl", "2"): "0", ("ssl", "3"): "0", ("tls", "1.0"): "0", ("tls", "1.1"): "0",
                                       ("tls", "1.2"): "1", ("tls", "1.3"): "1"})

    def test_ciphers(self):
        for found in self.found.values():
            for version, wanted in (("TLSv1.3", TLS_1_3), ("TLSv1.2", TLS_1_2)):
                accepted = {each.get("cipher") for each in found.findall("cipher") if each.get("sslversion") == version}
                self.assertEqual(accepted, wanted)
            self.assertLessEqual({each.get("strength") for each in found.findall("cipher")}, {"strong", "acceptable"})

    def test_groups(self):
        for group in self.each("group"):
            self.assertNotIn("ffdhe", group.get("name"))
            self.assertGreaterEqual(int(group.get("bits")), 128)

    def test_signatures(self):
        for signature in self.each("connection-signature-algorithm"):
            self.assertEqual(signature.get("name"), "ecdsa_secp256r1_sha256")

    def test_holes(self):
        for renegotiation in self.each("renegotiation"):
            self.assertFalse(renegotiation.get("supported") == "1" and renegotiation.get("secure") == "0")
        for heartbleed in self.each("heartbleed"):
            self.assertEqual(heartbleed.get("vulnerable"), "0")
        for found in self.found.values():
            for compression in found.findall("compression"):
                self.assertEqual(compression.get("supported"), "0")

    def test_certificate(self):
        for certificate in self.each("certificates/certificate"):
            said = {each.tag: each.text for each in certificate}
            self.assertEqual(said["signature-algorithm"], "ecdsa-with-SHA256")
            self.assertEqual((said["self-signed"], said["expired"]), ("false", "false"))
            self.assertIn("DNS:%s" % HOSTNAME, said["altnames"])
            key = certificate.find("pk")
            self.assertEqual((key.get("error"), key.get("type")), ("false", "EC"))
            self.assertGreaterEqual(int(key.get("bits")), 128)


if __name__ == "__main__":
    unittest.main(verbosity=2)
