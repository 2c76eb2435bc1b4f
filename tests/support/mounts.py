"""Mounts of a test's own, for disks that are full or read-only."""
import subprocess

REMEDY = ("no mount namespace may be made here. Run it as root, or allow user namespaces: "
          "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu), kernel.unprivileged_userns_clone=1")


def namespace():
    """The command that gives a program mounts of its own, or None."""
    for command in (["unshare", "--mount"], ["unshare", "--map-root-user", "--mount"]):
        try:
            if subprocess.run([*command, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True).returncode == 0:
                return command
        except FileNotFoundError:
            pass
    return None
