#include "client/git/sign.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <tuple>
#include <utility>
#include <vector>

#include "client/git/sequence.h"
#include "client/lib/agent_client.h"
#include "client/lib/explain.h"
#include "client/lib/gnupg_status.h"
#include "client/lib/standard_input.h"
#include "common/display.h"
#include "common/git_armor.h"
#include "common/hex.h"
#include "common/pem.h"
#include "common/time.h"
#include "common/unique_fd.h"

namespace signet::git_program {
namespace {

// git shows stderr only when all is over, so a person who is to touch a key must be told elsewhere.
class Prompter {
 public:
  /// @param is_commit  one that may be one of many
  explicit Prompter(bool is_commit)
      : is_commit_(is_commit), terminal_(::open("/dev/tty", O_WRONLY | O_NOCTTY | O_CLOEXEC)) {}

  void show(const protocol::Progress& progress) {
    const bool asks = progress.kind == protocol::ProgressKind::TouchNeeded ||
                      progress.kind == protocol::ProgressKind::PinNeeded || progress.place.has_value();
    if (!asks) return;
    const std::string place = is_commit_ ? place_in_sequence(std::filesystem::path(".")) : "";
    say(place.empty() ? progress.text : place + ": " + progress.text);
  }

  void say(std::string_view text) {
    const std::string line = "signet: " + display_text(text, kPrompt) + "\n";
    if (terminal_) {
      std::ignore = client::write_all(terminal_.get(), line);
    } else if (unseen_.size() < kMaxUnseen) {
      unseen_ += line;
    }
  }

  // What nobody could see while it mattered.
  [[nodiscard]] const std::string& unseen() const { return unseen_; }

 private:
  static constexpr std::size_t kMaxUnseen = 4096;
  static constexpr std::size_t kPrompt = 600;  // who, to what and a title
  bool is_commit_;
  UniqueFd terminal_;
  std::string unseen_;
};

// The last field of SIG_CREATED: the fingerprint of the key, one word.
std::string fingerprint_word(const std::optional<std::string>& key) {
  const auto colon = key ? key->find(':') : std::string::npos;
  if (colon == std::string::npos) return "0";
  const auto bytes = parse_hex(std::string_view(*key).substr(colon + 1));
  return bytes && !bytes->empty() ? encode_hex(*bytes) : "0";
}

// "19 8": what the key and the hash of its signatures are. Agents sign with SHA-384 by keys on P-384, and with SHA-256
// by all others that git signatures are made with.
std::string algorithm_words(const protocol::ItemResult& result) {
  if (!result.algorithm) return "0 0";  // an older agent does not say
  const std::string& kind = *result.algorithm;
  const HashAlgorithm hash = kind == "p384" ? HashAlgorithm::Sha384 : HashAlgorithm::Sha256;
  return std::to_string(client::gnupg_key_algorithm(kind)) + " " + std::to_string(client::gnupg_hash_algorithm(hash));
}

// GnuPG's doc/DETAILS: type D (detached), algorithms, class 00. git looks at the first word alone, and older ones want
// a line before it.
Result<void> report(const client::GnupgStatus& status, const protocol::ItemResult& result) {
  if (auto begun = status.line("BEGIN_SIGNING"); !begun) return begun;
  return status.line("SIG_CREATED D " + algorithm_words(result) + " 00 " +
                     std::to_string(unix_seconds(SystemClock().now())) + " " + fingerprint_word(result.key));
}

// A key that is an identity's name, but for "signet:" before it. git itself gives the committer, "Name <address>".
// Asked on a connection of its own: whatever is answered, the signature is not touched by it.
std::optional<std::string> meant_identity(const std::optional<std::string>& key) {
  if (!key || identity_from_key(key) || key->find('<') != std::string::npos) return std::nullopt;
  auto agent = client::AgentClient::connect_default();
  if (!agent) return std::nullopt;
  agent->watch(STDOUT_FILENO);
  const auto reply = agent->identities();
  if (!reply) return std::nullopt;
  const bool is_name =
      std::ranges::find(reply->identities, *key, &protocol::IdentityInfo::name) != reply->identities.end();
  return is_name ? key : std::nullopt;
}

Result<protocol::ItemResult> ask_agent(const Options& options, Bytes object, Prompter& prompter) {
  if (const auto meant = meant_identity(options.local_user)) {
    prompter.say("the key " + quoted_text(*meant, 64) +
                 " chooses no identity: did you mean -Ssignet:" + display_text(*meant, 64) + "?");
  }
  auto agent = client::AgentClient::connect_default();
  if (!agent) return fail(std::move(agent.error()));
  agent->watch(STDOUT_FILENO);
  protocol::SignRequest request{.identity = identity_from_key(options.local_user), .items = {}};
  request.items.push_back({.object = protocol::GitContent{std::move(object)}});
  request.output = protocol::Output::Cms;
  protocol::ItemResult result;
  const auto keep = [&result](protocol::ItemResult item) -> Result<void> {
    result = std::move(item);
    return {};
  };
  const auto show = [&prompter](const protocol::Progress& progress) { prompter.show(progress); };
  auto done = agent->sign(std::move(request), show, keep, Deadline::after(client::kLongTime));
  if (!done) return fail(std::move(done.error()));
  if (result.failure) return fail(std::move(*result.failure));
  return result;
}

}  // namespace

Result<void> check_armor(std::string_view armored) {
  const auto message = parse_pem(kCmsArmor, armored);
  if (message && encode_pem(kCmsArmor, *message) == armored) return {};
  return fail(ErrorCode::WorkerFailed, "the agent's answer is no signature that git can store",
              "nothing was written; agent and client may be of different versions");
}

Result<void> sign(const Options& options) {
  auto object = client::read_standard_input(client::kMaxGitObject);
  if (!object && object.error().code == ErrorCode::LimitExceeded) object.error().remedy = "shorten the message";
  if (!object) return fail(std::move(object.error()).during("reading the git object"));
  if (object->empty()) {
    return fail(ErrorCode::InvalidRequest, "standard input is empty: there is no git object to sign",
                "git calls this program by itself: git config gpg.x509.program signet-git");
  }
  Prompter prompter(text_of(*object).starts_with("tree "));
  auto result = ask_agent(options, std::move(*object), prompter);
  if (!result) {
    client::write_stderr(prompter.unseen());
    return fail(std::move(result.error()));
  }
  if (result->note) prompter.say(*result->note);
  const std::string armored = result->cms.value_or("");
  if (auto sound = check_armor(armored); !sound) return sound;
  if (auto written = client::write_all(STDOUT_FILENO, armored); !written) return written;
  return report(client::GnupgStatus(options.status_fd), *result);
}

}  // namespace signet::git_program
