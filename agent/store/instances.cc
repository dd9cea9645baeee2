#include "agent/store/instances.h"

#include <system_error>
#include <utility>

#include "config/ownership.h"

namespace signet::agent {
namespace {

constexpr std::size_t kMaxFile = std::size_t{1} * 1024 * 1024;

// Whoever could write them could say whom to believe, and where ID tokens are sent.
Result<std::shared_ptr<const Instance>> read_instance(const config::Instance& configured) {
  const auto root_text = config::read_owned_file(configured.trusted_root, kMaxFile);
  if (!root_text) return fail(root_text.error());
  auto root = sigstore::parse_trusted_root(*root_text);
  if (!root) return fail(std::move(root.error()).during("reading " + configured.trusted_root.string()));
  const auto services_text = config::read_owned_file(configured.signing_config, kMaxFile);
  if (!services_text) return fail(services_text.error());
  auto services = sigstore::parse_signing_config(*services_text);
  if (!services) return fail(std::move(services.error()).during("reading " + configured.signing_config.string()));
  return std::make_shared<const Instance>(
      Instance{.name = configured.name, .root = std::move(*root), .services = std::move(*services)});
}

}  // namespace

Instances::Instances(const config::Configuration& configuration) : configuration_(configuration) {}

Result<Instances::Stamp> Instances::stamp_of(const std::filesystem::path& path) {
  std::error_code trouble;
  Stamp stamp;
  stamp.written = std::filesystem::last_write_time(path, trouble);
  if (!trouble) stamp.size = std::filesystem::file_size(path, trouble);
  if (trouble) return fail(ErrorCode::InvalidRequest, path.string() + ": " + trouble.message());
  return stamp;
}

// The stamps are taken before the files are read: a change in between is seen the next time.
Result<std::shared_ptr<const Instance>> Instances::get(const std::string& name) {
  const auto configured = configuration_.instances.find(name);
  if (configured == configuration_.instances.end()) {
    return fail(ErrorCode::InvalidRequest, "there is no instance " + name);
  }
  const std::string step = "loading instance " + name;
  auto root_stamp = stamp_of(configured->second.trusted_root);
  if (!root_stamp) return fail(std::move(root_stamp.error()).during(step));
  auto services_stamp = stamp_of(configured->second.signing_config);
  if (!services_stamp) return fail(std::move(services_stamp.error()).during(step));
  Known& known = known_[name];
  if (known.instance && known.root_stamp == *root_stamp && known.services_stamp == *services_stamp) {
    return known.instance;
  }
  auto instance = read_instance(configured->second);
  if (!instance) return fail(std::move(instance.error()).during(step));
  known = Known{.root_stamp = *root_stamp, .services_stamp = *services_stamp, .instance = *instance};
  return std::move(*instance);
}

}  // namespace signet::agent
