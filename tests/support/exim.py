"""Exim as a submission server, with GnuTLS as its TLS. See peers.py.

    with Exim(directory, address, hostname, domain, users, passwords, files) as exim: ...
"""
import pathlib

import peers

OWNER_ID = 62035           # a user of the namespace only
HOME = "/var/spool/exim4"  # the instance, as Exim sees it

CONFIG = """\
primary_hostname = {hostname}
exim_path = {package}/usr/sbin/exim4
spool_directory = {home}/spool
log_file_path = {home}/%slog
pid_file_path = {home}/spool/exim.pid
local_interfaces = <; [{address}]:587 ; [{address}]:465
tls_on_connect_ports = 465
tls_advertise_hosts = *
tls_certificate = {home}/etc/chain.pem
tls_privatekey = {home}/etc/key.pem
auth_advertise_hosts = ${{if def:tls_in_cipher{{*}}}}
acl_smtp_rcpt = rcpt
acl_smtp_data = data
host_lookup =
rfc1413_hosts =
disable_ipv6
keep_environment =
deliver_drop_privilege
message_size_limit = 50M

begin acl
rcpt:
  deny !authenticated = *
       message = log in first
  accept domains = {domain}
         local_parts = {users}
  deny message = no such mailbox
data:
  accept

begin routers
mailbox:
  driver = accept
  local_parts = {users}
  transport = maildir

begin transports
maildir:
  driver = appendfile
  maildir_format
  directory = {home}/store/$local_part_data
  message_prefix =
  message_suffix =

begin authenticators
{authenticators}"""

AUTHENTICATORS = {
    "PLAIN": """\
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${if eq{$auth3}{${lookup{$auth2}lsearch{HOME/etc/passwords}{$value}fail}}}
  server_set_id = $auth2
""".replace("HOME", HOME),
    "LOGIN": """\
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = Username:: : Password::
  server_condition = ${if eq{$auth2}{${lookup{$auth1}lsearch{HOME/etc/passwords}{$value}fail}}}
  server_set_id = $auth1
""".replace("HOME", HOME),
}


def why_not():
    """None, or why no Exim can run here."""
    return peers.why_not("exim4-daemon-light", "usr/sbin/exim4", OWNER_ID)


class Exim(peers.Server):
    """Running while in `with`; listens on ports 587 (STARTTLS) and 465 (TLS).

    directory   made anew; store/NAME/ is the Maildir of NAME
    passwords   {user: password} of those who may send
    mechanisms  "PLAIN", "LOGIN", or both with a blank between them
    files       etc/chain.pem and etc/key.pem, as {name: bytes}
    """

    def __init__(self, directory, address, hostname, domain, users, passwords, files, mechanisms="PLAIN LOGIN"):
        self.address, self.port = address, 465
        self.logs = self.directory = directory = pathlib.Path(directory)
        peers.make(directory, OWNER_ID, 0o755)
        peers.make(directory / "etc", 0, 0o755)
        peers.make(directory / "spool", OWNER_ID, 0o750)
        peers.make(directory / "store", OWNER_ID, 0o755)
        for user in users:
            for part in ("", "tmp", "new", "cur"):
                peers.make(directory / "store" / user / part, OWNER_ID, 0o755)
        peers.write_users(directory, {"Debian-exim": OWNER_ID})
        (directory / "etc/exim.conf").write_text(CONFIG.format(
            hostname=hostname, package=peers.PACKAGE, home=HOME, address=address, domain=domain, users=" : ".join(users),
            authenticators="".join(AUTHENTICATORS[name] for name in mechanisms.split())))
        lines = "".join(f"{user}: {password}\n" for user, password in passwords.items())
        for name, content in {**files, "passwords": lines.encode()}.items():
            (directory / "etc" / name).write_bytes(content)
            (directory / "etc" / name).chmod(0o644)
        self.command = peers.sandbox(
            directory, HOME, peers.tree("exim4-daemon-light", "usr/sbin/exim4"), {},
            [f"{peers.PACKAGE}/usr/sbin/exim4", "-C", f"{HOME}/etc/exim.conf", "-bdf"])

    def store(self, user):
        """The Maildir of a user."""
        return self.directory / "store" / user
