"""Waits for messages in a Maildir without looking again and again: inotify(7), through the C library."""
import ctypes
import os
import select
import struct
import time

IN_MOVED_TO, IN_CREATE = 0x80, 0x100
EVENT = struct.Struct("iIII")
LIBC = ctypes.CDLL(None, use_errno=True)


class Watch:
    """The messages that arrive in MAILDIR/new from now on."""

    def __init__(self, maildir):
        self.descriptor = LIBC.inotify_init1(os.O_CLOEXEC)
        if self.descriptor < 0 or LIBC.inotify_add_watch(
            self.descriptor, os.fsencode(maildir / "new"), IN_MOVED_TO | IN_CREATE
        ) < 0:
            raise OSError(ctypes.get_errno(), "inotify: %s" % os.strerror(ctypes.get_errno()))
        self.arrived = 0

    def wait_for(self, count, seconds):
        """Until `count` messages have arrived since the beginning, or the time is over. Whether they have."""
        until = time.monotonic() + seconds
        while self.arrived < count:
            if not select.select([self.descriptor], [], [], max(0, until - time.monotonic()))[0]:
                return False
            events, at = os.read(self.descriptor, 65536), 0
            while at < len(events):
                at += EVENT.size + EVENT.unpack_from(events, at)[3]
                self.arrived += 1
        return True

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.descriptor)
