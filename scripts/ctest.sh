# Runs the tests of a build and judges what was skipped. Sourced by ./run-tests and .ci/run.

# Clients that other people wrote, where the tests look for them. Made anew when the list of them changes.
install_python_lane() {
  local lane=build/lanes/python list=tests/lanes/requirements.txt
  cmp -s "$list" "$lane/requirements.txt" && return 0
  echo "==> installing stock clients for the tests ($list)"
  rm -rf "$lane"
  /usr/bin/python3 -m venv "$lane"
  "$lane/bin/pip" install --quiet --disable-pip-version-check --requirement "$list"
  cp "$list" "$lane/requirements.txt"
}

# The names of skipped tests in a JUnit file, one on a line.
skipped_tests() { sed -n 's/.*<testcase name="\([^"]*\)".*status="notrun".*/\1/p' "$1"; }

# permitted_skips PRESET: the names that this run may skip.
permitted_skips() {
  local without_root='s/ without root$//p' sanitized='s/ under sanitizers$//p'
  if [ "$(id -u)" -eq 0 ]; then without_root=; fi
  case $1 in asan-ubsan | tsan) ;; *) sanitized= ;; esac
  sed -n -e '/^#/d' -e "$without_root" -e "$sanitized" -e '/ without root$/!{/ under sanitizers$/!p}' tests/permitted-skips.txt |
    sort -u
}

# run_ctest PRESET [OPTIONS…]: the last line counts. Fails where a test does, where a skip is not permitted, and where nothing ran.
run_ctest() {
  local preset=$1 results=$PWD/build/$1/tests.xml status=0 skipped count failed total not_permitted
  shift
  rm -f "$results"
  ctest --preset "$preset" --parallel "$(nproc)" --progress --output-junit "$results" "$@" || status=$?
  [ -s "$results" ] || return 1
  skipped=$(skipped_tests "$results")
  count=$(grep -c . <<<"$skipped" || true)
  total=$(grep -c '<testcase ' "$results" || true)
  failed=$(grep -c 'status="fail"' "$results" || true)
  not_permitted=$(grep -vxF -f <(permitted_skips "$preset") <<<"$skipped" | grep . || true)
  if [ -n "$skipped" ]; then printf 'skipped:\n%s\n' "$(sed 's/^/  /' <<<"$skipped")"; fi
  if [ -n "$not_permitted" ]; then
    printf 'these skips are not on the list tests/permitted-skips.txt:\n%s\n' "$(sed 's/^/  /' <<<"$not_permitted")"
    status=1
  fi
  if [ "$total" -eq 0 ]; then status=1; fi
  echo "permitted skips: $(permitted_skips "$preset" | wc -l) (tests/permitted-skips.txt)"
  echo "$((total - failed - count)) passed, $failed failed, $count skipped"
  return $status
}
