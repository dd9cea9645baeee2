// The configuration as it was read (docs/configuration.md): the one reader of config.toml.
//
// Everything is checked when it is read: unknown keys, wrong types, names that point nowhere, combinations that the
// rules forbid. A configuration that was read can be used.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/digest.h"
#include "common/error.h"

namespace signet::config {

/// What an identity's signatures may be made for (D1).
enum class Use : std::uint8_t { Git, Statement, Blob, Ssh, Raw };
[[nodiscard]] std::string_view use_name(Use use);

enum class LogMode : std::uint8_t { Require, Queue, None };
[[nodiscard]] std::string_view log_mode_name(LogMode mode);

/// [instance.NAME]: issuer, CA, log, TSA and trust root that belong together (D8).
struct Instance {
  std::string name;
  std::filesystem::path trusted_root;    ///< trusted_root.json; empty: both files come from a TUF repository
  std::filesystem::path signing_config;  ///< signing_config.v0.2.json; empty: this instance is for verification only
  std::string tuf_url{};                 ///< without a slash at the end; empty, as trusted_root: one that signet ships
  std::filesystem::path tuf_root{};      ///< root.json, where there is a tuf_url
  bool sandbox = false;                  ///< the log is a throw-away one: identities need no publish = "yes"
};

/// True for "public-good" and "staging": they need no [instance.NAME], as signet knows where their trust comes from.
[[nodiscard]] bool is_shipped_instance(std::string_view name);

/// [module.NAME]: a PKCS#11 module and what it needs to run.
struct Module {
  std::string name;
  std::filesystem::path path;
  std::map<std::string, std::string> env;  ///< the module's environment, besides PATH, HOME and LANG
  std::set<std::string> needs;             ///< "pcsc", "tpm", "usb", "tcp:HOST:PORT"
};

/// Where a person is asked for a PIN: at the terminal of the program that needs the token, or by pinentry.
enum class PinPrompt : std::uint8_t { Terminal, Pinentry };

struct PinSource {
  enum class Kind : std::uint8_t { Prompt, File, Credential };
  Kind kind = Kind::Prompt;
  std::filesystem::path path{};                            ///< File
  std::string credential{};                                ///< Credential: its name (systemd.exec(5))
  std::vector<PinPrompt> prompts = {PinPrompt::Terminal};  ///< Prompt: in the order in which they are tried
  std::optional<std::chrono::seconds> keep{};              ///< Prompt: how long; without it until the agent ends
};

/// [token.NAME]: a token behind a module, found by serial or label.
struct Token {
  std::string name;
  std::string module;             ///< empty: a PIV card, over PC/SC
  std::filesystem::path pcscd{};  ///< of a PIV card: pcscd's socket; empty: the usual one
  std::string serial;             ///< empty: any
  std::string label;              ///< empty: any
  PinSource pin{};
};

/// A PKCS#11 URI's parts that find a key (RFC 7512); the others are kept out.
struct KeyUri {
  std::string text;    ///< as written
  std::string token;   ///< token label; empty: any
  std::string serial;  ///< token serial; empty: any
  std::string object;  ///< CKA_LABEL; empty: any
  std::string id;      ///< CKA_ID, lower-case hexadecimal; empty: any
};

/// Reads a PKCS#11 URI strictly.
///
/// @error InvalidRequest  no `pkcs11:` URI, a repeated or unknown attribute, `pin-value`, `module-path`, or neither id
/// nor object
[[nodiscard]] Result<KeyUri> parse_key_uri(std::string_view text);

/// The same where the public key is known and says which of a token's keys is meant.
///
/// @error InvalidRequest  as parse_key_uri(), but for a URI that names a token alone
[[nodiscard]] Result<KeyUri> parse_pinned_key_uri(std::string_view text);

/// Reads a PKCS#11 URI that names a token and no key on it.
///
/// @error InvalidRequest  as parse_key_uri(), or it has an id, an object or a type, or neither token nor serial
[[nodiscard]] Result<KeyUri> parse_token_uri(std::string_view text);

/// True where `key`, which says all of a key, has every part that `wanted` has.
[[nodiscard]] bool fits(const KeyUri& key, const KeyUri& wanted);

/// "pkcs11:token=…;serial=…;id=%01;object=…;type=private".
[[nodiscard]] std::string encode_key_uri(std::string_view token_label, std::string_view serial, std::string_view object,
                                         std::string_view id_hex);

/// A key of an identity, and the token that it lies on.
struct IdentityKey {
  std::string token;  ///< name of the [token.*]
  KeyUri uri{};
  std::optional<Digest> public_key{};  ///< pinned SHA-256 of the SubjectPublicKeyInfo
};

/// A host that ssh may log in to.
struct SshHost {
  std::string name;  ///< what people call it
  std::string key;   ///< fingerprint of its host key: "SHA256:<43 characters of base64>"
};

/// [identity.NAME.ssh]: what the key may do over the SSH agent's socket.
struct SshRules {
  std::vector<std::string> namespaces = {"git", "file"};  ///< of signatures (ssh-keygen -Y sign -n)
  bool logins = true;
  std::optional<std::vector<SshHost>> hosts{};  ///< nothing: logins to any host
  bool forwarded = false;                       ///< also for connections that come from another host
};

/// [identity.NAME]: who signs, with which key, for what.
struct Identity {
  std::string name;
  std::string instance;  ///< empty, as san and issuer may be, where it is for ssh alone and so has no certificate
  std::string token;     ///< name of the [token.*] that holds the key
  KeyUri key;
  std::optional<std::string> ephemeral{};  ///< "p256" or "p384": a new key for each signature; `key` names its token
  std::optional<Digest> public_key;        ///< pinned SHA-256 of the SubjectPublicKeyInfo
  std::vector<IdentityKey> backup{};       ///< in order; each on a token of its own, each with its public key pinned
  std::string san;
  std::string issuer;
  std::set<Use> use;
  SshRules ssh{};
  bool cross_use = false;
  LogMode log = LogMode::Require;
  bool publish = false;
  std::filesystem::path token_file;  ///< where the ID token lies; empty: `signet login`
};

/// True for an identity that does nothing but SSH: it needs no certificate.
[[nodiscard]] bool is_for_ssh_alone(const Identity& identity);

/// The identity's key and its backups, in the order in which they are asked.
[[nodiscard]] std::vector<IdentityKey> keys_of(const Identity& identity);

/// The identity's key on that token; nothing where it has none there.
[[nodiscard]] std::optional<IdentityKey> key_on(const Identity& identity, std::string_view token);

/// An entry of [verify] allowed.
struct AllowedSigner {
  std::string san;
  std::string issuer;
  std::string instance;
};

enum class AuditSync : std::uint8_t { Batch, Each };

struct Configuration {
  std::filesystem::path path;  ///< where it was read from
  std::optional<std::string> default_identity;
  std::map<std::string, Instance> instances;
  std::map<std::string, Module> modules;
  std::map<std::string, Token> tokens;
  std::map<std::string, Identity> identities;
  std::vector<AllowedSigner> allowed;  ///< empty where [verify] says nothing
  AuditSync audit_sync = AuditSync::Batch;
  std::vector<std::string> notify{};  ///< the program, by an absolute path, that is told of a touch, and its arguments
  std::filesystem::path ssh_upstream{};  ///< [ssh] upstream: the socket of the agent for other keys; empty: none
  std::filesystem::path pinentry{};      ///< [agent] pinentry; empty: the one of PATH
};

/// The file that a variable of signet's own names; nothing where it is unset or empty. Only absolute paths: a relative
/// one would depend on the folder that the program happens to run in, for git that of a repository.
///
/// @error InvalidRequest  the path is relative
[[nodiscard]] Result<std::optional<std::filesystem::path>> path_from_environment(const char* variable);

/// $SIGNET_CONFIG, else $XDG_CONFIG_HOME/signet/config.toml (~/.config), else /etc/signet/config.toml; the first that
/// exists, or the second where none does.
///
/// @error InvalidRequest  SIGNET_CONFIG is relative
[[nodiscard]] Result<std::filesystem::path> default_configuration_path();

/// Reads a configuration file. Relative paths in it are relative to its folder.
///
/// Nobody but the reader and root may have written it (read_owned_file()): it names modules that are loaded.
/// @error InvalidRequest  unreadable, not TOML, or any rule broken; the message has file, line and column
/// @error LimitExceeded   larger than 1 MiB, or with more than 10,000 dots
/// @error NotBuiltYet     a value that a later version will know (log = "queue")
[[nodiscard]] Result<Configuration> read_configuration(const std::filesystem::path& path);

/// The same from text, for tests and fuzzing.
[[nodiscard]] Result<Configuration> parse_configuration(std::string_view toml, const std::filesystem::path& path);

/// Where things lie at run time.
struct Paths {
  std::filesystem::path socket;  ///< $SIGNET_SOCK, else $XDG_RUNTIME_DIR/signet/agent.sock; workers' sockets beside it
  std::filesystem::path state;   ///< $XDG_STATE_HOME/signet (~/.local/state)
};

/// @error InvalidRequest  neither SIGNET_SOCK nor XDG_RUNTIME_DIR is set, or SIGNET_SOCK is relative
[[nodiscard]] Result<std::filesystem::path> default_socket();
/// @error InvalidRequest  neither XDG_STATE_HOME nor HOME is set
[[nodiscard]] Result<std::filesystem::path> default_state();
/// $XDG_CACHE_HOME/signet (~/.cache): what TUF repositories said.
///
/// @error InvalidRequest  neither XDG_CACHE_HOME nor HOME is set
[[nodiscard]] Result<std::filesystem::path> default_cache();

}  // namespace signet::config
