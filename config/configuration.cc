#include "config/configuration.h"

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include "common/display.h"
#include "common/owned_path.h"
#include "config/pin_source.h"
#include "config/rules.h"
#include "config/ssh_rules.h"
#include "config/table_reader.h"

namespace signet::config {
namespace {

constexpr std::size_t kMaxConfiguration = std::size_t{1} * 1024 * 1024;
constexpr std::ptrdiff_t kMaxDots = 10'000;
/// A request may ask each of them in turn.
constexpr std::size_t kMaxBackups = 8;

constexpr std::array<std::pair<Use, std::string_view>, 5> kUses = {
    {{Use::Git, "git"}, {Use::Statement, "statement"}, {Use::Blob, "blob"}, {Use::Ssh, "ssh"}, {Use::Raw, "raw"}}};
constexpr std::array<std::pair<LogMode, std::string_view>, 3> kLogModes = {
    {{LogMode::Require, "require"}, {LogMode::Queue, "queue"}, {LogMode::None, "none"}}};

// Reads the whole file into a Configuration; every member function takes one kind of table.
class ConfigurationReader {
 public:
  ConfigurationReader(const std::filesystem::path& path, Diagnosis& diagnosis)
      : folder_(path.parent_path()), diagnosis_(&diagnosis) {
    configuration_.path = path;
  }

  Configuration read(const toml::table& root) {
    TableReader reader(root, "", *diagnosis_);
    if (reader.has("default_identity")) configuration_.default_identity = reader.text("default_identity");
    reader.each_table("instance", [this](const std::string& name, TableReader& table) { read_instance(name, table); });
    reader.each_table("module", [this](const std::string& name, TableReader& table) { read_module(name, table); });
    reader.each_table("token", [this](const std::string& name, TableReader& table) { read_token(name, table); });
    reader.each_table("identity", [this](const std::string& name, TableReader& table) { read_identity(name, table); });
    if (const toml::table* verify = reader.table("verify")) read_verify(*verify);
    if (const toml::table* audit = reader.table("audit")) read_audit(*audit);
    if (const toml::table* touch = reader.table("touch")) read_touch(*touch);
    if (const toml::table* agent = reader.table("agent")) read_agent(*agent);
    if (const toml::table* ssh = reader.table("ssh")) read_ssh_table(*ssh);
    check_default(configuration_, reader);
    reader.finish();
    return std::move(configuration_);
  }

 private:
  std::filesystem::path path(TableReader& table, std::string_view key) {
    const std::filesystem::path given = table.text(key);
    if (given.empty()) table.refuse(key, "is empty");
    return given.is_absolute() ? given : folder_ / given;
  }

  void read_instance(const std::string& name, TableReader& table) {
    Instance instance{.name = name, .trusted_root = {}, .signing_config = {}};
    const toml::table* tuf = table.table("tuf");
    if (tuf != nullptr) {
      if (table.has("trusted_root") || table.has("signing_config")) {
        table.refuse("tuf", "and files of its own stand together", "leave out tuf, or trusted_root and signing_config");
      }
      read_tuf(instance, *tuf, table);
    } else if (!is_shipped_instance(name) || table.has("trusted_root") || table.has("signing_config")) {
      instance.trusted_root = path(table, "trusted_root");
      if (table.has("signing_config")) instance.signing_config = path(table, "signing_config");
    }
    instance.sandbox = table.boolean_or("sandbox", false);
    configuration_.instances.emplace(name, std::move(instance));
  }

  void read_tuf(Instance& instance, const toml::table& tuf, const TableReader& table) {
    TableReader reader(tuf, table.where() + ".tuf", *diagnosis_);
    instance.tuf_url = reader.text("url");
    if (!is_repository_url(instance.tuf_url)) {
      reader.refuse("url", "is neither https:// nor http:// to 127.0.0.1 or [::1]");
    } else if (!is_base_url(instance.tuf_url)) {
      reader.refuse("url", "has a query, a fragment, no host or a port that is none");
    }
    while (instance.tuf_url.ends_with('/')) instance.tuf_url.pop_back();
    instance.tuf_root = path(reader, "root");
    reader.finish();
  }

