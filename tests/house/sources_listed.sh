#!/bin/bash
# Each .cc file stands in a CMakeLists.txt of its folder or of one above: a test that nobody builds proves nothing.
set -euo pipefail
cd "$1"

# By its path from there, or (tests/modules) by the name that signet_module() is called with.
names() {
  [[ -f $1 ]] && { grep -qwF -- "$2" "$1" || grep -qF -- "signet_module(${2%.cc}" "$1"; }
}

listed() {
  local file=$1 folder=$1
  while [[ $folder == */* ]]; do
    folder=${folder%/*}
    names "$folder/CMakeLists.txt" "${file#"$folder"/}" && return 0
  done
  return 1
}

status=0
while IFS= read -r file; do
  listed "$file" && continue
  echo "$file is listed in no CMakeLists.txt" >&2
  status=1
done < <(find . -name build -prune -o -name '.?*' -prune -o -path ./cmake -prune -o -name '*.cc' -printf '%P\n' | sort)
exit $status
