#include "tests/unit/config/whole.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace signet::config {
namespace {

constexpr std::string_view kFile = "/home/me/config.toml";

}  // namespace

const std::string& whole() {
  static const std::string kText = R"(default_identity = "work"
[instance.sandbox]
trusted_root = "sandbox/trusted_root.json"
signing_config = "/srv/sandbox/signing_config.v0.2.json"
sandbox = true
[instance.public]
trusted_root = "public.json"
[module.softhsm]
path = "/usr/lib/softhsm/libsofthsm2.so"
env = { SOFTHSM2_CONF = "/home/me/softhsm2.conf" }
needs = ["pcsc", "tcp:[::1]:9000"]
[token.desk]
module = "softhsm"
serial = "0123456789abcdef"
pin = { source = "file", path = "pin" }
[token.drawer]
module = "softhsm"
label = "drawer"
[identity.work]
instance = "sandbox"
key = "pkcs11:serial=0123456789abcdef;id=%01"
public_key = "sha256:9a271f2a916b0b6ee6cecb2426f0b3206ef074578be55d9bc94f6f3fe3ab86aa"
san = "me@example.org"
issuer = "https://issuer.example.org"
use = ["git", "statement", "blob"]
cross_use = false
log = "require"
publish = "yes"
token = { file = "id-token" }
[identity.spare]
instance = "sandbox"
key = "pkcs11:token=drawer;object=spare"
san = "me@example.net"
issuer = "http://127.0.0.1:4000/oidc"
use = ["raw"]
[verify]
allowed = [ { san = "you@example.org", issuer = "https://other.example.org", instance = "public" } ]
[audit]
sync = "each"
)";
  return kText;
}

std::string changed(std::string_view from, std::string_view to) {
  std::string text = whole();
  const auto at = text.find(from);
  if (at == std::string::npos || text.find(from, at + 1) != std::string::npos) {
    std::fprintf(stderr, "whole(): not once there: %.*s\n", static_cast<int>(from.size()), from.data());
    std::abort();
  }
  return text.replace(at, from.size(), to);
}

std::string place_of(std::string_view text, std::string_view marker) {
  const std::string_view before = text.substr(0, text.find(marker));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const auto start = before.rfind('\n');
  const auto column = start == std::string_view::npos ? before.size() + 1 : before.size() - start;
  return std::string(kFile) + ":" + std::to_string(line) + ":" + std::to_string(column) + ": ";
}

Result<Configuration> parse(std::string_view text) { return parse_configuration(text, kFile); }

std::ostream& operator<<(std::ostream& out, const Mistake& mistake) { return out << mistake.to; }

void expect_mistake(const Mistake& mistake) {
  const auto twin = parse(whole());
  ASSERT_TRUE(twin) << twin.error().sentence();
  const std::string text = changed(mistake.from, mistake.to);
  const auto read = parse(text);
  ASSERT_FALSE(read) << mistake.to;
  EXPECT_EQ(read.error().code, mistake.code) << read.error().sentence();
  EXPECT_THAT(read.error().what, ::testing::StartsWith(place_of(text, mistake.marker)));
  EXPECT_THAT(read.error().what, ::testing::HasSubstr(std::string(mistake.reason)));
}

}  // namespace signet::config
