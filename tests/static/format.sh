#!/usr/bin/env bash
# Every C file has the layout of .clang-format.
. "$(dirname "$0")/common.sh"
need_llvm_tool clang-format
files c h | xargs -0 "$tool" --dry-run -Werror
