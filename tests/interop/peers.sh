#!/usr/bin/env bash
# Fetches the mail servers that interop and bench run against, and unpacks them: build/peers/NAME.
#
#     tests/interop/peers.sh [BUILD-DIRECTORY]
#
# They are not installed: a machine has one mail server, and installing Postfix would remove the one
# that is there. Unpacked, Postfix and Exim can stand side by side, nothing starts at boot, and no
# file outside the build directory changes. Only the libraries they need are installed through apt.
set -euo pipefail

build=${1:-build}
peers=(postfix dovecot-core dovecot-pop3d exim4-daemon-light)

command -v apt-get >/dev/null || { echo 'peers.sh: neither Debian nor Ubuntu: no packages to unpack' >&2; exit 1; }

sudo=()
[ "$(id -u)" -eq 0 ] || sudo=(sudo)

# The libraries among a package's dependencies, by their names in this release.
libraries_of() {
    apt-cache depends --no-recommends --no-suggests "$1" | sed -n 's/^ *|\{0,1\}Depends: \(lib[^ ]*\)$/\1/p'
}

fetch() {
    local peer=$1 missing=() library
    [ ! -e "$build/peers/$peer/usr" ] || return 0
    mkdir -p "$build/peers"
    for library in $(libraries_of "$peer"); do
        dpkg-query -W -f '${Status}' "$library" 2>/dev/null | grep -q 'ok installed' || missing+=("$library")
    done
    if [ ${#missing[@]} -gt 0 ]; then
        DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y --no-install-recommends "${missing[@]}"
    fi
    unpacked=$(mktemp -d "$build/peers/unpack.XXXXXX")
    trap 'rm -rf "$unpacked"' EXIT
    (cd "$unpacked" && apt-get -o APT::Sandbox::User=root download -q "$peer" && dpkg -x ./*.deb tree)
    mv -T "$unpacked/tree" "$build/peers/$peer" # last: what is there is whole
    rm -r "$unpacked"
    trap - EXIT
}

for peer in "${peers[@]}"; do
    fetch "$peer"
done