  // An instance that signet ships needs no table of its own.
  bool knows_instance(const std::string& name) {
    if (!configuration_.instances.contains(name) && is_shipped_instance(name)) {
      configuration_.instances.emplace(name, Instance{.name = name, .trusted_root = {}, .signing_config = {}});
    }
    return configuration_.instances.contains(name);
  }

  void read_module(const std::string& name, TableReader& table) {
    Module module{.name = name, .path = table.text("path"), .env = {}, .needs = {}};
    if (!module.path.is_absolute()) table.refuse("path", "is not an absolute path");
    table.each_text("env", [&](const std::string& variable, std::string value, TableReader& env) {
      if (!may_be_set_for_module(variable)) env.refuse(variable, "is a variable that changes how programs are loaded");
      module.env.emplace(variable, std::move(value));
    });
    for (std::string& need : table.texts_or_none("needs")) {
      if (!is_module_need(need)) table.refuse("needs", "holds something other than pcsc, tpm, usb and tcp:HOST:PORT");
      module.needs.insert(std::move(need));
    }
    configuration_.modules.emplace(name, std::move(module));
  }

  // Without a module it is a PIV card.
  void check_door(const Token& token, TableReader& table) {
    if (!token.module.empty()) {
      if (!configuration_.modules.contains(token.module)) table.refuse("module", "names no [module.*]");
      if (!token.pcscd.empty()) table.refuse("pcscd", "is for PIV cards; a module's env says PCSCLITE_CSOCK_NAME");
      return;
    }
    if (!token.label.empty()) {
      table.refuse("label", "is for tokens behind a module: a PIV card has none",
                   "name the module, or the card's serial number");
    }
    if (!token.pcscd.empty() && !token.pcscd.is_absolute()) table.refuse("pcscd", "is not an absolute path");
  }

  void read_token(const std::string& name, TableReader& table) {
    Token token{.name = name,
                .module = table.text_or("module", ""),
                .pcscd = table.text_or("pcscd", ""),
                .serial = table.text_or("serial", ""),
                .label = table.text_or("label", ""),
                .pin = {}};
    if (token.serial.empty() && token.label.empty()) table.refuse("serial", "or label must say which token is meant");
    check_door(token, table);
    if (const toml::table* pin = table.table("pin")) {
      TableReader reader(*pin, table.where() + ".pin", *diagnosis_);
      token.pin = read_pin(reader, folder_);
      reader.finish();
    }
    read_pin_keep(token.pin, table);
    configuration_.tokens.emplace(name, std::move(token));
  }

  void read_identity(const std::string& name, TableReader& table) {
    Identity identity;
    identity.name = name;
    read_uses(identity, table);
    read_person(identity, table);
    identity.cross_use = table.boolean_or("cross_use", false);
    read_key(identity, table);
    read_ssh_rules(identity, table, *diagnosis_);
    read_log(identity, table);
    if (const toml::table* token = table.table("token")) {
      TableReader reader(*token, table.where() + ".token", *diagnosis_);
      identity.token_file = path(reader, "file");
      reader.finish();
    }
    find_token(identity, configuration_, table);
    read_backup(identity, table);
    check_identity(identity, configuration_, table);
    configuration_.identities.emplace(name, std::move(identity));
  }

  // Who signs, as a certificate says it; what never gets one may leave it out.
  void read_person(Identity& identity, TableReader& table) {
    const auto text = [&identity, &table](std::string_view key) {
      return is_for_ssh_alone(identity) ? table.text_or(key, "") : table.text(key);
    };
    identity.instance = text("instance");
    (void)knows_instance(identity.instance);  // check_identity() says what is wrong with any other
    identity.san = text("san");
    identity.issuer = text("issuer");
  }

  void read_key(Identity& identity, TableReader& table) {
    if (table.has("ephemeral")) return read_ephemeral(identity, table);
    IdentityKey key = read_key_and_pin(table);
    identity.key = std::move(key.uri);
    identity.public_key = std::move(key.public_key);
  }

