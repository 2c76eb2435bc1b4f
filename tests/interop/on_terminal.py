"""Runs mutt, which wants a terminal even when all of its keys come from its settings (push)."""
import os
import pty
import re
import select
import time

from support import PATIENCE

ANSWERS = {rb"\(r\)eject": b"r", rb"(?i)failed|error|refused": b"q"}  # an error takes the keys away that were to come


def on_terminal(command, settings):
    """Runs a program, and types what ANSWERS has. What it wrote, as text without its escape sequences."""
    answers = dict(ANSWERS)
    process, master = pty.fork()
    if process == 0:
        os.execve(command[0], command, settings)
    written, until = b"", time.monotonic() + PATIENCE
    while select.select([master], [], [], max(0, until - time.monotonic()))[0]:
        try:
            piece = os.read(master, 65536)
        except OSError:  # EIO: the program has ended
            break
        if not piece:
            break
        written += piece
        for question in [question for question in answers if re.search(question, written)]:
            os.write(master, answers.pop(question))
    else:
        os.kill(process, 9)
    os.close(master)
    _, status = os.waitpid(process, 0)
    text = re.sub(r"\x1b[\[(][0-9;?]*[ -/]*[@-~]|\x1b.", " ", written.decode(errors="replace"))
    assert status == 0, "%s: status %d\n%s" % (command[0], status, text)
    return text
