#include "tests/support/gitsign.h"

#include <cstdio>
#include <cstdlib>
#include <optional>

#include "common/file.h"
#include "json/reader.h"

namespace signet::test {
namespace {

constexpr std::size_t kMaxRoot = std::size_t{1} << 20U;

const json::Object& object_of(const json::Value* value) { return *value->as_object(); }

// The Base64 of `rawBytes` as PEM: lines of 64 characters.
std::string pem(const std::string& label, const json::Object& holder) {
  const std::string& text = *holder.find("rawBytes")->as_string();
  std::string lines;
  for (std::size_t at = 0; at < text.size(); at += 64) lines += text.substr(at, 64) + "\n";
  return "-----BEGIN " + label + "-----\n" + lines + "-----END " + label + "-----\n";
}

// The certificates of the first of a list of authorities.
std::string chain_pem(const json::Object& root, const std::string& list) {
  std::string text;
  const json::Object& authority = object_of(&root.find(list)->as_array()->at(0));
  for (const json::Value& one : *object_of(authority.find("certChain")).find("certificates")->as_array()) {
    text += pem("CERTIFICATE", object_of(&one));
  }
  return text;
}

std::string key_pem(const json::Object& root, const std::string& list, const std::string& url) {
  for (const json::Value& log : *root.find(list)->as_array()) {
    if (object_of(&log).find("baseUrl")->as_string()->find(url) == std::string::npos) continue;
    return pem("PUBLIC KEY", object_of(object_of(&log).find("publicKey")));
  }
  return {};
}

json::Value trusted_root(const Household& house) {
  const auto text = read_file(house.trusted_root(), kMaxRoot);
  auto parsed = text ? json::parse(*text) : Result<json::Value>(fail(text.error()));
  if (parsed) return std::move(*parsed);
  std::fprintf(stderr, "gitsign: %s\n", parsed.error().what.c_str());
  std::abort();
}

}  // namespace

std::filesystem::path gitsign_folder() { return SIGNET_SOURCE_DIR "/build/lanes/gitsign"; }

std::map<std::string, std::string> gitsign_environment(Household& house) {
  const json::Value parsed = trusted_root(house);
  const json::Object& root = *parsed.as_object();
  const auto& urls = house.sandbox().urls();
  const auto file = [&house](std::string_view name, const std::string& text) {
    return house.folder().write(name, text).string();
  };
  return {{"PATH", gitsign_folder().string() + ":" + house.environment().at("PATH")},
          {"GITSIGN_FULCIO_URL", urls.ca},
          {"GITSIGN_REKOR_URL", urls.log},
          {"GITSIGN_OIDC_ISSUER", urls.issuer},
          {"GITSIGN_REKOR_MODE", "offline"},
          {"GITSIGN_LOG", (house.folder() / "gitsign.log").string()},
          {"SIGSTORE_ID_TOKEN", house.sandbox().mint(Household::kSan)},
          {"SIGSTORE_ROOT_FILE", file("ca.pem", chain_pem(root, "certificateAuthorities"))},
          {"SIGSTORE_REKOR_PUBLIC_KEY", file("log.pem", key_pem(root, "tlogs", "rekor.sandbox.test"))},
          {"SIGSTORE_CT_LOG_PUBLIC_KEY_FILE", file("ct.pem", key_pem(root, "ctlogs", ""))},
          {"GITSIGN_TIMESTAMP_CERT_CHAIN", file("tsa.pem", chain_pem(root, "timestampAuthorities"))},
          {"TUF_ROOT", (house.folder() / "tuf").string()},
          {"TUF_MIRROR", urls.tuf},
          {"TUF_ROOT_JSON", (house.sandbox().folder() / "tuf/1.root.json").string()}};
}

}  // namespace signet::test