  // `key`, `public_key` or both: a pinned public key says by itself which of a token's keys is meant.
  static IdentityKey read_key_and_pin(TableReader& table) {
    IdentityKey key;
    const bool pinned = table.has("public_key");
    if (!pinned || table.has("key")) {
      const std::string text = table.text("key");
      auto uri = pinned ? parse_pinned_key_uri(text) : parse_key_uri(text);
      if (uri) {
        key.uri = std::move(*uri);
      } else {
        table.refuse("key", uri.error().what, uri.error().remedy);
      }
    }
    if (!pinned) return key;
    const auto pin = parse_digest(table.text("public_key"));
    if (pin && pin->algorithm() == HashAlgorithm::Sha256) {
      key.public_key = *pin;
    } else {
      table.refuse("public_key", "is not sha256:<64 hexadecimal digits>", "`signet key list` prints the fingerprint");
    }
    return key;
  }

  void read_backup(Identity& identity, TableReader& table) {
    if (identity.ephemeral && table.has("backup")) {
      table.refuse("backup", "names keys, and with `ephemeral` each signature has a new one", "leave one of them out");
    }
    table.each_item("backup", [&](TableReader& item) {
      if (!item.has("public_key")) (void)item.text("public_key");
      IdentityKey key = read_key_and_pin(item);
      check_backup(key, identity, configuration_, item);
      identity.backup.push_back(std::move(key));
    });
    if (identity.backup.size() > kMaxBackups) table.refuse("backup", "holds more than 8 keys");
  }

  static void read_ephemeral(Identity& identity, TableReader& table) {
    identity.ephemeral = table.text("ephemeral");
    if (*identity.ephemeral != "p256" && *identity.ephemeral != "p384") {
      table.refuse("ephemeral", "is neither \"p256\" nor \"p384\"",
                   "other keys sign nothing, or take a token seconds each");
    }
    if (table.has("public_key")) {
      (void)table.text("public_key");
      table.refuse("public_key", "cannot be pinned where each signature has a key of its own",
                   "leave it out, or leave `ephemeral` out");
    }
    auto uri = parse_token_uri(table.text("key"));
    if (!uri) {
      table.refuse("key", uri.error().what, uri.error().remedy);
      return;
    }
    identity.key = std::move(*uri);
  }

  static void read_uses(Identity& identity, TableReader& table) {
    for (const std::string& word : table.texts("use")) {
      const auto use = std::ranges::find(kUses, word, &std::pair<Use, std::string_view>::second);
      if (use == kUses.end())
        return table.refuse("use", "holds something other than git, statement, blob, ssh and raw");
      identity.use.insert(use->first);
    }
    if (identity.use.empty()) table.refuse("use", "is empty: this identity could sign nothing");
  }

  static void read_log(Identity& identity, TableReader& table) {
    const std::string word = table.text_or("log", "require");
    const auto mode = std::ranges::find(kLogModes, word, &std::pair<LogMode, std::string_view>::second);
    if (mode == kLogModes.end()) return table.refuse("log", "is not \"require\", \"queue\" or \"none\"");
    identity.log = mode->first;
    if (identity.log != LogMode::Require) {
      table.refuse("log", "\"" + word + "\" is not built yet", "use log = \"require\"", ErrorCode::NotBuiltYet);
    }
    const std::string publish = table.text_or("publish", "no");
    if (publish != "yes" && publish != "no") table.refuse("publish", "is neither \"yes\" nor \"no\"");
    identity.publish = publish == "yes";
  }

  void read_verify(const toml::table& table) {
    TableReader reader(table, "verify", *diagnosis_);
    reader.each_item("allowed", [this](TableReader& item) {
      AllowedSigner signer{.san = item.text("san"), .issuer = item.text("issuer"), .instance = item.text("instance")};
      if (signer.san.empty()) item.refuse("san", "is empty");
      if (signer.issuer.empty()) item.refuse("issuer", "is empty");
      if (!knows_instance(signer.instance)) item.refuse("instance", "names no [instance.*]");
      configuration_.allowed.push_back(std::move(signer));
    });
    reader.finish();
  }

