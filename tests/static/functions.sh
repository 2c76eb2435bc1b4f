#!/usr/bin/env bash
# Nobody calls what cannot be called safely: no bound, no error, or one result for all threads.
# (A number in brackets behind the name, as in strtok(3), is talk about it, not a call.)
. "$(dirname "$0")/common.sh"
banned='strcpy|strcat|stpcpy|sprintf|vsprintf|gets|scanf|alloca|atoi|atol|atoll|atof'
banned+='|strtok|gmtime|localtime|ctime|asctime|rand|tmpnam|mktemp|gethostbyname|inet_ntoa'
found=$(files c h | xargs -0 grep -nEH "(^|[^A-Za-z0-9_.>])($banned) ?\(" |
  grep -vE "($banned)\([1-9]\)" | grep -v '^tests/') || true
[ -z "$found" ] || { printf 'these functions are not used here; each has a bounded or a reentrant sister\n%s\n' "$found"; exit 1; }
