"""The screen of a terminal: what an xterm would show after some bytes.

It understands what readline and the kit's programs send, and nothing else: any other sequence is an
error, so that nothing is silently ignored.
"""
import codecs
import re

SEQUENCE = re.compile(r"\x1b\[(\??)([0-9;]*)([A-Za-z@])")
BEGUN = re.compile(r"\x1b(\[[?0-9;]*)?$")
MODES = {"1034", "2004"}  # 8-bit meta, bracketed paste: nothing to see
GREY, BOLD, INVERSE = "grey", "bold", "inverse"
STYLES = {"": "", "0": "", "90": GREY, "2": GREY, "1": BOLD, "7": INVERSE, "27": "",
          "32": "green", "33": "yellow", "1;31": "red"}
EMPTY = (" ", "")  # a cell: its character and its style


class Screen:
    def __init__(self, columns, rows):
        self.columns, self.rows = columns, rows
        self.cells = [[EMPTY] * columns for _ in range(rows)]
        self.row = self.column = 0
        self.wraps = False  # a character stands in the last column: the next one begins a row
        self.style = ""
        self.raw = b""
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._begun = ""  # of a sequence

    def lines(self):
        """The rows as text, without blanks at their ends, without empty rows at the end."""
        lines = ["".join(char for char, _ in row).rstrip() for row in self.cells]
        while lines and not lines[-1]:
            lines.pop()
        return lines

    def styled(self, row, style):
        """The characters of a row that have this style."""
        return "".join(char for char, has in self.cells[row] if has == style)

    def resize(self, columns, rows):
        """As on terminals that do not wrap anew: what is beyond the edge is gone."""
        surplus = max(0, self.row - rows + 1)
        cells = self.cells[surplus:surplus + rows]
        cells += [[] for _ in range(rows - len(cells))]
        self.cells = [(row + [EMPTY] * columns)[:columns] for row in cells]
        self.columns, self.rows = columns, rows
        self.row, self.column, self.wraps = self.row - surplus, min(self.column, columns - 1), False

    def feed(self, data):
        self.raw += data
        text = self._begun + self._decoder.decode(data)
        self._begun = ""
        while text:
            if text[0] != "\x1b":
                self._put(text[0])
                text = text[1:]
                continue
            sequence = SEQUENCE.match(text)
            if sequence is None:
                if not BEGUN.match(text):
                    raise ValueError("not understood: %r" % text[:20])
                self._begun = text
                return
            self._obey(*sequence.groups())
            text = text[sequence.end():]

    def _put(self, char):
        if char == "\r":
            self.column, self.wraps = 0, False
        elif char == "\n":
            self._down()
            self.wraps = False
        elif char == "\b":
            self.column, self.wraps = max(0, self.column - 1), False
        elif char < " " or char == "\x7f":
            raise ValueError("not understood: %r" % char)
        else:
            if self.wraps:
                self.column, self.wraps = 0, False
                self._down()
            self.cells[self.row][self.column] = (char, self.style)
            self.wraps = self.column + 1 == self.columns
            self.column += not self.wraps

    def _down(self):
        self.row += 1
        if self.row == self.rows:
            self.row -= 1
            self.cells = self.cells[1:] + [[EMPTY] * self.columns]

    def _clear(self):
        """From the cursor to the end of the row."""
        self.cells[self.row][self.column:] = [EMPTY] * (self.columns - self.column)

    def _obey(self, private, numbers, command):
        if private and command in "hl" and numbers in MODES:
            return
        if not private and command == "m" and numbers in STYLES:
            self.style = STYLES[numbers]
            return
        row, count = self.cells[self.row], int(numbers or 1) if numbers.isdecimal() or not numbers else None
        if private or count is None:
            raise ValueError("not understood: %r" % (private + numbers + command))
        self.wraps = False
        if command == "K" and not numbers:
            self._clear()
        elif command == "H" and not numbers:
            self.row = self.column = 0
        elif command == "J" and numbers == "2":
            self.cells = [[EMPTY] * self.columns for _ in range(self.rows)]
        elif command == "J" and not numbers:
            self._clear()
            for below in range(self.row + 1, self.rows):
                self.cells[below] = [EMPTY] * self.columns
        elif command == "A":
            self.row = max(0, self.row - count)
        elif command == "C":
            self.column = min(self.columns - 1, self.column + count)
        elif command == "D":
            self.column = max(0, self.column - count)
        elif command == "P":  # takes characters out
            row[self.column:] = (row[self.column + count:] + [EMPTY] * count)[:self.columns - self.column]
        elif command == "@":  # makes room
            row[self.column:] = ([EMPTY] * count + row[self.column:])[:self.columns - self.column]
        else:
            raise ValueError("not understood: %r" % (numbers + command))
