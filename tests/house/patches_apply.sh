#!/bin/bash
# Each patch that spoils the tree on purpose still applies to it, and each mutation lists the tests that must fail.
set -euo pipefail
cd "$1"
export GIT_CEILING_DIRECTORIES=${PWD%/*}

status=0
for patch in tests/mutation/*.patch tests/fuzz/known-bad/*.patch; do
  git apply --check "$patch" && continue
  echo "$patch does not apply: the code that it changes has changed" >&2
  status=1
done
for patch in tests/mutation/*.patch; do
  [[ -s ${patch%.patch}.tests ]] && continue
  echo "${patch%.patch}.tests does not list the tests that must fail" >&2
  status=1
done
exit $status
