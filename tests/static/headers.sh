#!/usr/bin/env bash
# Every header compiles alone, and includes go one way: servers, labs, solutions, clients and tools
# use shared/ and what is beside them; shared/ uses only itself; nothing reaches up or across.
. "$(dirname "$0")/common.sh"
failed=0

compiler=${CC:-cc}
command -v "$compiler" >/dev/null || skip "$compiler is not installed: ./kit setup"
mapfile -t libraries < <(pkg-config --cflags openssl cmocka 2>/dev/null | xargs -r -n 1)

# Where the includes of a file in directory $1 may come from, besides that directory itself.
allowed() {
  case $1 in
  shared) ;;
  clients) printf '%s\n' shared clients/parts ;;
  tests/*) printf '%s\n' shared clients/parts tools/wire tools/wire/*/ tests/unit servers/*/ ;;
  # The floors of wire. A lab holds its judges, and a judge looks at a lab's run: those two are one.
  tools/wire/parts) echo shared ;;
  tools/wire/network) printf '%s\n' shared tools/wire/parts ;;
  tools/wire/capture) printf '%s\n' shared tools/wire/{parts,network} ;;
  tools/wire/dialogue) printf '%s\n' shared tools/wire/{parts,capture} ;;
  tools/wire/compare) printf '%s\n' shared tools/wire/{parts,capture,dialogue,measure} ;;
  tools/wire/measure) printf '%s\n' shared tools/wire/{parts,network,capture,dialogue} ;;
  tools/wire/ladder) printf '%s\n' shared tools/wire/{parts,network,capture,dialogue,compare} ;;
  tools/wire/drawing) printf '%s\n' shared tools/wire/{parts,network,capture,dialogue,compare} ;;
  tools/wire/lab) printf '%s\n' shared tools/wire/{parts,network,capture,judge} ;;
  tools/wire/judge) printf '%s\n' shared tools/wire/{parts,capture,dialogue,compare,lab} ;;
  tools/wire/desk) printf '%s\n' shared tools/wire/{parts,lab,judge} ;;
  tools/wire) printf '%s\n' shared tools/wire/*/ ;;
  *) echo shared ;;
  esac
}

# What those may include in turn.
reachable() {
  allowed "$1"
  case $1 in tools/wire/*) printf '%s\n' tools/wire/*/ ;; esac
}

while IFS= read -r -d '' header; do
  mapfile -t from < <(reachable "$(dirname "$header")")
  # Twice, so that its include guard is tried too.
  printf '#include "%s"\n#include "%s"\n' "$header" "$header" |
    "$compiler" -std=gnu17 -D_GNU_SOURCE -Wall -Wextra -Werror -fsyntax-only -x c - \
      -I . "${from[@]/#/-I}" "${libraries[@]}" ||
    { printf '%s does not compile alone\n' "$header"; failed=1; }
done < <(files h)

while IFS=: read -r file line include; do
  included=${include#*\"}
  included=${included%%\"*}
  directory=$(dirname "$file")
  mapfile -t from < <(allowed "$directory")
  for place in "$directory" "${from[@]}"; do
    [ ! -f "$place/$included" ] || continue 2
  done
  printf '%s:%s: "%s" is not in %s%s\n' "$file" "$line" "$included" "$directory" "${from[*]:+ or ${from[*]}}"
  failed=1
done < <(files c h | xargs -0 grep -nHE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"')

exit $failed
