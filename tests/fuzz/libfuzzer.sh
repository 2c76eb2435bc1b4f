#!/usr/bin/env bash
# libFuzzer, which makes inputs up and keeps those that reach new code. A target is targets/NAME.c.
#
#     libfuzzer.sh BUILD               builds all targets with clang and the sanitizers in BUILD/fuzz
#     libfuzzer.sh BUILD NAME          runs one for KIT_FUZZ_SECONDS (10), and says what it found
#
# It begins with the inputs in corpus/NAME, written by hand, and with what earlier runs kept in
# BUILD/fuzz/corpus/NAME. A finding (a crash, a sanitizer's complaint, a demand that does not hold, 10
# seconds or 1 GiB for one input) is left in BUILD/fuzz/findings, with the words in BUILD/fuzz/NAME.log.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$here/../.." && pwd)
fuzz=$1/fuzz
name=${2:-}

skip() {
  printf 'skipped: %s\n' "$1"
  exit 77
}

build() {
  command -v clang >/dev/null || skip 'clang is not installed: ./kit setup test'
  mkdir -p "$fuzz"
  echo 'int LLVMFuzzerTestOneInput(const char *, long); int LLVMFuzzerTestOneInput(const char *b, long n) { return 0 * b[0] * (int)n; }' |
    clang -fsanitize=fuzzer,address,undefined -x c - -o "$fuzz/probe" 2>/dev/null ||
    skip 'clang has no libFuzzer here: on Debian it is in libclang-rt-dev'
  if [ ! -f "$fuzz/build.ninja" ]; then
    (cd "$source" && cmake --preset fuzz -B "$fuzz" >"$fuzz.configure.log" 2>&1) ||
      { cat "$fuzz.configure.log"; exit 1; }
  fi
  cmake --build "$fuzz" --target libfuzzer-targets
}

# The number behind a word in the log's last line that has it: `figure cov:`.
figure() {
  sed -n "s/.*$1 *\([0-9]*\).*/\1/p" "$fuzz/$name.log" | tail -n 1
}

run() {
  local target=$fuzz/tests/libfuzzer-$name options status=0
  [ -x "$target" ] || skip "$target is not built: see fuzz.build"
  mkdir -p "$fuzz/corpus/$name" "$fuzz/findings"
  options=(-max_total_time="${KIT_FUZZ_SECONDS:-10}" -timeout=10 -rss_limit_mb=1024 -max_len=4096
    -print_final_stats=1 -artifact_prefix="$fuzz/findings/$name-")
  [ ! -f "$here/dictionaries/$name" ] || options+=(-dict="$here/dictionaries/$name")
  [ ! -d "$here/corpus/$name" ] || options+=("$fuzz/corpus/$name" "$here/corpus/$name")
  "$target" "${options[@]}" >"$fuzz/$name.log" 2>&1 || status=$?
  printf '%s: %s executions, %s a second; %s edges, %s features, %s inputs kept; ' "$name" \
    "$(figure stat::number_of_executed_units:)" "$(figure stat::average_exec_per_sec:)" \
    "$(figure cov:)" "$(figure ft:)" "$(figure corp:)"
  if [ "$status" != 0 ]; then
    printf 'a finding:\n'
    sed -n '/does not hold\|runtime error:\|ERROR: /,$p' "$fuzz/$name.log" | head -n 40
    exit 1
  fi
  printf 'no finding\n'
}

if [ -z "$name" ]; then build; else run; fi
