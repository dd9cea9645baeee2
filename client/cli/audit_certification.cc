#include "client/cli/audit_certification.h"

#include <system_error>
#include <utility>

#include "client/cli/bundle_file.h"
#include "common/hex.h"
#include "json/writer.h"
#include "sigstore/bundle/bundle.h"
#include "sigstore/encoding/dsse.h"
#include "sigstore/encoding/hash.h"

namespace signet::cli {
namespace {

// A name, not a place: nothing is fetched from there.
constexpr std::string_view kPredicateType = "https://signet.invalid/audit-log-key/v1";

Result<Judged> judge_certification(const audit::Folder& folder, std::string_view statement,
                                   const Arguments& arguments) {
  const auto json = read_bundle(folder.certification());
  if (!json) return fail(json.error());
  const auto wish = trust_wish(arguments);
  if (!wish) return fail(wish.error());
  const auto choices = choose_trust(*wish);
  if (!choices) return fail(choices.error());
  show_warnings(*choices);
  const auto bundle = sigstore::parse_bundle(*json);
  return judge(*choices, [&](const TrustChoice& choice) {
    // What is no bundle is refused by the verifier in its own words.
    if (!bundle) return sigstore::examine_bundle(std::string_view(*json), {}, choice.root, choice.policy);
    return sigstore::Examination{
        .checks = {},
        .verdict = sigstore::verify_statement_bundle(*bundle, bytes_of(statement), choice.root, choice.policy)};
  });
}

}  // namespace

std::string certification_statement(std::string_view origin, std::string_view verifier_key) {
  const json::Object subject{
      {"name", origin}, {"digest", json::Object{{"sha256", encode_hex(sigstore::sha256(bytes_of(verifier_key)))}}}};
  const json::Object predicate{{"says", "this key signs the checkpoints of that audit log of a signing agent"},
                               {"origin", origin},
                               {"key", verifier_key}};
  return json::write(json::Object{{"_type", "https://in-toto.io/Statement/v1"},
                                  {"subject", json::Array{subject}},
                                  {"predicateType", kPredicateType},
                                  {"predicate", predicate}});
}

std::optional<Certification> check_certification(const audit::Folder& folder, std::string_view origin,
                                                 std::string_view verifier_key, const Arguments& arguments) {
  std::error_code error;
  if (!std::filesystem::exists(std::filesystem::symlink_status(folder.certification(), error))) return std::nullopt;
  auto judged = judge_certification(folder, certification_statement(origin, verifier_key), arguments);
  if (!judged) return Certification{.not_checked = std::move(judged.error())};
  return Certification{.judged = std::move(*judged)};
}

}  // namespace signet::cli
