// The command line that git gives to signet-git, and the armor that the agent gives it: words and text of others.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "client/git/options.h"
#include "client/git/sign.h"
#include "client/lib/gnupg_status.h"
#include "common/bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const std::string_view text = text_of(ByteView(data, size));
  std::vector<std::string> words(1);
  for (const char c : text) {
    if (c == '\0') {
      words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  if (const auto options = git_program::parse_options(arguments)) {
    if (options->action != git_program::Action::Verify && !options->signature_file.empty()) std::abort();
    static_cast<void>(git_program::identity_from_key(options->local_user));
  }
  if (git_program::check_armor(text) && !text.ends_with("-----END SIGNED MESSAGE-----\n")) std::abort();
  const std::string id = client::escape_user_id(text);
  if (id.empty() || id.find('\n') != std::string::npos) std::abort();
  return 0;
}
