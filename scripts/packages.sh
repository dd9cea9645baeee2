# Installs Debian packages for the scripts of this tree. Sourced; wants nothing but a Debian 12.
#
#   install_packages "what they are for" PACKAGE…
#
# Nothing happens where all of them are there. Nothing is removed, ever: where apt would have to, it stops and says what to run.

# What the product is built of, and what the sandbox run of ./quickstart uses.
product_packages=(
  g++-12 cmake ninja-build pkg-config git openssl
  libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev libboost-program-options1.81-dev
  libssl-dev libcurl4-openssl-dev libassuan-dev libp11-dev libp11-kit-dev libpcsclite-dev libre2-dev libseccomp-dev libtomlplusplus-dev
  softhsm2
)
# What the tests need beside that: a virtual PIV card behind a real pcscd, the programs that tests speak to, and Python for clients
# that other people wrote.
test_packages=(
  libgtest-dev libgmock-dev pcscd vsmartcard-vpcd opensc ykcs11 yubico-piv-tool
  strace socat systemd pinentry-curses python3 python3-venv swtpm libtpm2-pkcs11-1 openssh-client openssh-server
)
# What bench/run measures signet against.
bench_packages=(openssh-client gpg gpg-agent gpgconf)
# The second compiler and its tools.
ci_packages=(clang-19 clang-tidy-19 clang-format-19 libclang-rt-19-dev)

missing_packages() {
  local package
  for package in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
  done
}

# A server that the tests start for themselves, on loopback, is none for the world: its own service is neither started nor enabled by its
# installation. Where no systemd is there is none that would start it. Uses install_packages' own `sudo`.
keep_asleep() {
  local verb=$1
  shift
  [ $# -gt 0 ] && command -v systemctl >/dev/null || return 0
  "${sudo[@]}" systemctl --quiet "$verb" "$@" >/dev/null 2>&1 || true
}

install_packages() {
  local purpose=$1 missing sudo=()
  shift
  mapfile -t missing < <(missing_packages "$@")
  [ ${#missing[@]} -gt 0 ] || return 0
  echo "==> installing $purpose: ${missing[*]}"
  if [ "$(id -u)" -ne 0 ]; then sudo=(sudo); fi
  "${sudo[@]}" apt-get update -qq
  local plan
  plan=$(apt-get install --simulate --no-install-recommends "${missing[@]}") || {
    echo "$plan" >&2
    echo "these packages cannot be installed here; signet is built on Debian 12" >&2
    return 3
  }
  if grep -q '^Remv ' <<<"$plan"; then
    {
      echo "apt would remove packages of yours to install these:"
      sed -n 's/^Remv \([^ ]*\).*/  \1/p' <<<"$plan"
      echo "nothing was changed. If you agree, run: ${sudo[*]}${sudo:+ }apt-get install --no-install-recommends ${missing[*]}"
    } >&2
    return 3
  fi
  local -a asleep=()
  [[ " ${missing[*]} " != *" openssh-server "* ]] || asleep=(ssh.service)
  keep_asleep mask "${asleep[@]}"
  local status=0
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null || status=$?
  keep_asleep unmask "${asleep[@]}"
  keep_asleep disable "${asleep[@]}"
  return "$status"
}
