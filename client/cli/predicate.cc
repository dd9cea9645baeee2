#include "client/cli/predicate.h"

#include <algorithm>
#include <array>
#include <utility>

#include "client/lib/agent_client.h"
#include "common/display.h"
#include "common/file.h"
#include "json/reader.h"
#include "sigstore/encoding/statement.h"

namespace signet::cli {
namespace {

struct ShortName {
  std::string_view name;
  std::string_view uri;
};

// As cosign spells them (cosign attest-blob --type).
constexpr std::array<ShortName, 10> kShortNames = {{
    {"slsaprovenance", "https://slsa.dev/provenance/v0.2"},
    {"slsaprovenance02", "https://slsa.dev/provenance/v0.2"},
    {"slsaprovenance1", "https://slsa.dev/provenance/v1"},
    {"spdx", "https://spdx.dev/Document"},
    {"spdxjson", "https://spdx.dev/Document"},
    {"cyclonedx", "https://cyclonedx.org/bom"},
    {"link", "https://in-toto.io/Link/v1"},
    {"vuln", "https://cosign.sigstore.dev/attestation/vuln/v1"},
    {"openvex", "https://openvex.dev/ns"},
    {"custom", "https://cosign.sigstore.dev/attestation/v1"},
}};

std::string names() {
  std::string list;
  for (const ShortName& known : kShortNames) list += (list.empty() ? "" : ", ") + std::string(known.name);
  return list;
}

std::string trimmed(const std::string& text) {
  constexpr std::string_view kWhite = " \t\r\n";  // RFC 8259 §2
  const std::size_t first = text.find_first_not_of(kWhite);
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(kWhite) + 1 - first);
}

}  // namespace

Result<std::string> predicate_type_from(std::string_view text) {
  const auto* const found = std::ranges::find(kShortNames, text, &ShortName::name);
  if (found != kShortNames.end()) return std::string(found->uri);
  if (sigstore::is_type_uri(text)) return std::string(text);
  return fail(ErrorCode::InvalidRequest,
              "--type " + display_text(text, 80) + " is neither a URI nor a known short name",
              "give the URI of the predicate's type, or one of: " + names());
}

Result<std::string> read_predicate(const std::filesystem::path& file) {
  const std::string name = display_text(file.native());
  auto text = read_file(file, client::kMaxStatement);
  if (!text && text.error().code == ErrorCode::LimitExceeded) {
    text.error().remedy = "attest a shorter predicate, for example one that names the document by its digest";
  } else if (!text) {
    text.error().remedy = "--predicate names a file with a JSON object";
  }
  if (!text) return fail(std::move(text.error()).during("reading the predicate"));
  const auto value = json::parse(*text);
  if (!value) {
    Error error = value.error();
    error.remedy = "--predicate names a file with one JSON object, whose members have different names";
    return fail(std::move(error).during("reading the predicate " + name));
  }
  if (value->as_object() == nullptr) {
    return fail(ErrorCode::InvalidRequest,
                "the predicate " + name + " is not a JSON object but of kind " + std::string(value->kind()),
                "an in-toto predicate is an object: {\"…\": …}");
  }
  return trimmed(*text);
}

}  // namespace signet::cli
