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
#include <utility>

#include "common/bytes.h"
#include "common/error.h"
#include "common/locked_page.h"
#include "pkcs11/link/frames.h"

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

  /// Takes a PIN that a person has entered, in place of what was known.
  ///
  /// @param pin      at most kMaxPin bytes; copied into the locked page
  /// @param insists  it may be sent even where the token has one try left: to one login
  void enter(ByteView pin, bool insists);
  /// A person's wish, or the end of its time: it is wiped here.
  ///
  /// @param why  a sentence for whoever asks for it next
  void forget(std::string_view why);

  /// The frame that answers PinWanted, or LastTry; `content` is valid until this object changes.
  [[nodiscard]] Frame answer(bool last_try = false) const;
  /// That frame was sent; where it held the PIN, a word of the outcome is due.
  void answered();
  /// The token has taken the PIN that was handed out last.
  void accepted();
  /// True where the token has taken the one of the file.
  [[nodiscard]] bool proven() const { return proven_ && !entered_; }
  /// True where a PIN is known.
  [[nodiscard]] bool holds_one() const { return !page_.bytes().empty(); }
  /// True where it is one that a person entered.
  [[nodiscard]] bool holds_entered() const { return holds_one() && entered_; }
  /// The token has refused it: it is wiped here.
  void refused();
  /// It was not sent to the token.
  void unused();
  /// The login failed, and the module does not say whether for the PIN.
  void unclear();
  /// The login failed because the token is not there. Of a PIN that it took before that says nothing; of another one it
  /// is unclear, for the token may have gone after it had counted the try.
  void gone();
  /// The child has ended; if it held the PIN, nobody knows what the token said.
  void child_ended();

 private:
  explicit PinKeeper(LockedPage page) : page_(std::move(page)) {}
  /// It must not be sent again.
  void withdraw(std::string_view why);
  /// What is said now is about a PIN that was replaced after it was handed out.
  [[nodiscard]] bool is_about_another() { return std::exchange(replaced_, false); }

  LockedPage page_;
  std::string why_none_;     // a sentence for a person, where the page is empty
  bool forgotten_ = false;   // the one of the file, which the token refused
  bool entered_ = false;     // by a person, and not read from the file
  bool insists_ = false;     // the person, on the token's last try
  bool replaced_ = false;    // it was handed out before, and no word of that outcome yet
  bool proven_ = false;      // the token has taken it at least once
  bool handed_out_ = false;  // and no word of the outcome yet
  int unclear_ = 0;          // outcomes that nobody knows, since the token last took the PIN
};

}  // namespace signet::pkcs11
