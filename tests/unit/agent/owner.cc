#include "tests/unit/agent/owner.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace signet::agent {
namespace {

[[noreturn]] void give_up(const Error& error) {
  std::fprintf(stderr, "owner: %s\n", error.sentence().c_str());
  std::abort();
}

template <typename T>
T must(Result<T> result) {
  if (!result) give_up(result.error());
  return std::move(*result);
}

constexpr std::string_view kIdentities = R"(
[instance.sandbox]
trusted_root = "/srv/trusted_root.json"
signing_config = "/srv/signing_config.json"
sandbox = true
[module.softhsm]
path = "/usr/lib/softhsm/libsofthsm2.so"
[token.desk]
module = "softhsm"
label = "desk"
[identity.work]
instance = "sandbox"
key = "pkcs11:id=%01"
public_key = "sha256:9a271f2a916b0b6ee6cecb2426f0b3206ef074578be55d9bc94f6f3fe3ab86aa"
san = "me@example.org"
issuer = "https://issuer.example.org"
use = ["git", "statement", "blob"]
[identity.raw]
instance = "sandbox"
key = "pkcs11:id=%02"
san = "raw@example.org"
issuer = "https://issuer.example.org"
use = ["raw"]
)";

}  // namespace

config::Configuration two_identities(std::string_view more) {
  return must(config::parse_configuration(std::string(more) + std::string(kIdentities), "/home/me/config.toml"));
}

protocol::Peer owner() {
  return {.uid = kOwner, .gid = 1000, .pid = 4711, .exe = "/usr/bin/signet", .unit = "app.scope"};
}

Item digest_item(std::optional<std::string> name) {
  return must(read_item({.object = protocol::DigestContent{must(parse_digest(kDigest))}, .name = std::move(name)}));
}

Item statement_item(std::size_t subjects) {
  std::string text = R"({"_type":"https://in-toto.io/Statement/v1","subject":[)";
  for (std::size_t i = 0; i < subjects; ++i) {
    text += (i == 0 ? "" : ",") + std::string(R"({"name":"app)") + std::to_string(i) + R"(","digest":{"sha256":")" +
            std::string(kDigest.substr(7)) + R"("}})";
  }
  text += R"(],"predicateType":"https://example.org/p/v1","predicate":{}})";
  return must(read_item({.object = protocol::StatementContent{to_bytes(text)}}));
}

std::string commit_text(std::string_view email) {
  const std::string who = "Me <" + std::string(email) + "> 1700000000 +0100\n";
  return "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor " + who + "committer " + who + "\nsubject\n";
}

Item commit_item(std::string_view email) {
  return must(read_item({.object = protocol::GitContent{to_bytes(commit_text(email))}}));
}

Approval Owner::approval(Operation operation, std::string_view identity) const {
  return must(approve(policy.decide_for_identity(owner(), operation, std::string(identity))));
}

}  // namespace signet::agent
