#include <algorithm>

#include "client/cli/verb.h"

namespace signet::cli {
namespace {

std::string option_line(const Flag& flag) {
  std::string left = flag.letter == '\0' ? "  --" : "  -" + std::string(1, flag.letter) + ", --";
  left += flag.name;
  if (!flag.value.empty()) left += " " + std::string(flag.value);
  constexpr std::size_t kColumn = 26;
  left.append(left.size() < kColumn ? kColumn - left.size() : 2, ' ');
  left += flag.text;
  if (flag.repeats) left += "; may be given several times";
  if (!flag.alias.empty()) left += " (also --" + std::string(flag.alias) + ")";
  return left + "\n";
}

constexpr Flag kJson{.name = "json", .value = "", .text = "one JSON object on standard output, text on standard error"};
constexpr Flag kHelp{.name = "help", .value = "", .text = "this page"};

}  // namespace

std::string help_text(const Verb& verb) {
  std::string text = "usage: signet " + std::string(verb.name) + " [OPTIONS]";
  if (!verb.operands.empty()) text += " " + std::string(verb.operands);
  text += "\n\n";
  text += verb.help;
  text += "\noptions:\n";
  for (const Flag& flag : verb.flags) text += option_line(flag);
  if (!verb.summary.empty()) text += option_line(kJson);
  return text + option_line(kHelp);
}

}  // namespace signet::cli
