#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the image of the assignment: it installs what the kit
# needs and builds everything, so that for a hand-in only the student's files are compiled.
set -euo pipefail
cd "${AUTOGRADER_ROOT:-/autograder}/source/mailwire"
bash kit build
