#include "tests/support/conformance_assets.h"

#include <cstdlib>
#include <iostream>
#include <utility>

#include "common/base64.h"
#include "common/file.h"
#include "json/fields.h"
#include "json/reader.h"

namespace signet::test {
namespace {

constexpr std::size_t kMaxFile = std::size_t{64} * 1024 * 1024;

std::filesystem::path folder() {
  const char* set = std::getenv("SIGNET_CONFORMANCE_ASSETS");
  return set != nullptr ? set : std::filesystem::path(SIGNET_SOURCE_DIR) / "tests/conformance/assets";
}

template <typename T>
T must(Result<T> result, std::string_view what) {
  if (result) return std::move(*result);
  std::cerr << "conformance assets: " << what << ": " << result.error().sentence() << "\n";
  std::abort();
}

ConformanceCase read_case(const json::Value& value) {
  json::Fields fields(value, "manifest", json::UnknownFields::Tolerate);
  ConformanceCase subject;
  subject.name = fields.text("name");
  subject.bundle = read_conformance_file(fields.text("bundle"));
  subject.artifact = folder() / fields.text("artifact");
  subject.artifact_sha256 = fields.text("artifact_sha256");
  const std::string root = fields.text("trusted_root");
  subject.trusted_root = read_conformance_file(root);
  subject.of_public_good = root == "roots/production/trusted_root.json";
  subject.key = fields.optional_text("key").value_or("");
  subject.san = fields.optional_text("certificate_identity").value_or("");
  subject.issuer = fields.optional_text("certificate_oidc_issuer").value_or("");
  subject.passes = fields.text("expect") == "pass";
  subject.refused_at = fields.optional_texts("refused_at");
  if (auto done = fields.finish(); !done) must<int>(fail(done.error()), "manifest.json");
  return subject;
}

}  // namespace

bool have_conformance_assets() { return std::filesystem::exists(folder() / "manifest.json"); }

std::string read_conformance_file(std::string_view path) { return must(read_file(folder() / path, kMaxFile), path); }

std::vector<ConformanceCase> conformance_cases(std::string_view prefix) {
  std::vector<ConformanceCase> cases;
  if (!have_conformance_assets()) return cases;
  const json::Value manifest = must(json::parse(read_conformance_file("manifest.json")), "manifest.json");
  json::Fields fields(manifest, "manifest", json::UnknownFields::Tolerate);
  for (const json::Value& value : fields.array("cases")) {
    const json::Value* name = value.as_object() == nullptr ? nullptr : value.as_object()->find("name");
    if (name != nullptr && name->as_string() != nullptr && name->as_string()->starts_with(prefix)) {
      cases.push_back(read_case(value));
    }
  }
  return cases;
}

ConformanceCase conformance_case(std::string_view name) {
  for (ConformanceCase& subject : conformance_cases(name)) {
    if (subject.name == name) return std::move(subject);
  }
  return must<ConformanceCase>(fail(ErrorCode::InvalidRequest, "no such case"), name);
}

sigstore::Bundle bundle_of(const ConformanceCase& subject) {
  return must(sigstore::parse_bundle(subject.bundle), subject.name);
}

sigstore::Certificate leaf_of(const ConformanceCase& subject) {
  return must(sigstore::Certificate::from_der(leaf_der_of(subject)), subject.name);
}

Bytes leaf_der_of(const ConformanceCase& subject) {
  const json::Value bundle = must(json::parse(subject.bundle), subject.name);
  json::Fields fields(bundle, subject.name, json::UnknownFields::Tolerate);
  json::Fields material(fields.value("verificationMaterial"), subject.name, json::UnknownFields::Tolerate);
  const json::Value* certificate = material.optional_value("certificate");
  if (certificate == nullptr) {  // versions 0.1 and 0.2: the first of a chain
    json::Fields chain(material.value("x509CertificateChain"), subject.name, json::UnknownFields::Tolerate);
    const json::Array& certificates = chain.array("certificates");
    if (certificates.empty()) must<int>(fail(ErrorCode::InvalidRequest, "no certificate"), subject.name);
    certificate = &certificates.front();
  }
  json::Fields leaf(*certificate, subject.name, json::UnknownFields::Tolerate);
  return leaf.bytes("rawBytes");
}

std::vector<sigstore::LogEntry> log_entries_of(const ConformanceCase& subject) {
  const json::Value bundle = must(json::parse(subject.bundle), subject.name);
  json::Fields fields(bundle, subject.name, json::UnknownFields::Tolerate);
  json::Fields material(fields.value("verificationMaterial"), subject.name, json::UnknownFields::Tolerate);
  std::vector<sigstore::LogEntry> entries;
  for (const json::Value& value : material.array("tlogEntries")) {
    entries.push_back(must(sigstore::parse_log_entry(value, subject.name), subject.name));
  }
  return entries;
}

sigstore::TrustedRoot trusted_root_of(const ConformanceCase& subject) {
  return must(sigstore::parse_trusted_root(subject.trusted_root), subject.name);
}

}  // namespace signet::test
