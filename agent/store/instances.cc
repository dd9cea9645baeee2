#include "agent/store/instances.h"

#include <sys/stat.h>

#include <ctime>
#include <utility>

#include "common/owned_path.h"
#include "sigstore/tuf/instance_trust.h"

namespace signet::agent {
namespace {

struct InstanceTexts {
  std::string trusted_root;
  std::string signing_config;
  std::optional<Error> why_shipped{};  ///< as InstanceTrust has it
};

// Whoever could write them could say whom to believe, and where ID tokens are sent.
Result<InstanceTexts> read_files(const config::Instance& configured) {
  auto root = read_owned_file(configured.trusted_root, sigstore::kMaxTrustedRoot);
  if (!root) return fail(std::move(root.error()));
  auto services = read_owned_file(configured.signing_config, sigstore::kMaxSigningConfig);
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
                       .signing_config = std::move(*trust->signing_config),
                       .why_shipped = std::move(trust->why_shipped)};
}

// What changes when the instance does.
Result<std::vector<std::filesystem::path>> files_of(const config::Instance& configured) {
  if (!configured.trusted_root.empty()) return std::vector{configured.trusted_root, configured.signing_config};
  const auto cache = config::default_cache();
  if (!cache) return fail(cache.error());
  const auto anchor = sigstore::tuf::read_anchor(source_of(configured));
  if (!anchor) return fail(anchor.error());
  std::vector files{sigstore::tuf::store_folder(*cache, *anchor) / sigstore::tuf::kVerifiedCopy};
  if (!configured.tuf_root.empty()) files.push_back(configured.tuf_root);
  return files;
}

Result<std::shared_ptr<const Instance>> parse_texts(const std::string& name, const InstanceTexts& texts) {
  auto root = sigstore::parse_trusted_root(texts.trusted_root);
  if (!root) return fail(std::move(root.error()).during("reading its trusted root"));
  auto services = sigstore::parse_signing_config(texts.signing_config);
  if (!services) return fail(std::move(services.error()).during("reading its signing config"));
  return std::make_shared<const Instance>(
      Instance{.name = name, .root = std::move(*root), .services = std::move(*services)});
}

}  // namespace

Instances::Instances(const config::Configuration& configuration, Notice notice)
    : configuration_(configuration), notice_(std::move(notice)) {}

// A file that is not there has a stamp, too: whoever reads it says what is wrong.
Instances::Stamp Instances::stamp_of(const std::filesystem::path& path) {
  struct stat facts{};
  if (::stat(path.c_str(), &facts) != 0) return {};
  const auto nanoseconds = [](const timespec& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
  };
  return {.node = facts.st_ino,
          .size = facts.st_size,
          .written = nanoseconds(facts.st_mtim),
          .changed = nanoseconds(facts.st_ctim)};
}

std::vector<Instances::Stamp> Instances::stamps_of(const std::vector<std::filesystem::path>& files) {
  std::vector<Stamp> stamps;
  stamps.reserve(files.size());
  for (const auto& file : files) stamps.push_back(stamp_of(file));
  return stamps;
}

// What is wrong with the store may be mended without a change of any file that is watched (its folder's mode): it is
// read each time until it can be used, and told once.
void Instances::tell(Known& known, const std::string& name, std::optional<Error> why_shipped) const {
  if (why_shipped) {
    known.stamps.clear();
    if (known.told == why_shipped) return;
    const std::string next = why_shipped->remedy.empty() ? "" : "; next: " + why_shipped->remedy;
    notice_("instance " + name +
            " is used as shipped, because what is stored is of no use: " + why_shipped->sentence() + next);
  }
  known.told = std::move(why_shipped);
}

// The stamps are taken before the files are read: a change in between is seen the next time. Which files they are
// depends on the TUF root, which is one of them.
Result<std::shared_ptr<const Instance>> Instances::get(const std::string& name) {
  const auto configured = configuration_.instances.find(name);
  if (configured == configuration_.instances.end()) {
    return fail(ErrorCode::InvalidRequest, "there is no instance " + name);
  }
  Known& known = known_[name];
  if (known.instance && !known.stamps.empty() && known.stamps == stamps_of(known.files)) return known.instance;
  auto instance = load(known, configured->second);
  if (!instance) return fail(std::move(instance.error()).during("loading instance " + name));
  return instance;
}

Result<std::shared_ptr<const Instance>> Instances::load(Known& known, const config::Instance& configured) const {
  known.instance.reset();
  auto files = files_of(configured);
  if (!files) return fail(std::move(files.error()));
  known.files = std::move(*files);
  known.stamps = stamps_of(known.files);
  auto texts = configured.trusted_root.empty() ? read_store(configured) : read_files(configured);
  if (!texts) return fail(std::move(texts.error()));
  auto instance = parse_texts(configured.name, *texts);
  if (!instance) return instance;
  tell(known, configured.name, std::move(texts->why_shipped));
  known.instance = *instance;
  return instance;
}

}  // namespace signet::agent