  void read_audit(const toml::table& table) {
    TableReader reader(table, "audit", *diagnosis_);
    const std::string sync = reader.text_or("sync", "batch");
    if (sync != "batch" && sync != "each") reader.refuse("sync", "is neither \"batch\" nor \"each\"");
    configuration_.audit_sync = sync == "each" ? AuditSync::Each : AuditSync::Batch;
    reader.finish();
  }

  void read_touch(const toml::table& table) {
    TableReader reader(table, "touch", *diagnosis_);
    configuration_.notify = reader.texts_or_none("notify");
    if (!configuration_.notify.empty() && !std::filesystem::path(configuration_.notify.front()).is_absolute()) {
      reader.refuse("notify", "begins with a program that has no absolute path");
    }
    reader.finish();
  }

  void read_agent(const toml::table& table) {
    TableReader reader(table, "agent", *diagnosis_);
    configuration_.pinentry = reader.text_or("pinentry", "");
    if (reader.has("pinentry") && !configuration_.pinentry.is_absolute()) {
      reader.refuse("pinentry", "is not an absolute path");
    }
    reader.finish();
  }

  void read_ssh_table(const toml::table& table) {
    TableReader reader(table, "ssh", *diagnosis_);
    read_ssh(configuration_, reader);
    reader.finish();
  }

  std::filesystem::path folder_;
  Diagnosis* diagnosis_;
  Configuration configuration_;
};

// The TOML reader builds and destroys tables by recursion and bounds the depth of values, but not that of dotted keys:
// each dot is a level at most. No configuration of people has so many.
bool may_nest_too_deeply(std::string_view toml) { return std::ranges::count(toml, '.') > kMaxDots; }

}  // namespace

// Of sigstore/trust/shipped.h, which this folder may not include; a test ties them.
bool is_shipped_instance(std::string_view name) { return name == "public-good" || name == "staging"; }

std::string_view use_name(Use use) { return kUses.at(static_cast<std::size_t>(use)).second; }

bool is_for_ssh_alone(const Identity& identity) { return identity.use == std::set{Use::Ssh}; }

std::vector<IdentityKey> keys_of(const Identity& identity) {
  std::vector<IdentityKey> keys = {{.token = identity.token, .uri = identity.key, .public_key = identity.public_key}};
  keys.insert(keys.end(), identity.backup.begin(), identity.backup.end());
  return keys;
}

std::optional<IdentityKey> key_on(const Identity& identity, std::string_view token) {
  auto keys = keys_of(identity);
  const auto found = std::ranges::find(keys, token, &IdentityKey::token);
  return found == keys.end() ? std::nullopt : std::optional(std::move(*found));
}

std::string_view log_mode_name(LogMode mode) { return kLogModes.at(static_cast<std::size_t>(mode)).second; }

Result<Configuration> parse_configuration(std::string_view toml, const std::filesystem::path& path) {
  if (toml.size() > kMaxConfiguration) return fail(ErrorCode::LimitExceeded, path.string() + ": larger than 1 MiB");
  if (may_nest_too_deeply(toml)) return fail(ErrorCode::LimitExceeded, path.string() + ": more than 10000 dots");
  Diagnosis diagnosis{.file = path.string()};
  const toml::parse_result parsed = toml::parse(toml, path.string());
  if (!parsed) {
    diagnosis.refuse(parsed.error().source(), "not TOML: " + display_text(parsed.error().description()));
    return fail(std::move(*diagnosis.error));
  }
  Configuration configuration = ConfigurationReader(path, diagnosis).read(parsed.table());
  if (diagnosis.error) return fail(std::move(*diagnosis.error));
  return configuration;
}

Result<Configuration> read_configuration(const std::filesystem::path& path) {
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(path, error);
  if (error) return fail(ErrorCode::InvalidRequest, path.string() + ": " + error.message());
  auto text = read_owned_file(absolute, kMaxConfiguration);
  if (!text) return fail(std::move(text.error()).during("reading the configuration"));
  return parse_configuration(*text, absolute);
}

}  // namespace signet::config
