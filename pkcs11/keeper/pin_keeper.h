// What the keeper knows of the user PIN, and when it must not be sent any more.
//
// A token counts wrong PINs and locks itself. So a PIN is forgotten when the token has refused it, and also when nobody
// knows whether it did: an unproven PIN at the first outcome that is unclear (the login failed with a value that may
// mean anything, the token went away, the child ended before it said), and one that the token took before at the second
// such outcome since then, because somebody may have changed it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "common/bytes.h"
#include "common/error.h"
#include "pkcs11/link/frames.h"
#include "pkcs11/link/locked_page.h"

namespace signet::pkcs11 {

class PinKeeper {
 public:
  /// @param proven  the token took this PIN from the keeper before this one
  ///
  /// Reads the PIN from its file. A file that cannot be read is no failure here: keys can be listed without a PIN, and
  /// whoever asks for it is told why there is none.
  ///
  /// @error Bug  there is no locked memory to be had
  [[nodiscard]] static Result<PinKeeper> load(const std::optional<std::filesystem::path>& file, bool proven = false);

  /// The frame that answers PinWanted; `content` is valid until this object changes.
  [[nodiscard]] Frame answer() const;
  /// That frame was sent; where it held the PIN, a word of the outcome is due.
  void answered();
  /// The token has taken the PIN that was handed out last.
  void accepted();
  /// True where the token has taken it.
  [[nodiscard]] bool proven() const { return proven_; }
  /// The token has refused it: it is wiped here.
  void refused();
  /// It was not sent to the token.
  void unused() { handed_out_ = false; }
  /// The login failed, and the module does not say whether for the PIN.
  void unclear();
  /// The login failed because the token is not there. Of a PIN that it took before that says nothing; of another one it
  /// is unclear, for the token may have gone after it had counted the try.
  void gone();
  /// The child has ended; if it held the PIN, nobody knows what the token said.
  void child_ended();

 private:
  explicit PinKeeper(LockedPage page) : page_(std::move(page)) {}
  void forget(std::string_view why);

  LockedPage page_;
  std::string why_none_;  // a sentence for a person, where the page is empty
  bool forgotten_ = false;
  bool proven_ = false;      // the token has taken it at least once
  bool handed_out_ = false;  // and no word of the outcome yet
  int unclear_ = 0;          // outcomes that nobody knows, since the token last took the PIN
};

}  // namespace signet::pkcs11
