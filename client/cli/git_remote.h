// A remote of the repository, as far as evidence comes from it and goes to it. git itself speaks with it, with the
// caller's own credentials and prompts.
#pragma once

#include <string>
#include <string_view>

#include "common/error.h"

namespace signet::cli {

class EvidenceRemote {
 public:
  /// The remote of that name; without one that of the current branch, else "origin".
  ///
  /// @error InvalidRequest  there is no such remote
  /// @error as run_git()
  [[nodiscard]] static Result<EvidenceRemote> find(const std::string& name);

  [[nodiscard]] const std::string& name() const { return name_; }
  /// Where its notes are kept here: "refs/notes/signet-remote/NAME/signet"; nothing else comes to lie below NAME
  /// but what the remote calls refs/notes/signet….
  [[nodiscard]] std::string tracking_ref() const;

  /// Fetches its notes into tracking_ref(); that ref goes where it has none.
  ///
  /// @error RepositoryUnavailable  git cannot reach it; the message is git's
  [[nodiscard]] Result<void> fetch() const;

  /// Pushes a commit of notes.
  ///
  /// @param base  what fetch() found there
  /// @return      false where it has something else meanwhile: fetch again
  /// @error RepositoryUnavailable  git cannot reach it, or it takes no notes
  [[nodiscard]] Result<bool> push(std::string_view commit, std::string_view base) const;

  /// Makes every `git fetch` of it bring its notes.
  ///
  /// @return  false where it does so already
  /// @error InvalidRequest  git cannot write the repository's configuration
  [[nodiscard]] Result<bool> configure() const;

 private:
  explicit EvidenceRemote(std::string name) : name_(std::move(name)) {}
  [[nodiscard]] Result<std::string> ask_tip() const;
  std::string name_;
};

}  // namespace signet::cli
