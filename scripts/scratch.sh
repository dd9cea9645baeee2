# A copy of the tree that may be spoiled and built. Sourced by scripts that are in the top folder.

# scratch_copy DIR: the tree as it stands, without what git ignores, in DIR (below build/). Of an older copy only what differs is
# written anew, so that little has to be built again.
scratch_copy() {
  local copy=$1 file
  mkdir -p "$copy"
  (cd "$copy" && find . -path ./build -prune -o -type f -printf '%P\n') | sort |
    comm -23 - <(git ls-files --cached --others --exclude-standard | sort) | while IFS= read -r file; do rm -f "$copy/$file"; done
  git ls-files --cached --others --exclude-standard | while IFS= read -r file; do
    [ ! -e "$file" ] || cmp -s "$file" "$copy/$file" || { mkdir -p "$copy/$(dirname "$file")" && cp -p "$file" "$copy/$file" && touch "$copy/$file"; }
  done
}

# scratch_patch DIR PATCH [-R]: where DIR is no repository of its own, git would look at the one around it.
scratch_patch() {
  local copy=$1 patch
  patch=$(realpath "$2")
  shift 2
  (cd "$copy" && GIT_CEILING_DIRECTORIES=$(dirname "$PWD") git apply "$@" "$patch")
}
