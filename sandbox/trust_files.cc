#include "sandbox/trust_files.h"

#include <string>
#include <string_view>
#include <utility>

#include "common/base64.h"
#include "common/file.h"
#include "json/writer.h"
#include "sandbox/ct_log.h"
#include "sandbox/rekor_log.h"
#include "sigstore/encoding/signed_note.h"
#include "sigstore/tuf/instance_store.h"

namespace signet::sandbox {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kPublic = 0644;

json::Value raw_bytes(ByteView bytes) { return json::Object{{"rawBytes", encode_base64(bytes)}}; }

json::Value valid_from(const State& state) { return json::Object{{"start", encode_rfc3339(state.created)}}; }

json::Value log_instance(const State& state, std::string_view origin, const SoftwareKey& key, const Sha256Hash& id) {
  const sigstore::PublicKey& public_key = key.public_key();
  return json::Object{{"baseUrl", "https://" + std::string(origin)},
                      {"hashAlgorithm", "SHA2_256"},
                      {"publicKey", json::Object{{"rawBytes", encode_base64(public_key.spki())},
                                                 {"keyDetails", sigstore::key_details_name(public_key.kind())},
                                                 {"validFor", valid_from(state)}}},
                      {"logId", json::Object{{"keyId", encode_base64(id)}}}};
}

json::Value authority(const State& state, const Hierarchy& hierarchy, const std::string& uri, std::string_view name) {
  const json::Array chain{raw_bytes(hierarchy.issuing.certificate.der()), raw_bytes(hierarchy.root.certificate.der())};
  return json::Object{{"subject", json::Object{{"organization", "SANDBOX NOT FOR TRUST"}, {"commonName", name}}},
                      {"uri", uri},
                      {"certChain", json::Object{{"certificates", chain}}},
                      {"validFor", valid_from(state)}};
}

json::Value service(const State& state, const std::string& url, int version, std::size_t place = 0) {
  return json::Object{
      {"url", url}, {"majorApiVersion", version}, {"validFor", valid_from(state)}, {"operator", operator_name(place)}};
}

json::Array log_instances(const State& state) {
  json::Array logs;
  for (std::size_t i = 0; i < state.logs.size(); ++i) {
    const SoftwareKey& key = state.logs[i];
    logs.push_back(log_instance(state, log_name(i), key, sigstore::checkpoint_key_id(log_name(i), key.public_key())));
  }
  for (std::size_t i = 0; i < state.v1_logs.size(); ++i) {
    const SoftwareKey& key = state.v1_logs[i];
    logs.push_back(log_instance(state, v1_log_name(i), key, key.public_key().fingerprint()));
  }
  return logs;
}

// The same hosts serve both of Rekor's APIs; clients take the version from here.
json::Array log_services(const State& state) {
  json::Array services;
  const Endpoints urls = endpoints_of(state.ports);
  for (const auto& [version, left_out] : {std::pair(2, RekorOffer::V1), std::pair(1, RekorOffer::V2)}) {
    if (state.offer.rekor == left_out) continue;
    for (std::size_t i = 0; i < state.logs.size(); ++i) {
      services.push_back(service(state, urls.log + number_path(i), version, i));
    }
  }
  return services;
}

std::string timestamp_url(const State& state, std::size_t place) {
  return endpoints_of(state.ports).tsa_base + number_path(place) + std::string(kTimestampPath);
}

json::Value selection(const State& state) {
  json::Object object{{"selector", state.offer.selector}};
  if (state.offer.count > 0) object.set("count", state.offer.count);
  return object;
}

/// For POSIX shells: within single quotes only the quote itself is special.
std::string shell_quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string environment(const State& state, const fs::path& folder) {
  std::string text = "# Points clients at the sandbox; to be sourced by a shell.\n";
  const auto set = [&](const char* name, const std::string& value) {
    text += std::string("export ") + name + "=" + shell_quoted(value) + "\n";
  };
  set("SIGNET_SANDBOX_DIR", folder.string());
  set("SIGNET_TRUSTED_ROOT", (folder / sigstore::tuf::kTrustedRootTarget).string());
  set("SIGNET_SIGNING_CONFIG", (folder / sigstore::tuf::kSigningConfigTarget).string());
  set("SIGNET_ISSUER", endpoints_of(state.ports).issuer);
  set("SIGNET_TUF_URL", endpoints_of(state.ports).tuf);
  set("SIGNET_TUF_ROOT", (folder / "tuf" / "1.root.json").string());
  return text;
}

}  // namespace

json::Value trusted_root_of(const State& state) {
  const Endpoints urls = endpoints_of(state.ports);
  const Sha256Hash& ct_log_id = state.ct_log.public_key().fingerprint();
  json::Array authorities;
  for (std::size_t i = 0; i < state.tsas.size(); ++i) {
    authorities.push_back(authority(state, state.tsas[i], timestamp_url(state, i), "SANDBOX NOT FOR TRUST TSA root"));
  }
  return json::Object{
      {"mediaType", "application/vnd.dev.sigstore.trustedroot+json;version=0.1"},
      {"tlogs", log_instances(state)},
      {"certificateAuthorities", json::Array{authority(state, state.ca, urls.ca, "SANDBOX NOT FOR TRUST CA root")}},
      {"ctlogs", json::Array{log_instance(state, kCtLogOrigin, state.ct_log, ct_log_id)}},
      {"timestampAuthorities", std::move(authorities)}};
}

json::Value signing_config_of(const State& state) {
  const Endpoints urls = endpoints_of(state.ports);
  json::Array authorities;
  for (std::size_t i = 0; i < state.tsas.size(); ++i) {
    authorities.push_back(service(state, timestamp_url(state, i), 1, i));
  }
  return json::Object{{"mediaType", "application/vnd.dev.sigstore.signingconfig.v0.2+json"},
                      {"caUrls", json::Array{service(state, urls.ca, 1)}},
                      {"oidcUrls", json::Array{service(state, urls.issuer, 1)}},
                      {"rekorTlogUrls", log_services(state)},
                      {"tsaUrls", std::move(authorities)},
                      {"rekorTlogConfig", selection(state)},
                      {"tsaConfig", selection(state)}};
}

Result<void> write_trust_files(const State& state) {
  std::error_code trouble;
  fs::path folder = fs::absolute(state.folder, trouble);
  if (trouble) folder = state.folder;
  const json::Value root = trusted_root_of(state);
  const json::Value config = signing_config_of(state);
  const json::Value both = json::Object{{"mediaType", "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json"},
                                        {"trustedRoot", root},
                                        {"signingConfig", config}};
  const std::pair<std::string_view, std::string> files[] = {
      {sigstore::tuf::kTrustedRootTarget, json::write_indented(root)},
      {sigstore::tuf::kSigningConfigTarget, json::write_indented(config)},
      {"client_trust_config.json", json::write_indented(both)},
      {"env", environment(state, folder)}};
  for (const auto& [name, content] : files) {
    if (auto written = write_file_atomic(folder / name, content, kPublic); !written) return written;
  }
  return {};
}

}  // namespace signet::sandbox
