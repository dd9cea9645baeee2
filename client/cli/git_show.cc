// Everything that is known of a commit or tag: who, when, which token, which log entry.
#include <algorithm>
#include <utility>

#include "client/cli/git_evidence.h"
#include "client/cli/git_question.h"
#include "client/cli/trust_flags.h"
#include "client/cli/trust_sources.h"
#include "client/cli/verbs.h"
#include "client/cli/verdict_report.h"
#include "common/display.h"

namespace signet::cli {
namespace {

constexpr Flag kFlags[] = {kTrustedRootFlag, kInstanceFlag, kVerboseFlag};

// Which of our own tokens holds a key, as the configuration pins it: what a certificate cannot say.
class OwnTokens {
 public:
  OwnTokens() {
    if (auto configuration = read_own_configuration()) configuration_ = std::move(*configuration);
  }

  [[nodiscard]] std::string holder_of(const Judged& judged) const {
    return judged.verdict ? holder_of(judged.verdict->key()) : std::string();
  }
  [[nodiscard]] std::string holder_of(const sigstore::PublicKey& key_of) const {
    if (!configuration_) return {};
    const Digest fingerprint = Digest::from_sha256(key_of.fingerprint());
    for (const auto& [name, identity] : configuration_->identities) {
      for (const config::IdentityKey& key : config::keys_of(identity)) {
        if (key.public_key == fingerprint) return key.token + ", identity " + name;
      }
    }
    return {};
  }

 private:
  std::optional<config::Configuration> configuration_;
};

// One verdict, and what only this verb says of it.
std::string verdict_block(std::string_view name, const Judged& judged, const OwnTokens& tokens, bool verbose) {
  std::string text = verdict_text(name, judged) + row("token", tokens.holder_of(judged));
  if (judged.verdict && !judged.verdict->identity_was_expected()) {
    text += row("expected", "nobody said whether this signer is: [verify] allowed is empty");
  }
  return text + (verbose ? checks_text(judged) : "");
}

json::Object verdict_item(std::string_view name, const Judged& judged, const OwnTokens& tokens) {
  json::Object object = verdict_object(name, judged);
  if (judged.verdict) object.set("expected", judged.verdict->identity_was_expected());
  if (std::string token = tokens.holder_of(judged); !token.empty()) object.set("token", std::move(token));
  return object;
}

std::string beside_block(std::string_view name, const BesideVerdict& beside, const OwnTokens& tokens, bool verbose) {
  const std::string by = beside.countersigner ? "another key, that of " + *beside.countersigner : "";
  return verdict_block(name, beside.judged, tokens, verbose) + row("by", by);
}

json::Object beside_item(std::string_view name, const BesideVerdict& beside, const OwnTokens& tokens) {
  json::Object object = verdict_item(name, beside.judged, tokens);
  if (beside.countersigner) object.set("countersigner", *beside.countersigner);
  return object;
}

// The headers that say who, as they stand there.
struct People {
  std::string author;
  std::string committer;
  std::string title;
};

People people_of(const GitEvidence& evidence) {
  if (!evidence.parts) return {};
  auto object = sigstore::parse_git_object(evidence.parts->payload, evidence.parts->payload.size());
  if (!object) return {};
  return {.author = std::move(object->author),
          .committer = std::move(object->committer),
          .title = std::move(object->subject)};
}

std::string signature_text(const GitEvidence& evidence, const OwnSignature& own) {
  if (own.refusal) return "wrong: " + own.refusal->what;
  if (const auto unread = evidence.unread()) {
    return std::string(signature_kind_name(evidence.kind)) + ", not read: " + *unread;
  }
  if (const auto key = evidence.ssh_fingerprint()) return "ssh, good, by the key " + *key;
  return std::string(signature_kind_name(evidence.kind));
}

// One object of the call.
class Shown {
 public:
  Shown(const GitEvidence& evidence, const std::vector<TrustChoice>& choices)
      : evidence_(evidence),
        people_(people_of(evidence)),
        own_(judge_own_signature(evidence, choices)),
        misnamed_(contradiction_of_name(evidence)) {
    for (const std::string& bundle : evidence.bundles) {
      beside_.push_back(judge_bundle_beside(evidence, bundle, choices));
    }
  }

