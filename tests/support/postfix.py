"""A real Postfix for one test: started, used, gone.

See peers.py. Configuration, queue, data and log lie in one directory that the caller names; Postfix sees it as
/var/spool/postfix, so that its daemons, which are not root, reach it wherever the clone lies.
"""
import os
import pathlib
import subprocess

import peers

ROOT = peers.tree("postfix", "usr/sbin/smtp-source")

# Users of the namespace only. Debian reserves these numbers, so no one else has them.
OWNER_ID, POSTDROP_ID, MAIL_ID = 62025, 62026, 62027

HOME = "/var/spool/postfix"  # the instance, as Postfix sees it
PACKAGE = peers.PACKAGE      # ROOT, as Postfix sees it

MAIN_CF = """\
compatibility_level = 3.6
myhostname = {hostname}
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = loopback-only
inet_protocols = ipv4
smtp_dns_support_level = disabled
smtpd_peername_lookup = no
smtputf8_enable = yes
message_size_limit = 52428800
mailbox_size_limit = 0
virtual_mailbox_limit = 0
virtual_mailbox_domains = {domain}
virtual_mailbox_base = {home}/store
virtual_mailbox_maps = inline:{{ {mailboxes} }}
virtual_uid_maps = static:{mail}
virtual_gid_maps = static:{mail}
alias_maps =
alias_database =
biff = no
queue_directory = {home}/queue
data_directory = {home}/data
command_directory = {package}/usr/sbin
daemon_directory = {package}/usr/lib/postfix/sbin
shlib_directory = {package}/usr/lib/postfix
meta_directory = {home}/etc
import_environment = MAIL_CONFIG LD_LIBRARY_PATH POSTLOG_SERVICE POSTLOG_HOSTNAME
mail_owner = postfix
setgid_group = postdrop
maillog_file = {log}
maillog_file_prefixes = {home}
"""

# Debian's master.cf without the transports that nobody uses here, and without chroot.
MASTER_CF = """\
{address}:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
"""

QUEUES = ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming",
          "private", "saved", "trace")


def why_not():
    """None, or why no Postfix can run here, in words for a skipped test."""
    return peers.why_not("postfix", "usr/sbin/postfix", OWNER_ID)


class Postfix:
    """A running Postfix: with Postfix(directory, ...) as postfix: ...

    directory   made anew; holds all that Postfix writes, and store/NAME/ is the Maildir of NAME
    address     what it listens on; the network should be the test's own
    domain      whose mail it takes, for each of `users`
    log         whether it writes directory/log (without it, it logs nowhere)
    settings    further lines of main.cf
    services    further lines of master.cf
    files       further files of etc/, as {name: bytes}, which main.cf can name as HOME/etc/name
    """

    def __init__(self, directory, address="127.0.0.4", port=25, hostname="mx.example.com",
                 domain="example.com", users=("dave", "erin"), log=True, settings="",
                 services="", files=()):
        self.directory = pathlib.Path(directory)
        self.address, self.port = address, port
        self._make_directories(users)
        mailboxes = ", ".join(f"{{ {user}@{domain} = {user}/ }}" for user in users)
        etc = self.directory / "etc"
        (etc / "main.cf").write_text(MAIN_CF.format(
            hostname=hostname, domain=domain, mailboxes=mailboxes, home=HOME,
            package=PACKAGE, mail=MAIL_ID, log=f"{HOME}/log" if log else "") + settings)
        os.utime(etc / "main.cf", (0, 0))  # Postfix waits while it is only seconds old
        (etc / "master.cf").write_text(MASTER_CF.format(address=address, port=port) + services)
        for name, content in dict(files).items():
            (etc / name).write_bytes(content)
        users = {"postfix": OWNER_ID, "postdrop": POSTDROP_ID, "vmail": MAIL_ID}
        peers.write_users(self.directory, users)

    def _make_directories(self, users):
        self.directory.mkdir()
        self._make("etc", 0, 0o755)
        self._make("queue", 0, 0o755)
        self._make("queue/pid", 0, 0o755)
        for queue in QUEUES:
            self._make(f"queue/{queue}", OWNER_ID, 0o700)
        self._make("queue/maildrop", OWNER_ID, 0o730, POSTDROP_ID)
        self._make("queue/public", OWNER_ID, 0o710, POSTDROP_ID)
        self._make("data", OWNER_ID, 0o700)
        self._make("store", MAIL_ID, 0o755)
        for user in users:
            for part in ("", "/tmp", "/new", "/cur"):
                self._make(f"store/{user}{part}", MAIL_ID, 0o755)
        self.directory.chmod(0o755)

    def _make(self, name, owner, mode, group=None):
        peers.make(self.directory / name, owner, mode, group)

    def __enter__(self):
        # `master -w` returns when every port is open. It goes on in the background, and cat keeps
        # the namespace alive until our end of its input closes: then the kernel ends all of it.
        environment = {"MAIL_CONFIG": f"{HOME}/etc", "POSTLOG_SERVICE": "postlog", "POSTLOG_HOSTNAME": "localhost",
                       "LD_LIBRARY_PATH": f"{PACKAGE}/usr/lib/postfix"}
        command = peers.sandbox(self.directory, HOME, ROOT, environment, [
            "sh", "-c", f"{PACKAGE}/usr/lib/postfix/sbin/master -w && echo ready && exec cat"])
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         stderr=subprocess.PIPE)
        if self._process.stdout.readline() != b"ready\n":
            _, errors = self._process.communicate()
            raise RuntimeError(f"Postfix does not start: {errors.decode()}{self.log_text()}")
        return self

    def __exit__(self, *_):
        self._process.communicate()

    def log_text(self):
        """What it logged so far."""
        log = self.directory / "log"
        return log.read_text(errors="replace") if log.exists() else ""

    def store(self, user):
        """The Maildir of a user."""
        return self.directory / "store" / user


def has_tools():
    """Whether Postfix's programs are there; smtp-source and smtp-sink need nothing more."""
    return ROOT is not None


def tool(name):
    """The command and the environment to run one of Postfix's own programs: smtp-source, ..."""
    environment = dict(os.environ, LD_LIBRARY_PATH=str(ROOT / "usr/lib/postfix"))
    return str(ROOT / "usr/sbin" / name), environment
