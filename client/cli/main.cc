// signet: the command line. Finds the verb, reads its options, shows its errors.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "client/cli/nearest.h"
#include "client/cli/verbs.h"
#include "client/lib/explain.h"
#include "common/display.h"
#include "common/hardening.h"
#include "protocol/version.h"
#include "sigstore/encoding/library_version.h"

namespace signet::cli {
namespace {

constexpr std::array kVerbs = {
    &kSign,         &kAttest,    &kVerify,           &kStatus,       &kKeyList,        &kKeyGenerate,
    &kKeyExport,    &kTokenList, &kTokenPin,         &kTokenRelease, &kTokenReacquire, &kUnlock,
    &kLock,         &kLogin,     &kLogout,           &kAuditVerify,  &kAuditList,      &kAuditCheckpoint,
    &kAuditCertify, &kTrustInit, &kTrustUpdate,      &kTrustList,    &kTrustAdd,       &kGitSetup,
    &kGitVerify,    &kGitAttest, &kGitVerifyObjects, &kGitShow,      &kGitSync};

// The verbs whose names begin with `beginning`, one on a line, as they are called behind `call`.
std::string verb_lines(std::string_view call, std::string_view beginning) {
  std::vector<const Verb*> verbs;
  std::size_t width = 0;
  for (const Verb* verb : kVerbs) {
    if (verb->summary.empty() || !verb->name.starts_with(beginning)) continue;
    verbs.push_back(verb);
    width = std::max(width, verb->name.size());
  }
  std::string text;
  for (const Verb* verb : verbs) {
    text += "  " + std::string(call) + std::string(verb->name) + std::string(width - verb->name.size() + 2, ' ') +
            std::string(verb->summary) + "\n";
  }
  return text;
}

std::string overview() {
  std::string text = "signet " SIGNET_VERSION
                     ": signs with keys that stay on their token; verifies Sigstore signatures.\n\n"
                     "usage: signet VERB [OPTIONS] [FILE…]\n\n";
  text += verb_lines("", "");
  text +=
      "\nexamples:\n"
      "  signet sign app.tar.gz                     writes app.tar.gz.sigstore.json\n"
      "  signet attest --predicate sbom.json --type cyclonedx app.tar.gz\n"
      "  signet verify app.tar.gz                   expects one of [verify] allowed in the configuration\n"
      "  signet verify --identity jane@example.org --issuer https://accounts.example app.tar.gz\n"
      "  signet trust update                        gets what Sigstore's instances say today\n"
      "  signet status                              is the agent there, and which tokens and identities has it?\n"
      "  signet git setup                           from then on git commit signs\n\n"
      "Each verb explains itself: signet VERB --help. All of them know --json, and so does signet --version.\n"
      "Exit status: 0 done, 1 the answer is no, 2 usage, 3 environment (no agent, no token, no network).\n";
  return text;
}

// The verb that the first one or two words name, and how many words those are.
const Verb* find_verb(std::span<const std::string> words, std::size_t& used) {
  for (const Verb* verb : kVerbs) {
    const bool two = verb->name.find(' ') != std::string_view::npos;
    if (two && words.size() >= 2 && verb->name == words[0] + " " + words[1]) used = 2;
    if (!two && !words.empty() && verb->name == words[0]) used = 1;
    if (used > 0) return verb;
  }
  return nullptr;
}

// "signet key --help" and "signet key": the verbs that begin with that word.
std::string verbs_below(const std::string& word) { return verb_lines("signet ", word + " "); }

// Of the verbs that are shown.
std::vector<std::string> verb_names() {
  std::vector<std::string> names;
  for (const Verb* verb : kVerbs) {
    if (!verb->summary.empty()) names.emplace_back(verb->name);
  }
  return names;
}

int show(std::string_view text) { return client::write_all(STDOUT_FILENO, text) ? EXIT_SUCCESS : 3; }

int finish(const Output& output, const Error& error) {
  output.error(error);
  return exit_status(error.code);
}

// "--version" and "--json" in either order, and nothing else.
bool wants_version(std::span<const std::string> words) {
  return words.size() <= 2 && std::ranges::find(words, "--version") != words.end() &&
         std::ranges::all_of(words, [](const std::string& word) { return word == "--version" || word == "--json"; });
}

int show_version(const Output& output) {
  const std::vector<protocol::Library> libraries = {{.name = "OpenSSL", .version = sigstore::openssl_version()}};
  if (!output.json()) return show(protocol::version_text("signet", libraries));
  output.object("signet.version/1", protocol::describe_version("signet", libraries));
  return output.complete() ? EXIT_SUCCESS : 3;
}

bool wants_help(std::span<const std::string> words) { return std::ranges::find(words, "--help") != words.end(); }

int without_verb(std::span<const std::string> words) {
  const Output output(std::ranges::find(words, "--json") != words.end());
  if (words.empty()) {
    client::write_stderr(overview());
    return 2;
  }
  if (wants_version(words)) return show_version(output);
  const std::string below = verbs_below(words[0]);
  if (!below.empty() && wants_help(words))
    return show("usage: one of\n" + below + "Each explains itself with --help.\n");
  if (wants_help(words) && words[0].starts_with("--")) return show(overview());
  if (!below.empty() && words.size() > 1 && !words[1].starts_with("-")) {
    const std::string name = words[0] + " " + words[1];
    const auto meant = nearest_word(name, verb_names());
    return finish(output, {.code = ErrorCode::InvalidRequest,
                           .what = "there is no verb " + display_text(name, 60),
                           .remedy = (meant ? "did you mean signet " + *meant + "? " : "") + "see: signet " + words[0] +
                                     " --help"});
  }
  if (!below.empty()) {
    return finish(output, {.code = ErrorCode::InvalidRequest,
                           .what = "signet " + words[0] + " needs one more word",
                           .remedy = "see: signet " + words[0] + " --help"});
  }
  const auto meant = nearest_word(words[0], verb_names());
  return finish(output, {.code = ErrorCode::InvalidRequest,
                         .what = "there is no verb " + display_text(words[0], 40),
                         .remedy = (meant ? "did you mean signet " + *meant + "? " : "") + "see: signet --help"});
}

int run(std::span<const std::string> words) {
  if (auto hardened = harden_client(); !hardened) return finish(Output(false), hardened.error());
  std::size_t used = 0;
  const Verb* verb = find_verb(words, used);
  if (verb == nullptr) return without_verb(words);
  const auto arguments = parse_arguments(*verb, words.subspan(used));
  const bool json = std::ranges::find(words, "--json") != words.end();
  if (!arguments) return finish(Output(json), arguments.error());
  if (arguments->has("help")) return show(help_text(*verb));
  const Output output(arguments->has("json"));
  const auto status = verb->run(*arguments, output);
  if (!status) return finish(output, status.error());
  if (*status == 0 && !output.complete()) {
    return finish(output, {.code = ErrorCode::Cancelled, .what = "the result cannot be written to standard output"});
  }
  return *status;
}

}  // namespace
}  // namespace signet::cli

int main(int argc, char** argv) {
  std::vector<std::string> words;
  for (int i = 1; i < argc; ++i) words.emplace_back(argv[i]);
  return signet::cli::run(words);
}