  [[nodiscard]] std::string text(const OwnTokens& tokens, bool verbose) const {
    std::string text = evidence_.object.type + " " + evidence_.object.id + "\n" + row("title", people_.title) +
                       row("author", people_.author) +
                       row(evidence_.object.type == "tag" ? "tagger" : "committer", people_.committer) +
                       row("signature", signature_text(evidence_, own_)) + row("token", ssh_holder(tokens)) +
                       row("name", misnamed_ ? misnamed_->what : "") +
                       row("evidence", beside_.empty() ? "none" : std::to_string(beside_.size()));
    if (own_.judged) text += verdict_block("its own signature", *own_.judged, tokens, verbose);
    for (std::size_t i = 0; i < beside_.size(); ++i) text += beside_block(name_of(i), beside_[i], tokens, verbose);
    return text;
  }

  [[nodiscard]] json::Object object(const OwnTokens& tokens) const {
    json::Object object{{"object", evidence_.object.id},
                        {"type", evidence_.object.type},
                        {"title", display_text(people_.title)},
                        {"author", display_text(people_.author)},
                        {"committer", display_text(people_.committer)},
                        {"signature", signature_kind_name(evidence_.kind)}};
    if (const auto key = evidence_.ssh_fingerprint()) object.set("ssh_key", *key);
    if (std::string token = ssh_holder(tokens); !token.empty()) object.set("token", std::move(token));
    if (misnamed_) object.set("misnamed", display_text(misnamed_->what));
    if (const auto unread = evidence_.unread()) object.set("unread", *unread);
    if (own_.refusal) object.set("wrong", own_.refusal->what);
    if (own_.judged) object.set("own", verdict_item("its own signature", *own_.judged, tokens));
    json::Array evidence;
    for (std::size_t i = 0; i < beside_.size(); ++i) {
      evidence.emplace_back(beside_item(name_of(i), beside_[i], tokens));
    }
    object.set("evidence", std::move(evidence));
    return object;
  }

 private:
  // Of a signature that is wrong the key says nothing.
  [[nodiscard]] std::string ssh_holder(const OwnTokens& tokens) const {
    const auto key = own_.refusal ? std::nullopt : evidence_.ssh_key();
    return key ? tokens.holder_of(*key) : std::string();
  }
  [[nodiscard]] std::string name_of(std::size_t number) const {
    return "evidence " + std::to_string(number + 1) + " of " + std::to_string(beside_.size());
  }

  const GitEvidence& evidence_;
  const People people_;
  const OwnSignature own_;
  const std::optional<sigstore::Refusal> misnamed_;
  std::vector<BesideVerdict> beside_;
};

Result<int> run(const Arguments& arguments, const Output& output) {
  const auto question = read_git_question(arguments, Expecting::Anybody, output);
  if (!question) return fail(question.error());
  const OwnTokens tokens;
  output.begin_list("signet.git-show/1", "objects");
  for (const GitEvidence& evidence : question->objects) {
    const Shown shown(evidence, question->choices);
    output.text(shown.text(tokens, arguments.has("verbose")));
    if (output.json()) output.item(list_item(shown.object(tokens)));
  }
  output.end_list();
  return 0;
}

}  // namespace

const Verb kGitShow{
    .name = "git show",
    .summary = "show who signed a commit or tag, when, with which token, logged where",
    .operands = "[REV…|A..B]",
    .help =
        "Shows each commit or annotated tag (HEAD where none is named) with all that vouches for it: its own\n"
        "signature, and each bundle that lies beside it, in refs/notes/signet or in what was fetched from a remote.\n"
        "Every one of them is verified, and what does not verify says why. Of an SSH signature the key is shown;\n"
        "evidence beside it that is by another key is refused, and whose it is is shown.\n\n"
        "The token is named where your own configuration pins the key: no certificate says where a key lies.\n"
        "Nobody needs to be expected: whom [verify] allowed does not name is shown as that. Ends with 0 where\n"
        "everything could be shown, whatever it is; the question of yes or no is signet git verify.\n\n"
        "  signet git show\n"
        "  signet git show --verbose v1.0\n"
        "  signet git show --json HEAD~3..HEAD | jq '.objects[] | [.object, .signature]'\n",
    .flags = kFlags,
    .run = run};

}  // namespace signet::cli
