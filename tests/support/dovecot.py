"""Dovecot as the one that checks passwords: a SASL server for Postfix. See peers.py.

    with Dovecot(directory, {"dave@example.com": "secret"}) as dovecot: ...
"""
import os
import pathlib
import subprocess

import peers

OWNER_ID, LOGIN_ID = 62030, 62031  # users of the namespace only
HOME = "/var/spool/dovecot"        # the instance, as Dovecot sees it
PORT = 12345
LIBRARIES = ":".join(f"{peers.PACKAGE}/usr/lib/dovecot" + part for part in ("", "/modules", "/modules/old-stats"))

CONFIG = """\
base_dir = {home}/run
state_dir = {home}/state
libexec_dir = {package}/usr/lib/dovecot
import_environment = LD_LIBRARY_PATH={libraries}
default_internal_user = dovecot
default_internal_group = dovecot
default_login_user = dovenull
log_path = {home}/log
protocols =
listen = {address}
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {home}/etc/passwords
}}
service auth {{
  inet_listener {{
    address = {address}
    port = {port}
  }}
}}
"""


def why_not():
    """None, or why no Dovecot can run here."""
    reason = peers.why_not("dovecot-core", "usr/sbin/dovecot", OWNER_ID)
    if reason:
        return reason
    root = peers.tree("dovecot-core", "usr/sbin/dovecot")
    environment = dict(os.environ, LD_LIBRARY_PATH=str(root / "usr/lib/dovecot"))
    version = subprocess.run([root / "usr/sbin/dovecot", "--version"], env=environment, stdout=subprocess.PIPE,
                             check=True).stdout.decode().split()[0]
    return None if version.startswith("2.3.") else f"Dovecot {version} reads another configuration than 2.3 does"


class Dovecot(peers.Server):
    """Running while in `with`; asked on TCP at address:port, in Dovecot's own protocol."""

    def __init__(self, directory, passwords, address="127.0.0.4", port=PORT):
        self.address, self.port = address, port
        self.logs = directory = pathlib.Path(directory)
        directory.mkdir()
        directory.chmod(0o755)
        peers.make(directory / "etc", 0, 0o755)
        peers.make(directory / "run", 0, 0o755)
        peers.make(directory / "state", OWNER_ID, 0o755)
        peers.write_users(directory, {"dovecot": OWNER_ID, "dovenull": LOGIN_ID})
        (directory / "etc/dovecot.conf").write_text(
            CONFIG.format(home=HOME, libraries=LIBRARIES, package=peers.PACKAGE, address=address, port=port))
        (directory / "etc/passwords").write_text("".join(f"{user}:{password}\n" for user, password in passwords.items()))
        programs = f"{peers.PACKAGE}/usr"
        # dovecot would look for doveconf where Debian has it; so doveconf starts dovecot.
        self.command = peers.sandbox(
            directory, HOME, peers.tree("dovecot-core", "usr/sbin/dovecot"),
            {"LD_LIBRARY_PATH": LIBRARIES},
            [f"{programs}/bin/doveconf", "-c", f"{HOME}/etc/dovecot.conf", "-e", f"{programs}/sbin/dovecot", "-F",
             "-c", f"{HOME}/etc/dovecot.conf"])
