"""Dovecot: as the one that checks passwords, a SASL server for Postfix, and as a POP3 server. See peers.py.

    with Dovecot(directory, {"dave@example.com": "secret"}) as dovecot: ...
    with Pop3(directory, {"bob@example.org": "secret"}, files=…) as dovecot: ...
"""
import contextlib
import os
import pathlib
import subprocess

import peers

OWNER_ID, LOGIN_ID, MAIL_ID = 62030, 62031, 62032  # users of the namespace only
HOME = "/var/spool/dovecot"        # the instance, as Dovecot sees it
STORE = "/var/spool/mail"          # the mailboxes, as Dovecot sees them
POP3 = "/var/spool/pop3"           # the package with its POP3 server, as Dovecot sees it
USR_LIB = "/var/spool/usr-lib"     # the machine's /usr/lib, as Dovecot sees it
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
listen = {address}
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {home}/etc/passwords
}}
"""

SASL = """\
protocols =
ssl = no
service auth {{
  inet_listener {{
    address = {address}
    port = {port}
  }}
}}
"""

POP3_SERVICES = """\
protocols = pop3
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
ssl = yes
ssl_cert = <{home}/etc/chain.pem
ssl_key = <{home}/etc/key.pem
mail_location = maildir:{store}/%Ld/%Ln
userdb {{
  driver = static
  args = uid={mail} gid={mail} home={store}/%Ld/%Ln
}}
service pop3-login {{
  executable = {pop3}/usr/lib/dovecot/pop3-login
  inet_listener pop3 {{
    port = {clear}
  }}
  inet_listener pop3s {{
    port = {tls}
    ssl = yes
  }}
}}
service pop3 {{
  executable = {pop3}/usr/lib/dovecot/pop3
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


def why_no_pop3():
    """None, or why no POP3 server of Dovecot's can run here."""
    if peers.tree("dovecot-pop3d", "usr/lib/dovecot/pop3") is None:
        return f"no dovecot-pop3d in {peers.BUILD / 'peers'}: run tests/interop/peers.sh"
    return why_not()


def libraries():
    """Mounts that put the package where Dovecot looks for its TLS, whatever it is told: /usr/lib/dovecot."""
    names = set(os.listdir("/usr/lib")) - {"dovecot"}
    return [("--ro-bind", "/usr/lib", USR_LIB), ("--tmpfs", "/usr/lib"),
            *(("--symlink", f"{USR_LIB}/{name}", f"/usr/lib/{name}") for name in sorted(names)),
            ("--symlink", f"{peers.PACKAGE}/usr/lib/dovecot", "/usr/lib/dovecot")]


class Dovecot(peers.Server):
    """Running while in `with`; asked on TCP at address:port, in Dovecot's own protocol."""

    services, binds = SASL, ()

    def __init__(self, directory, passwords, address="127.0.0.4", port=PORT, **values):
        self.address, self.port = address, port
        self.logs = directory = pathlib.Path(directory)
        directory.mkdir()
        directory.chmod(0o755)
        peers.make(directory / "etc", 0, 0o755)
        peers.make(directory / "run", 0, 0o755)
        peers.make(directory / "state", OWNER_ID, 0o755)
        peers.write_users(directory, {"dovecot": OWNER_ID, "dovenull": LOGIN_ID, "vmail": MAIL_ID})
        (directory / "etc/dovecot.conf").write_text((CONFIG + self.services).format(
            home=HOME, libraries=LIBRARIES, package=peers.PACKAGE, address=address, port=port, **values))
        (directory / "etc/passwords").write_text("".join(f"{user}:{password}\n" for user, password in passwords.items()))
        programs = f"{peers.PACKAGE}/usr"
        # dovecot would look for doveconf where Debian has it; so doveconf starts dovecot.
        self.command = peers.sandbox(
            directory, HOME, peers.tree("dovecot-core", "usr/sbin/dovecot"),
            {"LD_LIBRARY_PATH": LIBRARIES},
            [f"{programs}/bin/doveconf", "-c", f"{HOME}/etc/dovecot.conf", "-e", f"{programs}/sbin/dovecot", "-F",
             "-c", f"{HOME}/etc/dovecot.conf"], self.binds)


class Pop3(Dovecot):
    """Running while in `with`; listens on two ports of `address`: in clear with STLS, and TLS at once.

    directory   made anew
    passwords   {user@domain: password}
    files       chain.pem and key.pem, as {name: bytes}
    store       DOMAIN/USER below it is a Maildir, as the kit's servers have it; without it `directory`/mail.
                Dovecot reads and writes there as the user MAIL_ID: see give()
    settings    further lines of dovecot.conf
    """

    services = POP3_SERVICES

    def __init__(self, directory, passwords, files, address="127.0.0.4", ports=(110, 995), store=None, settings=""):
        directory = pathlib.Path(directory)
        self.root = pathlib.Path(store or directory / "mail")
        self.binds = [*libraries(), ("--bind", str(self.root), STORE),
                      ("--ro-bind", str(peers.tree("dovecot-pop3d", "usr/lib/dovecot/pop3")), POP3)]
        self.services += settings.replace("{", "{{").replace("}", "}}")
        super().__init__(directory, passwords, address, ports[1], mail=MAIL_ID, store=STORE, pop3=POP3, clear=ports[0],
                         tls=ports[1])
        for name, content in files.items():
            (directory / "etc" / name).write_bytes(content)
            (directory / "etc" / name).chmod(0o644)
        self.root.mkdir(exist_ok=True)
        for user in passwords:
            for part in ("", "tmp", "new", "cur"):
                (self.store(user) / part).mkdir(parents=True, exist_ok=True)
        give(self.root)

    def store(self, user):
        """The Maildir of user@domain."""
        name, _, domain = user.partition("@")
        return self.root / domain / name


def give(directory):
    """Leaves a directory and all that is in it to the user as whom Dovecot reads mail. What goes meanwhile is gone."""
    for place, _, names in os.walk(directory):
        for path in (place, *(os.path.join(place, name) for name in names)):
            with contextlib.suppress(FileNotFoundError):
                os.chown(path, MAIL_ID, MAIL_ID)
