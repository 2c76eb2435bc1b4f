"""The lab network, for tests that need real ports: 25 on 127.0.0.2 and the like."""
import os
import sys

from smtpd import BUILD


def enter(*options):
    """Starts this program again inside the network (`wire network`), unless it runs there already.

    `options` are those of wire network. Returns inside.
    """
    if "WIRE_NETWORK" in os.environ:
        return
    (BUILD / "tests").mkdir(parents=True, exist_ok=True)
    wire = str(BUILD / "bin" / "wire")
    os.execv(wire, [wire, "network", *options, "--writable", str(BUILD / "tests"), "--", sys.executable, "-B", *sys.argv])
