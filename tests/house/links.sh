#!/bin/bash
# Each relative link of a document leads to a file that is there.
set -euo pipefail
cd "$1"

status=0
while IFS= read -r document; do
  while IFS= read -r target; do
    target=${target%%#*}
    [[ -z $target || $target == *://* || -e $(dirname "$document")/$target ]] && continue
    echo "$document links to $target, which is not there" >&2
    status=1
  done < <(grep -oP '\]\(\K[^)\s]+' "$document" || true)
done < <(find . -name build -prune -o -name '.?*' -prune -o -name '*.md' -printf '%P\n' | sort)
exit $status
