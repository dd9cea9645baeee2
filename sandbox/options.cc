#include "sandbox/options.h"

#include <charconv>
#include <utility>
#include <vector>

#include "common/display.h"
#include "sandbox/oidc_issuer.h"

namespace signet::sandbox {
namespace {

constexpr const char* kSeeHelp = "see: signet-sandbox --help";
constexpr std::int64_t kMaxLifetime = std::int64_t{7} * 24 * 3600;

std::unexpected<Error> refuse(std::string what) { return fail(ErrorCode::InvalidRequest, std::move(what), kSeeHelp); }

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t number = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || end.ec != std::errc() || end.ptr != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

class Parser {
 public:
  explicit Parser(std::span<char* const> arguments) : arguments_(arguments.begin(), arguments.end()) {}

  Result<Options> parse() {
    if (arguments_.empty()) return refuse("a command is missing");
    if (auto known = command(arguments_[at_++]); !known) return fail(std::move(known.error()));
    while (at_ < arguments_.size()) {
      if (auto taken = one(arguments_[at_++]); !taken) return fail(std::move(taken.error()));
    }
    return check();
  }

 private:
  Result<void> command(std::string_view word) {
    if (word == "--help" || word == "-h" || word == "help")
      options_.command = Command::Help;
    else if (word == "--version")
      options_.command = Command::Version;
    else if (word == "serve")
      options_.command = Command::Serve;
    else if (word == "token")
      options_.command = Command::Token;
    else if (word == "fault")
      options_.command = Command::Fault;
    else if (word == "counters")
      options_.command = Command::Counters;
    else
      return refuse("unknown command " + display_text(word, 40));
    return {};
  }

  Result<void> one(std::string_view word) {
    if (word == "--help" || word == "-h") {
      options_.command = Command::Help;
      return {};
    }
    if (!word.starts_with("--")) {
      words_.emplace_back(word);
      return {};
    }
    const auto equals = word.find('=');
    const std::string_view name = word.substr(0, equals);
    if (equals == std::string_view::npos && at_ >= arguments_.size()) {
      return refuse(display_text(name, 40) + " needs a value");
    }
    return option(name, equals == std::string_view::npos ? arguments_[at_++] : word.substr(equals + 1));
  }

  Result<void> option(std::string_view name, std::string_view value) {
    if (name == "--dir") {
      options_.folder = value;
    } else if (name == "--ready-fd" && options_.command == Command::Serve) {
      const auto fd = parse_number(value);
      if (!fd || *fd > 1'000'000) return refuse("--ready-fd is not a descriptor");
      options_.ready_fd = static_cast<int>(*fd);
    } else if (options_.command == Command::Serve && name != "--dir") {
      return offer(name, value);
    } else if (name == "--email" && options_.command == Command::Token) {
      if (!is_email_address(value)) return refuse("--email is not an e-mail address: " + display_text(value, 60));
      options_.email = value;
    } else if (name == "--out" && options_.command == Command::Token) {
      options_.out = value;
    } else if (name == "--lifetime" && options_.command == Command::Token) {
      auto lifetime = parse_lifetime(value);
      if (!lifetime) return fail(std::move(lifetime.error()));
      options_.lifetime = *lifetime;
    } else if (name == "--count" && options_.command == Command::Fault) {
      options_.count = parse_number(value);
      if (options_.count.value_or(0) < 1) return refuse("--count is not a number from 1 on");
    } else {
      return refuse("unknown option " + display_text(name, 40) + " for this command");
    }
    return {};
  }

  Result<void> offer(std::string_view name, std::string_view value) {
    Offer& offer = options_.offer;
    if (name == "--rekor") {
      if (value != "1" && value != "2" && value != "2,1") return refuse("--rekor is not 1, 2 or 2,1");
      offer.rekor = value == "1" ? RekorOffer::V1 : value == "2" ? RekorOffer::V2 : RekorOffer::Both;
      return {};
    }
    if (name == "--logs" || name == "--timestamp-authorities") {
      const bool logs = name == "--logs";
      const auto number = parse_number(value);
      if (!number || *number < (logs ? 1 : 0) || *number > static_cast<std::int64_t>(kMostOfAKind)) {
        return refuse(std::string(name) + (logs ? " is not a number from 1 to 4" : " is not a number from 0 to 4"));
      }
      (logs ? offer.logs : offer.timestamp_authorities) = static_cast<std::size_t>(*number);
      return {};
    }
    if (name != "--selector") return refuse("unknown option " + display_text(name, 40) + " for this command");
    constexpr std::string_view kExact = "EXACT:";
    if (value.starts_with(kExact)) offer.count = parse_number(value.substr(kExact.size())).value_or(0);
    if (value != "ANY" && value != "ALL" && offer.count < 1) return refuse("--selector is not ANY, ALL or EXACT:N");
    offer.selector = value.substr(0, value.find(':'));
    return {};
  }

