#include "sandbox/state.h"

#include <fcntl.h>
#include <sys/file.h>

#include <chrono>
#include <cstdlib>
#include <optional>
#include <utility>

#include "common/file.h"
#include "common/hex.h"
#include "common/random.h"
#include "json/fields.h"
#include "json/reader.h"
#include "json/writer.h"
#include "sandbox/certificate_profile.h"

namespace signet::sandbox {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxFile = std::size_t{64} * 1024;
constexpr auto kAuthorityLifetime = std::chrono::days(3650);

sigstore::Certificate certify(const CertificateProfile& profile, const SoftwareKey& issuer) {
  auto certificate = sigstore::Certificate::from_der(sign_tbs(encode_tbs(profile), issuer));
  if (!certificate) std::abort();  // the two halves of this library disagree
  return std::move(*certificate);
}

Authority make_root(const SoftwareKey& key, std::string_view name, WallTime start) {
  CertificateProfile profile{.issuer_name = encode_name(name),
                             .subject_name = encode_name(name),
                             .not_before = start,
                             .not_after = start + kAuthorityLifetime,
                             .spki = to_bytes(key.public_key().spki()),
                             .extensions = {extension::certificate_signing(), extension::authority(),
                                            extension::subject_key_id(key.public_key())}};
  return {.key = key, .certificate = certify(profile, key)};
}

CertificateProfile under(const Authority& root, const SoftwareKey& key, std::string_view name) {
  return {.issuer_name = root.certificate.subject_name(),
          .subject_name = encode_name(name),
          .not_before = root.certificate.not_before(),
          .not_after = root.certificate.not_after(),
          .spki = to_bytes(key.public_key().spki()),
          .extensions = {}};
}

/// Makes the text with `make` where the file is not there yet.
template <typename Make>
Result<Secret> kept_secret(const fs::path& file, Make make) {
  std::error_code trouble;
  if (!fs::exists(file, trouble)) {
    const Secret fresh = make();
    if (auto written = write_file_atomic(file, fresh.reveal(), 0600); !written) return fail(std::move(written.error()));
  }
  return read_secret_file(file, kMaxFile);
}

Result<SoftwareKey> kept_key(const fs::path& folder, std::string_view name) {
  const fs::path file = folder / "keys" / (std::string(name) + ".pem");
  const auto pem = kept_secret(file, [] { return SoftwareKey::generate().pem(); });
  if (!pem) return fail(pem.error());
  auto key = SoftwareKey::from_pem(pem->reveal());
  if (!key) return fail(std::move(key.error()).during("reading " + file.string()));
  return key;
}

/// The certificate as it was written at the first start: its serial number is random.
Result<void> keep(const fs::path& folder, std::string_view name, Authority& authority) {
  const fs::path file = folder / "certificates" / (std::string(name) + ".pem");
  std::error_code trouble;
  if (!fs::exists(file, trouble)) return write_file_atomic(file, authority.certificate.pem(), 0644);
  auto pem = read_file(file, kMaxFile);
  if (!pem) return fail(std::move(pem.error()));
  auto kept = sigstore::Certificate::from_pem(*pem);
  if (!kept) return fail(std::move(kept.error()).during("reading " + file.string()));
  if (!(kept->public_key() == authority.key.public_key())) {
    return fail(ErrorCode::InvalidRequest, file.string() + " is not of the key of that name",
                "remove the folder to begin with a new sandbox");
  }
  authority.certificate = std::move(*kept);
  return {};
}

Result<WallTime> kept_creation(const fs::path& folder, WallTime now) {
  const fs::path file = folder / "state.json";
  std::error_code trouble;
  if (!fs::exists(file, trouble)) {
    const WallTime second = wall_time_from_unix(unix_seconds(now));
    const json::Value fresh = json::Object{{"version", 1}, {"created", encode_rfc3339(second)}};
    if (auto written = write_file_atomic(file, json::write_indented(fresh), 0600); !written) {
      return fail(std::move(written.error()));
    }
  }
  auto text = read_file(file, kMaxFile);
  if (!text) return fail(std::move(text.error()));
  auto value = json::parse(*text);
  if (!value) return fail(std::move(value.error()).during("reading " + file.string()));
  json::Fields fields(*value, file.string());
  if (fields.integer("version") != 1) fields.refuse("version", "is not 1");
  const std::string created = fields.text("created");
  if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
  return parse_rfc3339(created);
}

Result<Ports> kept_ports(const fs::path& file, std::vector<UniqueFd>& held) {
  std::error_code trouble;
  auto kept = fs::exists(file, trouble) ? read_ports(file) : Result<Ports>(Ports());
  if (!kept || kept->tuf != 0) return kept;
  auto ports = choose_ports(held, *kept);
  if (!ports) return ports;
  if (auto written = write_ports(file, *ports); !written) return fail(std::move(written.error()));
  return ports;
}

Result<UniqueFd> lock_folder(const fs::path& folder) {
  for (const fs::path& each : {folder, folder / "keys", folder / "certificates"}) {
    if (auto made = make_private_folder(each); !made) return fail(std::move(made.error()));
  }
  UniqueFd lock(::open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!lock || ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    return fail(ErrorCode::InvalidRequest, "another sandbox uses " + folder.string(),
                "end it, or choose another folder with --dir");
  }
  return lock;
}

Secret fresh_secret() { return Secret(encode_hex(random_bytes(32))); }

/// All keys of the folder by their names, or the first error.
class Keys {
 public:
  explicit Keys(const fs::path& folder) : folder_(folder) {}
  SoftwareKey get(std::string_view name) {
    auto key = kept_key(folder_, name);
    if (key) return std::move(*key);
    if (!error_) error_ = std::move(key.error());
    return SoftwareKey::generate();
  }
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  const fs::path& folder_;
  std::optional<Error> error_;
};

/// The keys of all services of which there may be several.
void take_numbered(State& state, Keys& keys) {
  for (std::size_t i = 0; i < state.offer.logs; ++i) {
    state.logs.push_back(keys.get("log" + number_suffix(i)));
    state.v1_logs.push_back(keys.get("log-v1" + number_suffix(i)));
  }
  for (std::size_t i = 0; i < state.offer.timestamp_authorities; ++i) {
    const SoftwareKey root = keys.get("tsa-root" + number_suffix(i));
    state.tsas.push_back(make_timestamp_authority(root, keys.get("tsa" + number_suffix(i)), state.created));
  }
}

Result<void> keep_certificates(const fs::path& folder, State& state) {
  std::vector<std::pair<std::string, Authority*>> all = {{"ca-root", &state.ca.root},
                                                         {"ca-intermediate", &state.ca.issuing}};
  for (std::size_t i = 0; i < state.tsas.size(); ++i) {
    all.emplace_back("tsa-root" + number_suffix(i), &state.tsas[i].root);
    all.emplace_back("tsa" + number_suffix(i), &state.tsas[i].issuing);
  }
  for (const auto& [name, authority] : all) {
    if (auto kept = keep(folder, name, *authority); !kept) return kept;
  }
  return {};
}

}  // namespace

