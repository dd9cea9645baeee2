#!/bin/bash
# NAME.cc includes NAME.h before anything else, so that building it shows that the header needs nothing before it.
set -euo pipefail
cd "$1"

status=0
while IFS= read -r source; do
  header=${source%.cc}.h
  [[ -f $header ]] || continue
  first=$(grep -m1 '^#include' "$source" || true)
  [[ $first == "#include \"$header\"" ]] && continue
  echo "$source does not include \"$header\" first" >&2
  status=1
done < <(find . -name build -prune -o -name '.?*' -prune -o -name '*.cc' -printf '%P\n' | sort)
exit $status
