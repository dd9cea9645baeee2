#include "client/cli/log_question.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "client/cli/network_program.h"
#include "client/cli/trust_sources.h"
#include "common/base64.h"
#include "common/display.h"
#include "common/file.h"
#include "json/fields.h"
#include "json/reader.h"
#include "sigstore/git/cms.h"
#include "sigstore/trust/signing_config.h"

namespace signet::cli {
namespace {

constexpr std::string_view kProgram = "signet-log";
constexpr std::int64_t kRekorV1 = 1;
/// An entry's body is bounded by signet-log, and base64 makes it longer.
constexpr std::size_t kMaxAnswer = std::size_t{16} * 1024 * 1024;

Result<std::string> signing_config_of(const std::string& instance) {
  const auto configuration = read_own_configuration();
  if (!configuration) return fail(configuration.error());
  const auto known = configuration->instances.find(instance);
  if (known != configuration->instances.end() && !known->second.trusted_root.empty()) {
    if (!known->second.signing_config.empty())
      return read_file(known->second.signing_config, sigstore::kMaxSigningConfig);
    return fail(ErrorCode::InvalidRequest,
                "instance " + instance + " has no signing_config, which says where its logs are");
  }
  if (known == configuration->instances.end() && !config::is_shipped_instance(instance)) {
    return fail(ErrorCode::InvalidRequest, "a trusted root alone does not say where its logs are",
                "name the instance: --instance NAME");
  }
  const auto source = source_named(*configuration, instance);
  if (!source) return fail(source.error());
  const auto cache = config::default_cache();
  if (!cache) return fail(cache.error());
  auto trust = sigstore::tuf::read_instance_trust(*source, *cache);
  if (!trust) return fail(std::move(trust.error()));
  if (trust->signing_config) return std::move(*trust->signing_config);
  return fail(ErrorCode::InvalidRequest,
              "instance " + instance + " publishes no signing config, which says where its logs are");
}

Result<std::vector<std::string>> logs_of(const std::string& instance) {
  const auto text = signing_config_of(instance);
  if (!text) return fail(text.error());
  const auto signing_config = sigstore::parse_signing_config(*text);
  if (!signing_config) return fail(Error(signing_config.error()).during("reading the signing config of " + instance));
  std::vector<std::string> urls;
  for (const sigstore::Service& log : signing_config->logs) {
    if (log.major_api_version == kRekorV1) urls.push_back(log.url);
  }
  if (!urls.empty()) return urls;
  return fail(ErrorCode::InvalidRequest,
              "instance " + display_text(instance) + " has no log of Rekor v1, which alone can be searched");
}

std::unexpected<Error> nonsense() {
  return fail(ErrorCode::WorkerFailed, std::string(kProgram) + " ended without an answer");
}

Result<std::optional<sigstore::LogEntry>> take_answer(std::string_view answer) {
  const auto value = json::parse(answer);
  if (!value) return nonsense();
  json::Fields fields(*value, std::string(kProgram), json::UnknownFields::Tolerate);
  if (fields.has("none")) return std::nullopt;
  if (const auto name = fields.optional_text("error")) {
    const auto code = error_code_from_name(*name);
    if (!code) return nonsense();
    return fail(Error{.code = *code,
                      .what = fields.optional_text("what").value_or(""),
                      .remedy = fields.optional_text("remedy").value_or(""),
                      .context = fields.optional_texts("context")});
  }
  auto entry = sigstore::parse_entry_protobuf(fields.bytes("entry"));
  Bytes body = fields.bytes("body");
  if (!fields.finish() || !entry) return nonsense();
  entry->canonicalized_body = std::move(body);
  return std::move(*entry);
}

}  // namespace

Result<std::optional<sigstore::LogEntry>> ask_logs(const std::string& instance, ByteView certificate,
                                                   const Digest& digest) {
  const auto urls = logs_of(instance);
  if (!urls) return fail(urls.error());
  for (const std::string& url : *urls) {
    const auto answer = ask_network_program(
        kProgram, {"--url", url, "--digest", encode_digest(digest), "--certificate", encode_base64(certificate)},
        kMaxAnswer);
    if (!answer) return fail(answer.error());
    auto entry = take_answer(*answer);
    if (!entry || *entry) return entry;
  }
  return std::nullopt;
}

}  // namespace signet::cli