  Result<Options> check() {
    const Command command = options_.command;
    if (command == Command::Help || command == Command::Version) return std::move(options_);
    if (options_.folder.empty()) return refuse("--dir is missing");
    if (command == Command::Token && options_.email.empty()) return refuse("--email is missing");
    if (words_.size() != (command == Command::Fault ? 2U : 0U)) {
      return refuse(command == Command::Fault ? "fault needs a service and a mode" : "too many words");
    }
    if (command == Command::Fault) {
      options_.service = words_[0];
      options_.mode = words_[1];
    }
    return std::move(options_);
  }

  std::vector<std::string_view> arguments_;
  std::size_t at_ = 0;
  Options options_;
  std::vector<std::string> words_;
};

}  // namespace

Result<std::chrono::seconds> parse_lifetime(std::string_view text) {
  std::int64_t unit = 1;
  if (text.ends_with('h')) unit = 3600;
  if (text.ends_with('m')) unit = 60;
  const bool has_unit = unit != 1 || text.ends_with('s');
  const auto number = parse_number(has_unit ? text.substr(0, text.size() - 1) : text);
  if (!number || *number < 1 || *number > kMaxLifetime / unit) {
    return refuse("--lifetime is not between 1s and 168h: " + display_text(text, 20));
  }
  return std::chrono::seconds(*number * unit);
}

Result<Options> parse_options(std::span<char* const> arguments) { return Parser(arguments).parse(); }

std::string_view help_text() {
  return "signet-sandbox " SIGNET_VERSION
         R"(: a whole Sigstore in one process on this machine, to try signet and to test it.

It issues identities to whoever asks, so nothing that it signs may be trusted: its certificates say so.

Start it; the first start makes keys, certificates and ports in the folder, later ones go on with them:

  signet-sandbox serve --dir ~/sandbox

Point clients at it, and get an identity:

  . ~/sandbox/env
  signet-sandbox token --dir ~/sandbox --email me@example.org --lifetime 24h --out ~/sandbox/token

Commands:

  serve --dir D [--ready-fd N] [--rekor 2,1] [--logs N] [--timestamp-authorities N] [--selector ANY]
      Runs until SIGTERM or SIGINT, on 127.0.0.1 alone. Writes "ready" to descriptor N once everything listens.
      In D: trusted_root.json, signing_config.v0.2.json, client_trust_config.json (both, for sigstore-python),
      env (for a shell), keys and logs, and tuf/: a TUF repository with both, served too. Clients that fetch their
      trust want its address and its first root, which env has as SIGNET_TUF_URL and SIGNET_TUF_ROOT
      (D/tuf/1.root.json): signet trust add box --url "$SIGNET_TUF_URL" --root "$SIGNET_TUF_ROOT"
      The signing config offers logs of both of Rekor's APIs, or with --rekor 1 or 2 of that one alone; --logs and
      --timestamp-authorities make several, each with an operator of its own, and --selector (ANY, ALL, EXACT:N)
      says how many of them a signature needs.
  token --dir D --email E [--lifetime 1h] [--out FILE]
      An ID token for that address, to FILE (readable by its owner alone) or to standard output.
  fault --dir D SERVICE MODE [--count N]
      Makes a service fail, for the next N requests or until `fault … none`. Services: ca, log, tsa, oidc, ctlog.
      Modes: none, refuse, hang, 500, 429, garbage, stored-but-answer-lost, frozen (log), and lies:
        ca     lie:other-key, other-san, other-issuer, no-sct, long-lived, untrusted, expired
        log    lie:other-body, bad-proof, bad-checkpoint, unsigned, other-key; Rekor v1: bad-promise, other-time
        tsa    lie:other-nonce, other-imprint, other-key, future
        oidc   lie:other-audience, other-issuer, other-key, expired, unverified-email, alg-none
        ctlog  lie:other-key, other-certificate
  counters --dir D
      What it has done since it was started, as JSON.

Exit status: 0 done, 2 usage, 3 environment (the folder, a port, or no sandbox that answers).
)";
}

}  // namespace signet::sandbox
