#include "client/cli/git_trial_error.h"

#include <optional>
#include <sstream>
#include <string_view>

#include "client/cli/git_words.h"
#include "common/display.h"

namespace signet::cli {
namespace {

constexpr std::string_view kError = "error: ";
// OpenSSH's words for SSH_AGENT_FAILURE, which has none of its own (sshkey.c: ssh_err()).
constexpr std::string_view kRefused = "agent refused operation";
// git's, where it does not know the committer.
constexpr std::string_view kWho = "Please tell me who you are";
// What ssh-keygen says before it knows how that ends.
constexpr std::string_view kBeginning = "Signing file ";

// The signer's words come first, and git's "failed to write commit object" last.
std::string reason_of(const GitAnswer& answer) {
  std::istringstream lines(answer.errors);
  bool is_signers = false;
  for (std::string line; std::getline(lines, line);) {
    is_signers = is_signers || line.starts_with(kError);
    if (line.starts_with(kError)) line.erase(0, kError.size());
    if (is_signers && !line.starts_with(kBeginning)) return "git: " + display_text(line, 1000);
  }
  return words_of(answer);
}

}  // namespace

Error error_of_signer(const std::string& said) {
  constexpr std::string_view kProgram = "signet-git: ";
  constexpr std::string_view kNext = "  next: ";
  Error error{.code = ErrorCode::WorkerFailed, .what = {}, .remedy = {}};
  std::istringstream lines(said);
  bool is_known = false;
  for (std::string line; std::getline(lines, line);) {
    if (is_known && line.starts_with(kNext)) error.remedy = display_text(line.substr(kNext.size()), 1000);
    const auto colon = line.find(": ", kProgram.size());
    const bool may_name = line.starts_with(kProgram) && colon != std::string::npos;
    const auto code =
        may_name ? error_code_from_name(line.substr(kProgram.size(), colon - kProgram.size())) : std::nullopt;
    if (code) {
      error = {.code = *code, .what = display_text(line.substr(colon + 2), 1000), .remedy = {}};
      is_known = true;
    } else if (!is_known && !line.empty() && !line.starts_with("[GNUPG:]")) {
      error.what = display_text(line, 1000);
    }
  }
  if (error.what.empty()) error.what = "the signing program failed and did not say why";
  return error;
}

Error error_of_git(const GitAnswer& answer) {
  if (answer.errors.find(kRefused) != std::string::npos) {
    return {.code = ErrorCode::WorkerFailed,
            .what = "the agent refused to sign, and ssh-keygen does not learn why",
            .remedy =
                "signet status shows what the token wants; signet audit list --failed and journalctl --user -u "
                "signet-agent say what was refused and why"};
  }
  const bool lacks_name = answer.errors.find(kWho) != std::string::npos;
  return {.code = ErrorCode::InvalidRequest,
          .what = reason_of(answer),
          .remedy = lacks_name ? "git config --global user.name NAME; git config --global user.email YOU"
                               : "see: signet git setup --help"};
}

}  // namespace signet::cli