Hierarchy make_ca(const SoftwareKey& root, const SoftwareKey& intermediate, WallTime start) {
  Authority anchor = make_root(root, "SANDBOX NOT FOR TRUST CA root", start);
  CertificateProfile profile = under(anchor, intermediate, "SANDBOX NOT FOR TRUST CA intermediate");
  profile.extensions = {extension::certificate_signing(), extension::purpose(sigstore::oid::kCodeSigning, false),
                        extension::authority_of_leaves(), extension::subject_key_id(intermediate.public_key()),
                        extension::authority_key_id(root.public_key())};
  return {.root = anchor, .issuing = {.key = intermediate, .certificate = certify(profile, root)}};
}

Hierarchy make_timestamp_authority(const SoftwareKey& root, const SoftwareKey& leaf, WallTime start) {
  Authority anchor = make_root(root, "SANDBOX NOT FOR TRUST TSA root", start);
  CertificateProfile profile = under(anchor, leaf, "SANDBOX NOT FOR TRUST TSA");
  profile.extensions = {extension::digital_signature(), extension::purpose(sigstore::oid::kTimeStamping, true),
                        extension::subject_key_id(leaf.public_key()), extension::authority_key_id(root.public_key())};
  return {.root = anchor, .issuing = {.key = leaf, .certificate = certify(profile, root)}};
}

Result<Access> Access::read(const fs::path& folder) {
  auto ports = read_ports(folder / "ports.json");
  if (!ports) {
    return fail(ErrorCode::InvalidRequest, "there is no sandbox in " + folder.string(),
                "start one: signet-sandbox serve --dir " + folder.string());
  }
  auto pem = read_secret_file(folder / "keys" / "issuer.pem", kMaxFile);
  if (!pem) return fail(std::move(pem.error()));
  auto key = SoftwareKey::from_pem(pem->reveal());
  if (!key) return fail(std::move(key.error()).during("reading keys/issuer.pem"));
  auto secret = read_secret_file(folder / "secret", kMaxFile);
  if (!secret) return fail(std::move(secret.error()));
  return Access{.issuer = std::move(*key), .secret = std::move(*secret), .ports = *ports};
}

Result<State> State::open(const fs::path& folder, WallTime now, const Offer& offer) {
  auto lock = lock_folder(folder);
  if (!lock) return fail(std::move(lock.error()));
  const auto created = kept_creation(folder, now);
  if (!created) return fail(created.error());
  Keys keys(folder);
  State state{.folder = folder,
              .offer = offer,
              .lock = std::move(*lock),
              .created = *created,
              .ca = make_ca(keys.get("ca-root"), keys.get("ca-intermediate"), *created),
              .issuer = keys.get("issuer"),
              .ct_log = keys.get("ct-log"),
              .tuf = keys.get("tuf"),
              .secret = {},
              .ports = {}};
  take_numbered(state, keys);
  if (keys.error()) return fail(*keys.error());
  if (auto kept = keep_certificates(folder, state); !kept) return fail(std::move(kept.error()));
  auto secret = kept_secret(folder / "secret", fresh_secret);
  if (!secret) return fail(std::move(secret.error()));
  auto ports = kept_ports(folder / "ports.json", state.held_ports);
  if (!ports) return fail(std::move(ports.error()));
  state.secret = std::move(*secret);
  state.ports = *ports;
  return state;
}

}  // namespace signet::sandbox
