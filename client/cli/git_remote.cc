#include "client/cli/git_remote.h"

#include <chrono>
#include <utility>
#include <vector>

#include "client/cli/git_notes.h"
#include "client/cli/git_repository.h"
#include "client/cli/git_words.h"
#include "common/display.h"
#include "sigstore/git/object.h"

namespace signet::cli {
namespace {

// For what goes over a network, a person's answers among it.
constexpr std::chrono::minutes kNetworkTime{5};

std::unexpected<Error> unavailable(const GitAnswer& answer, const std::string& name) {
  return refused_by_git(answer, ErrorCode::RepositoryUnavailable,
                        "try it by hand: git ls-remote " + display_text(name, 60));
}

Result<GitAnswer> speak(std::vector<std::string> arguments) {
  GitCommand command = plumbing(std::move(arguments));
  command.environment.erase("GIT_ALLOW_PROTOCOL");
  command.environment.erase("GIT_NO_LAZY_FETCH");
  return run_git(command, Deadline::after(kNetworkTime));
}

bool is_partial(const std::string& name) {
  const auto answer =
      ask_git(plumbing({"config", "--bool", "--get", "remote." + name + ".promisor"}), local_deadline());
  return answer && *answer == "true\n";
}

std::string first_line(std::string_view text) { return std::string(text.substr(0, text.find('\n'))); }

// The remote that the current branch follows; empty where it follows none.
Result<std::string> followed() {
  const auto branch = run_git(plumbing({"symbolic-ref", "--quiet", "--short", "HEAD"}), local_deadline());
  if (!branch) return fail(branch.error());
  if (branch->status != 0) return std::string();
  const auto remote =
      run_git(plumbing({"config", "--get", "branch." + first_line(branch->output) + ".remote"}), local_deadline());
  if (!remote) return fail(remote.error());
  return remote->status == 0 ? first_line(remote->output) : std::string();
}

}  // namespace

Result<EvidenceRemote> EvidenceRemote::find(const std::string& name) {
  std::string chosen = name;
  if (chosen.empty()) {
    auto followed_one = followed();
    if (!followed_one) return fail(std::move(followed_one.error()));
    // A branch may follow another one of the same repository, which is called ".".
    chosen = followed_one->empty() || *followed_one == "." ? "origin" : std::move(*followed_one);
  }
  const auto unknown = fail(ErrorCode::InvalidRequest, "there is no remote " + display_text(chosen, 60) + " here",
                            "name one of those that git remote lists");
  if (chosen.starts_with('-')) return unknown;
  const auto known = run_git(plumbing({"remote", "get-url", chosen}), local_deadline());
  if (!known) return fail(known.error());
  if (known->status == 0) return EvidenceRemote(std::move(chosen));
  if (known->status == 128) return refused_by_git(*known);
  return unknown;
}

std::string EvidenceRemote::tracking_ref() const { return std::string(kRemoteEvidence) + name_ + "/signet"; }

// What is not there yet is no error, which to git fetch it would be.
Result<std::string> EvidenceRemote::ask_tip() const {
  const auto answer = speak({"ls-remote", "--refs", name_, std::string(kEvidenceRef)});
  if (!answer) return fail(answer.error());
  if (answer->status != 0) return unavailable(*answer, name_);
  const std::string line = first_line(answer->output);
  std::string id = line.substr(0, line.find('\t'));
  if (id.empty() || sigstore::is_git_object_id(id)) return id;
  return fail(ErrorCode::RepositoryUnavailable, "git ls-remote answers nonsense");
}

Result<void> EvidenceRemote::fetch() const {
  const auto tip = ask_tip();
  if (!tip) return fail(tip.error());
  if (tip->empty()) {
    const auto stale = tip_of(tracking_ref());
    if (!stale) return fail(stale.error());
    if (stale->empty()) return {};
    const auto gone = ask_git(plumbing({"update-ref", "-d", tracking_ref()}), local_deadline());
    return gone ? Result<void>() : fail(gone.error());
  }
  std::vector<std::string> words = {"fetch",
                                    "--quiet",
                                    "--no-tags",
                                    "--no-write-fetch-head",
                                    "--no-recurse-submodules",
                                    "--no-auto-maintenance",
                                    "--no-prune",
                                    "--refmap="};
  // A partial clone leaves the notes themselves at the remote, where no verifier reads them.
  if (is_partial(name_)) words.insert(words.end(), {"--no-filter", "--refetch"});
  words.insert(words.end(), {name_, "+" + std::string(kEvidenceRef) + ":" + tracking_ref()});
  const auto answer = speak(std::move(words));
  if (!answer) return fail(answer.error());
  if (answer->status != 0) return unavailable(*answer, name_);
  return {};
}

Result<bool> EvidenceRemote::push(std::string_view commit, std::string_view base) const {
  const auto answer = speak({"push", "--quiet", "--no-verify", "--no-follow-tags", "--no-signed",
                             "--recurse-submodules=no", name_, std::string(commit) + ":" + std::string(kEvidenceRef)});
  if (!answer) return fail(answer.error());
  if (answer->status == 0) return true;
  const auto tip = ask_tip();
  if (!tip) return fail(tip.error());
  if (*tip != base) return false;
  auto refused = refused_by_git(*answer, ErrorCode::RepositoryUnavailable,
                                "whoever keeps it must allow pushing " + std::string(kEvidenceRef));
  refused.error().what = display_text(name_, 60) + " takes no notes: " + refused.error().what;
  return refused;
}

Result<bool> EvidenceRemote::configure() const {
  // With a pattern, because git fetch fails where a ref that it is told of by its whole name is not there.
  const std::string refspec = "+" + std::string(kEvidenceRef) + "*:" + tracking_ref() + "*";
  const std::string key = "remote." + name_ + ".fetch";
  const auto there = run_git(plumbing({"config", "--local", "--get-all", key}), local_deadline());
  if (!there) return fail(there.error());
  if (("\n" + there->output).find("\n" + refspec + "\n") != std::string::npos) return false;
  const auto added = ask_git(plumbing({"config", "--local", "--add", key, refspec}), local_deadline());
  if (!added) return fail(added.error());
  return true;
}

}  // namespace signet::cli
