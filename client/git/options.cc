#include "client/git/options.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "client/lib/gnupg_status.h"
#include "common/display.h"

namespace signet::git_program {
namespace {

constexpr const char* kSeeHelp = "see: signet-git --help";

bool is_standard_input(std::string_view file) { return file == "-"; }

class Parser {
 public:
  explicit Parser(std::span<char* const> arguments) : arguments_(arguments) {}

  Result<Options> parse() {
    while (at_ < arguments_.size() && !error_) one(arguments_[at_++]);
    if (error_) return fail(std::move(*error_));
    return decide();
  }

 private:
  void refuse(std::string what) {
    if (!error_) error_ = Error{.code = ErrorCode::InvalidRequest, .what = std::move(what), .remedy = kSeeHelp};
  }

  void one(std::string_view argument) {
    if (argument.starts_with("--")) {
      long_option(argument.substr(2));
    } else if (argument.size() > 1 && argument[0] == '-') {
      cluster(argument.substr(1));
    } else {
      files_.emplace_back(argument);
    }
  }

  std::string value(std::string_view option) {
    if (at_ < arguments_.size()) return arguments_[at_++];
    refuse(std::string(option) + " needs a value");
    return {};
  }

  // What follows 'u' in its cluster is its value; the next argument where nothing follows.
  void cluster(std::string_view letters) {
    for (std::size_t i = 0; i < letters.size(); ++i) {
      switch (letters[i]) {
        case 's':
          sign_ = true;
          break;
        case 'b':
          sign_ = detached_ = true;
          break;
        case 'a':
          armored_ = true;
          break;
        case 'u':
          options_.local_user = i + 1 < letters.size() ? std::string(letters.substr(i + 1)) : value("-u");
          return;
        default:
          return refuse("unknown option -" + display_text(letters.substr(i, 1), 4));
      }
    }
  }

  void long_option(std::string_view text) {
    const auto equals = text.find('=');
    const std::string_view name = text.substr(0, equals);
    const auto take = [&] {
      return equals == std::string_view::npos ? value("--" + std::string(name)) : std::string(text.substr(equals + 1));
    };
    if (name == "sign") {
      sign_ = true;
    } else if (name == "detach-sign") {
      sign_ = detached_ = true;
    } else if (name == "armor") {
      armored_ = true;
    } else if (name == "verify") {
      verify_ = true;
    } else if (name == "help") {
      options_.action = Action::Help;
      shown_ = true;
    } else if (name == "version") {
      options_.action = Action::Version;
      shown_ = true;
    } else if (name == "local-user") {
      options_.local_user = take();
    } else if (name == "status-fd") {
      status_fd(take());
    } else if (name == "include-certs" || name == "keyid-format") {
      (void)take();  // the leaf alone is always in the signature, and key ids are not shown
    } else {
      refuse("unknown option --" + display_text(name, 40));
    }
  }

  void status_fd(const std::string& text) {
    if (error_) return;
    auto fd = client::parse_status_fd(text);
    if (!fd) return refuse(fd.error().what);
    options_.status_fd = *fd;
  }

  Result<Options> decide() {
    if (shown_) return std::move(options_);
    if (sign_ == verify_) {
      refuse(sign_ ? "signing and verifying at once" : "nothing to do: neither --sign nor --verify");
    } else if (sign_ && !(detached_ && armored_)) {
      refuse("only detached, armored signatures are made: -bsa");
    } else if (const auto file = std::ranges::find_if_not(files_, is_standard_input); sign_ && file != files_.end()) {
      refuse("what is signed comes from standard input, not from " + display_text(*file));
    } else if (verify_ && (files_.size() != 2 || files_[1] != "-")) {
      refuse("--verify needs a file with the signature, and - for the signed object on standard input");
    }
    if (error_) return fail(std::move(*error_));
    options_.action = sign_ ? Action::Sign : Action::Verify;
    if (verify_) options_.signature_file = files_[0];
    return std::move(options_);
  }

  std::span<char* const> arguments_;
  std::size_t at_ = 0;
  Options options_;
  std::vector<std::string> files_;
  std::optional<Error> error_;
  bool sign_ = false;
  bool verify_ = false;
  bool detached_ = false;
  bool armored_ = false;
  bool shown_ = false;
};

}  // namespace

Result<Options> parse_options(std::span<char* const> arguments) { return Parser(arguments).parse(); }

std::optional<std::string> identity_from_key(const std::optional<std::string>& key) {
  constexpr std::string_view kPrefix = "signet:";
  if (!key || !key->starts_with(kPrefix)) return std::nullopt;
  return key->substr(kPrefix.size());
}

}  // namespace signet::git_program
