"""Folders, tar and zip files as lists of members that can be read, each up to a limit.

Bounds: on the number of members, on the bytes that decompressing may give, on the length of names.
A member that is a link, a device or the like has no content; a name that leads outside is Damaged.
"""

from __future__ import annotations

import dataclasses
import functools
import gzip
import os
import pathlib
import stat
import tarfile
import typing
import zipfile
import zlib

MEMBERS_LIMIT = 20_000
UNPACKED_LIMIT = 1 << 30  # a stream is not read beyond that
ARCHIVE_LIMIT = 512 << 20
NAME_LIMIT = 1024

ENDINGS = (".tar.gz", ".tgz", ".tar", ".zip")


class Damaged(Exception):
    """One sentence for the instructor and the student."""


@dataclasses.dataclass
class Member:
    path: str  # with "/", relative
    kind: str  # "file", or in words what else: "a symbolic link"
    read: typing.Callable  # read(limit) is its bytes, None if there are more than `limit`


def stem(entry: pathlib.Path) -> str | None:
    """The student's name; None: neither a folder nor an archive."""
    if entry.is_dir() or entry.is_symlink():
        return entry.name
    for ending in ENDINGS:
        if entry.name.lower().endswith(ending) and len(entry.name) > len(ending):
            return entry.name[: -len(ending)]
    return None


def members(entry: pathlib.Path) -> typing.Iterator[Member]:
    if entry.is_symlink():
        raise Damaged("it is a symbolic link, which is not followed")
    if entry.is_dir():
        yield from _bounded(_folder(entry))
        return
    if not entry.is_file():
        raise Damaged("it is neither a folder nor a file")
    if entry.stat().st_size > ARCHIVE_LIMIT:
        raise Damaged(f"the archive is larger than {ARCHIVE_LIMIT >> 20} MiB")
    source = _zip if entry.name.lower().endswith(".zip") else _tar
    try:
        for member in _bounded(source(entry)):
            member.read = functools.partial(_read_packed, member.read)
            yield member
    except BROKEN as error:
        raise Damaged(f"the archive is damaged: {error}") from error


# What the modules for archives raise when they do not understand one.
BROKEN = (tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError,
          RuntimeError, OverflowError)


def _read_packed(read: typing.Callable, limit: int) -> bytes | None:
    try:
        return read(limit)
    except BROKEN as error:
        raise Damaged(f"the archive is damaged: {error}") from error


def _bounded(source: typing.Iterator[Member]) -> typing.Iterator[Member]:
    for count, member in enumerate(source, 1):
        if count > MEMBERS_LIMIT:
            raise Damaged(f"it has more than {MEMBERS_LIMIT} files")
        if len(member.path) > NAME_LIMIT:
            raise Damaged(f"a name in it is longer than {NAME_LIMIT} letters")
        path = member.path.replace("\\", "/")
        if path.startswith("/") or ".." in path.split("/") or "\0" in path:
            raise Damaged(f"a name in it leads outside: {path[:100]}")
        member.path = "/".join(part for part in path.split("/") if part not in ("", "."))
        if member.path:
            yield member


def _at_most(stream, limit: int) -> bytes | None:
    content = stream.read(limit + 1)
    return content if len(content) <= limit else None


KINDS = {stat.S_IFLNK: "a symbolic link", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket",
         stat.S_IFCHR: "a device", stat.S_IFBLK: "a device"}


def _folder(root: pathlib.Path) -> typing.Iterator[Member]:
    for directory, folders, names in os.walk(root, onerror=None, followlinks=False):
        folders[:] = sorted(name for name in folders if name != ".git")
        for name in sorted(names) + [name for name in folders if os.path.islink(os.path.join(directory, name))]:
            path = os.path.join(directory, name)
            try:
                kind = KINDS.get(stat.S_IFMT(os.lstat(path).st_mode), "file")
            except OSError:
                continue
            yield Member(os.path.relpath(path, root), kind, lambda limit, path=path: _read_file(path, limit))


def _read_file(path: str, limit: int) -> bytes | None:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise Damaged(f"{os.path.basename(path)} cannot be read: {error.strerror}") from error
    with os.fdopen(handle, "rb") as stream:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            return b""
        return _at_most(stream, limit)


class _Metered:
    """A stream that gives up when more comes out of it than is reasonable."""

    def __init__(self, stream):
        self.stream, self.left = stream, UNPACKED_LIMIT

    def read(self, size: int = -1) -> bytes:
        content = self.stream.read(size if 0 <= size <= 1 << 20 else 1 << 20)
        self.left -= len(content)
        if self.left < 0:
            raise Damaged(f"it unpacks to more than {UNPACKED_LIMIT >> 20} MiB")
        return content


def _tar(entry: pathlib.Path) -> typing.Iterator[Member]:
    with open(entry, "rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        stream = _Metered(gzip.GzipFile(fileobj=raw) if packed else raw)
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for info in archive:
                if info.isdir():
                    continue
                kind = "file" if info.isreg() else "a link" if info.islnk() else \
                    "a symbolic link" if info.issym() else "a device"
                yield Member(info.name, kind,
                             lambda limit, info=info: None if info.size > limit else
                             _at_most(archive.extractfile(info), limit))


def _zip(entry: pathlib.Path) -> typing.Iterator[Member]:
    with zipfile.ZipFile(entry) as archive:
        for info in archive.infolist():
            if info.is_dir():
                continue
            kind = KINDS.get(stat.S_IFMT(info.external_attr >> 16), "file")
            if info.flag_bits & 1:
                kind = "encrypted"

            def read(limit, info=info):
                if info.file_size > limit:
                    return None
                with archive.open(info) as stream:
                    return _at_most(stream, limit)

            yield Member(info.filename, kind, read)
