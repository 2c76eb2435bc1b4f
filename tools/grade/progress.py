"""How far it is: a bar on a terminal, a line for each student elsewhere."""

from __future__ import annotations

import shutil
import sys
import time

WIDTH = 24


class Progress:
    def __init__(self, total: int, stream=sys.stderr):
        self.total, self.stream = total, stream
        self.done = 0
        self.start = time.monotonic()
        self.graded = 0  # not those that were there already: they say nothing about time
        self.live = stream.isatty()

    def __enter__(self) -> "Progress":
        self._draw("")
        return self

    def __exit__(self, *_):
        if self.live:
            self.stream.write("\r\x1b[K")
            self.stream.flush()

    def step(self, name: str, student, old: bool) -> None:
        self.done += 1
        self.graded += not old
        if student is None:
            came = "could not be graded"
        else:
            came = f"{student.earned} of {student.points}" + (" (graded before)" if old else "")
        if self.live:
            self._draw(f"{name}: {came}")
        else:
            width = len(str(self.total))
            print(f"{self.done:{width}}/{self.total}  {name}: {came}", file=self.stream, flush=True)

    def _draw(self, last: str) -> None:
        if not self.live:
            return
        full = WIDTH * self.done // max(1, self.total)
        left = ""
        if self.graded and self.done < self.total:
            seconds = (time.monotonic() - self.start) / self.graded * (self.total - self.done)
            left = f"  {seconds / 60:.0f} min left" if seconds >= 90 else f"  {seconds:.0f} s left"
        text = f"{'█' * full}{'░' * (WIDTH - full)}  {self.done} of {self.total}{left}  {last}"
        self.stream.write("\r" + text[: shutil.get_terminal_size().columns - 1] + "\x1b[K")
        self.stream.flush()
