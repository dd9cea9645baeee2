#include "agent/store/instances.h"

#include <system_error>
#include <utility>

#include "config/ownership.h"
#include "sigstore/tuf/instance_trust.h"

namespace signet::agent {
namespace {

constexpr std::size_t kMaxFile = std::size_t{1} * 1024 * 1024;

struct InstanceTexts {
  std::string trusted_root;
  std::string signing_config;
};

// Whoever could write them could say whom to believe, and where ID tokens are sent.
Result<InstanceTexts> read_files(const config::Instance& configured) {
  auto root = config::read_owned_file(configured.trusted_root, kMaxFile);
  if (!root) return fail(std::move(root.error()));
  auto services = config::read_owned_file(configured.signing_config, kMaxFile);
  if (!services) return fail(std::move(services.error()));
  return InstanceTexts{.trusted_root = std::move(*root), .signing_config = std::move(*services)};
}

sigstore::tuf::TrustSource source_of(const config::Instance& configured) {
  return {.name = configured.name, .url = configured.tuf_url, .root = configured.tuf_root};
}

Result<InstanceTexts> read_store(const config::Instance& configured) {
  const auto cache = config::default_cache();
  if (!cache) return fail(cache.error());
  auto trust = sigstore::tuf::read_instance_trust(source_of(configured), *cache);
  if (!trust) return fail(std::move(trust.error()));
  if (!trust->signing_config) {
    return fail(ErrorCode::InvalidRequest, "its TUF repository publishes no signing config, so nothing can be signed");
  }
  return InstanceTexts{.trusted_root = std::move(trust->trusted_root),
                       .signing_config = std::move(*trust->signing_config)};
}

// What changes when the instance does.
Result<std::vector<std::filesystem::path>> files_of(const config::Instance& configured) {
  if (!configured.trusted_root.empty()) return std::vector{configured.trusted_root, configured.signing_config};
  const auto cache = config::default_cache();
  if (!cache) return fail(cache.error());
  const auto anchor = sigstore::tuf::read_anchor(source_of(configured));
  if (!anchor) return fail(anchor.error());
  return std::vector{sigstore::tuf::store_folder(*cache, *anchor) / sigstore::tuf::kVerifiedCopy};
}

Result<std::shared_ptr<const Instance>> read_instance(const config::Instance& configured) {
  const auto texts = configured.trusted_root.empty() ? read_store(configured) : read_files(configured);
  if (!texts) return fail(texts.error());
  auto root = sigstore::parse_trusted_root(texts->trusted_root);
  if (!root) return fail(std::move(root.error()).during("reading its trusted root"));
  auto services = sigstore::parse_signing_config(texts->signing_config);
  if (!services) return fail(std::move(services.error()).during("reading its signing config"));
  return std::make_shared<const Instance>(
      Instance{.name = configured.name, .root = std::move(*root), .services = std::move(*services)});
}

}  // namespace

Instances::Instances(const config::Configuration& configuration) : configuration_(configuration) {}

// A file that is not there has a stamp, too: whoever reads it says what is wrong.
Instances::Stamp Instances::stamp_of(const std::filesystem::path& path) {
  std::error_code trouble;
  Stamp stamp;
  stamp.written = std::filesystem::last_write_time(path, trouble);
  if (!trouble) stamp.size = std::filesystem::file_size(path, trouble);
  return trouble ? Stamp() : stamp;
}

// The stamps are taken before the files are read: a change in between is seen the next time.
Result<std::shared_ptr<const Instance>> Instances::get(const std::string& name) {
  const auto configured = configuration_.instances.find(name);
  if (configured == configuration_.instances.end()) {
    return fail(ErrorCode::InvalidRequest, "there is no instance " + name);
  }
  const std::string step = "loading instance " + name;
  Known& known = known_[name];
  if (known.files.empty()) {
    auto files = files_of(configured->second);
    if (!files) return fail(std::move(files.error()).during(step));
    known.files = std::move(*files);
  }
  std::vector<Stamp> stamps;
  stamps.reserve(known.files.size());
  for (const auto& file : known.files) stamps.push_back(stamp_of(file));
  if (known.instance && known.stamps == stamps) return known.instance;
  auto instance = read_instance(configured->second);
  if (!instance) return fail(std::move(instance.error()).during(step));
  known.stamps = std::move(stamps);
  known.instance = *instance;
  return std::move(*instance);
}

}  // namespace signet::agent
