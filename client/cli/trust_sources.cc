#include "client/cli/trust_sources.h"

#include <cstdlib>
#include <sstream>
#include <system_error>
#include <utility>

#include "client/cli/network_program.h"
#include "common/display.h"
#include "json/fields.h"
#include "json/reader.h"
#include "sigstore/trust/shipped.h"

namespace signet::cli {
namespace {

using sigstore::tuf::TrustSource;

constexpr std::size_t kMaxAnswer = std::size_t{64} * 1024;
constexpr std::string_view kProgram = "signet-trust";

std::unexpected<Error> nonsense() {
  return fail(ErrorCode::WorkerFailed, std::string(kProgram) + " ended without an answer");
}

// Lines of JSON: notes, and then that it is done, or the error.
Result<void> take_answer(const std::string& answer, std::vector<std::string>& notes) {
  std::istringstream lines(answer);
  for (std::string line; std::getline(lines, line);) {
    const auto value = json::parse(line);
    if (!value) return nonsense();
    json::Fields fields(*value, std::string(kProgram), json::UnknownFields::Tolerate);
    if (auto note = fields.optional_text("note")) notes.push_back(std::move(*note));
    if (fields.has("done")) return {};
    const auto name = fields.optional_text("error");
    if (!name) continue;
    const auto code = error_code_from_name(*name);
    if (!code) return nonsense();
    return fail(Error{.code = *code,
                      .what = fields.optional_text("what").value_or(""),
                      .remedy = fields.optional_text("remedy").value_or(""),
                      .context = fields.optional_texts("context")});
  }
  return nonsense();
}

std::string names_of(const std::vector<TrustSource>& sources) {
  std::string names;
  for (const TrustSource& source : sources) names += (names.empty() ? "" : ", ") + source.name;
  return names;
}

}  // namespace

Result<config::Configuration> read_own_configuration() {
  const auto path = config::default_configuration_path();
  if (!path) return fail(path.error());
  std::error_code ignored;
  if (!std::filesystem::exists(*path, ignored) && std::getenv("SIGNET_CONFIG") == nullptr) {
    config::Configuration none;
    none.path = *path;
    return none;
  }
  return config::read_configuration(*path);
}

TrustSource source_of(const config::Instance& instance) {
  return {.name = instance.name, .url = instance.tuf_url, .root = instance.tuf_root};
}

std::vector<TrustSource> all_sources(const config::Configuration& configuration) {
  std::vector<TrustSource> sources;
  for (const sigstore::ShippedInstance& shipped : sigstore::shipped_instances()) {
    const std::string name(shipped.name);
    if (!configuration.instances.contains(name)) sources.push_back({.name = name});
  }
  for (const auto& [name, instance] : configuration.instances) {
    if (instance.trusted_root.empty()) sources.push_back(source_of(instance));
  }
  return sources;
}

Result<TrustSource> source_named(const config::Configuration& configuration, const std::string& name) {
  const auto sources = all_sources(configuration);
  for (const TrustSource& source : sources) {
    if (source.name == name) return source;
  }
  const bool is_file = configuration.instances.contains(name);
  return fail(ErrorCode::InvalidRequest,
              (is_file ? "the trust of instance " : "there is no instance ") + display_text(name, 60) +
                  (is_file ? " comes from files, not from a TUF repository" : ""),
              is_file ? "write those files anew, or give the instance a tuf = { url, root } in their place"
                      : "instances with a TUF repository: " + names_of(sources) + "; signet trust add adds another");
}

Result<sigstore::tuf::InstanceTrust> update_trust(const TrustSource& source, std::vector<std::string>& notes) {
  const auto cache = config::default_cache();
  if (!cache) return fail(cache.error());
  std::vector<std::string> arguments = {"--name", source.name, "--cache", cache->string()};
  if (!source.url.empty()) {
    arguments.insert(arguments.end(), {"--url", source.url, "--root", source.root.string()});
  }
  const auto answer = ask_network_program(kProgram, std::move(arguments), kMaxAnswer);
  if (!answer) return fail(answer.error());
  const std::string step = "updating the trust of instance " + source.name;
  if (auto done = take_answer(*answer, notes); !done) return fail(std::move(done.error()).during(step));
  auto trust = sigstore::tuf::read_instance_trust(source, *cache);
  if (!trust) return fail(std::move(trust.error()).during(step));
  if (trust->why_shipped) return fail(std::move(*trust->why_shipped).during(step));
  return trust;
}

}  // namespace signet::cli
