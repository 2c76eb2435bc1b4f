"""How the pages of a report look: readable on paper, in a dark room, and without telling colours apart."""

CSS = """
:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #1b1f24; --quiet: #59636e; --line: #d1d9e0; --panel: #f6f8fa;
  --held: #0b5fa5; --failed: #a63e00; --skipped: #59636e; --failed-panel: #fff6f0;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14181d; --ink: #e3e8ee; --quiet: #9aa5b1; --line: #363e47; --panel: #1c2229;
    --held: #79b8ff; --failed: #ffa366; --skipped: #9aa5b1; --failed-panel: #2a1f17;
  }
}
* { box-sizing: border-box; }
body {
  margin: 2rem auto; max-width: 60rem; padding: 0 1rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; overflow-wrap: anywhere;
}
h1 { font-size: 1.5rem; margin: 0 0 .5rem; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .75rem; border-bottom: 1px solid var(--line); padding-bottom: .25rem; }
a { color: var(--held); }
table { border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: .2rem .8rem .2rem 0; overflow-wrap: break-word; }
td.name { white-space: nowrap; max-width: 24rem; overflow: hidden; text-overflow: ellipsis; }
th { font-weight: 600; border-bottom: 1px solid var(--line); }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
code, pre, .check { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: .875em; }
pre { margin: 0; white-space: pre; overflow-x: auto; }
meter { width: 8rem; height: .8rem; vertical-align: middle; }
ul.remarks { padding-left: 1.2rem; }
details, .row { border-left: 4px solid var(--held); background: var(--panel); margin: .25rem 0; padding: .3rem .7rem; }
details { border-color: var(--failed); background: var(--failed-panel); }
.skipped { border-color: var(--skipped); }
details.skipped { background: var(--panel); }
summary { cursor: pointer; }
.head { display: inline-grid; grid-template-columns: 1.2rem 11rem 1fr 4rem; gap: 0 .5rem; width: calc(100% - 1.5rem); }
.row .head { width: 100%; padding-left: 1.2rem; }
.held .sign { color: var(--held); } .failed .sign { color: var(--failed); } .skipped .sign { color: var(--skipped); }
.sign { font-weight: 700; }
.score { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
dl { display: grid; grid-template-columns: 6rem 1fr; gap: .15rem .5rem; margin: .6rem 0 .3rem 1.2rem; }
dt { color: var(--quiet); } dd { margin: 0; min-width: 0; }
.problem { border-left: 4px solid var(--failed); background: var(--failed-panel); padding: .5rem .8rem; }
footer { margin-top: 3rem; color: var(--quiet); font-size: .875rem; }
@media (max-width: 40rem) { .head { grid-template-columns: 1.2rem 1fr 4rem; } .says { grid-column: 2 / 4; } }
@media print {
  :root { --paper: #fff; --ink: #000; --quiet: #444; --line: #999; --panel: #fff; --failed-panel: #fff;
          --held: #000; --failed: #000; --skipped: #444; }
  body { margin: 0; max-width: none; font-size: 10pt; }
  details, .row, tr { break-inside: avoid; }
  h2 { break-after: avoid; }
  pre { white-space: pre-wrap; }
}
"""


def page(title: str, body: str) -> str:
    """A whole page; both are HTML already. It loads nothing and runs nothing."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{title}</title>\n<style>{CSS}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )
