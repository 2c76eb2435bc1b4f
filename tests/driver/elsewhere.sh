#!/usr/bin/env bash
# On a system without apt-get, ./kit setup names what is missing, and is content when nothing is.
set -uo pipefail
tools=$1/tests/elsewhere
rm -rf "$tools"
mkdir -p "$tools"
for tool in bash env dirname sed grep id cc cmake ninja python3 bwrap tshark valgrind openssl; do
  ln -s "$(command -v "$tool")" "$tools/$tool" || { echo "no $tool here"; exit 77; }
done

said=$(PATH=$tools ./kit setup 2>&1)
status=$?
case "$status $said" in
"1 kit: this is no Debian or Ubuntu; please install: pkg-config, openssl (development files), "*) ;;
*) printf 'without pkg-config it should have asked for it, but: status %s, "%s"\n' "$status" "$said"; exit 1 ;;
esac

ln -s "$(command -v pkg-config)" "$tools/pkg-config"
said=$(PATH=$tools ./kit setup 2>&1)
status=$?
if [ "$status" != 0 ] || [ -n "$said" ]; then
  printf 'with everything there it should have said nothing, but: status %s, "%s"\n' "$status" "$said"
  exit 1
fi
rm -rf "$tools"
