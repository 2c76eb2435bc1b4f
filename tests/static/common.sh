# shellcheck shell=bash
# Sourced by the static tests, which run in the source directory; $1 is the build directory.
set -euo pipefail
export LC_ALL=C

# The tree's directories with C in them, as far as they are here (a handout has no solutions).
directories() {
  local directory
  for directory in clients labs servers shared solutions tests tools; do
    [ ! -d "$directory" ] || printf '%s\n' "$directory"
  done
}

# Every file of the tree with one of these endings, NUL-terminated: `files c h`.
files() {
  local ending names=()
  for ending in "$@"; do names+=(-o -name "*.$ending"); done
  directories | xargs -I{} find {} -type f \( "${names[@]:1}" \) -print0 | sort -z
}

skip() {
  printf 'skipped: %s\n' "$1"
  exit 77
}

need() {
  command -v "$1" >/dev/null || skip "$1 is not installed: ./kit setup test"
}

# LLVM's tools change their opinion with each release, so the tree has one release's. Prints how
# that one is called here.
llvm_tool() {
  local release=14
  if command -v "$1-$release" >/dev/null; then
    printf '%s\n' "$1-$release"
  elif command -v "$1" >/dev/null && "$1" --version | grep -q "version $release\."; then
    printf '%s\n' "$1"
  fi
}

need_llvm_tool() {
  tool=$(llvm_tool "$1")
  [ -n "$tool" ] || skip "$1 of LLVM 14 is not installed: apt-get install $1-14"
}
