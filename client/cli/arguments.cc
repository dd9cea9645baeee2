#include <algorithm>
#include <exception>

#include <boost/program_options.hpp>

#include "client/cli/nearest.h"
#include "client/cli/verb.h"
#include "common/display.h"

namespace signet::cli {
namespace {

namespace po = boost::program_options;

constexpr const char* kOperands = "(operands)";

void add(po::options_description& known, const Flag& flag, const std::string& option) {
  if (flag.value.empty()) {
    known.add_options()(option.c_str(), "");
  } else {
    known.add_options()(option.c_str(), po::value<std::string>(), "");
  }
}

po::options_description describe(const Verb& verb) {
  po::options_description known;
  known.add_options()("help", "");
  if (!verb.summary.empty()) known.add_options()("json", "");
  for (const Flag& flag : verb.flags) {
    const std::string name(flag.name);
    add(known, flag, flag.letter == '\0' ? name : name + "," + flag.letter);
    if (!flag.alias.empty()) add(known, flag, std::string(flag.alias));
  }
  known.add_options()(kOperands, po::value<std::vector<std::string>>(), "");
  return known;
}

std::string see(const Verb& verb) { return "see: signet " + std::string(verb.name) + " --help"; }

// "--identiy": the option that was meant, and where they all stand.
std::string next_for(const Verb& verb, std::string_view typed) {
  typed.remove_prefix(std::min(typed.find_first_not_of('-'), typed.size()));
  typed = typed.substr(0, typed.find('='));
  std::vector<std::string> names = {"help", "json"};
  for (const Flag& flag : verb.flags) {
    names.emplace_back(flag.name);
    if (!flag.alias.empty()) names.emplace_back(flag.alias);
  }
  const auto meant = nearest_word(typed, names);
  return (meant ? "did you mean --" + *meant + "? " : "") + see(verb);
}

}  // namespace

class ArgumentReader {
 public:
  explicit ArgumentReader(const Verb& verb) : verb_(verb) {}

  Result<Arguments> read(std::span<const std::string> words) {
    const po::options_description known = describe(verb_);
    po::positional_options_description places;
    places.add(kOperands, -1);
    // A shortened option would be another one after the next version.
    const int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    const po::parsed_options parsed = po::command_line_parser(std::vector<std::string>(words.begin(), words.end()))
                                          .options(known)
                                          .positional(places)
                                          .style(style)
                                          .run();
    for (const po::option& option : parsed.options) {
      if (auto taken = take(option); !taken) return fail(std::move(taken.error()));
    }
    return std::move(arguments_);
  }

 private:
  Result<void> take(const po::option& option) {
    if (option.string_key == kOperands) return take_operands(option);
    const std::string name(canonical(option.string_key));
    const std::string value = option.value.empty() ? std::string() : option.value.front();
    auto& values = arguments_.values_[name];
    values.push_back(value);
    if (values.size() == 1 || may_repeat(name)) return {};
    return fail(ErrorCode::InvalidRequest, "--" + name + " is given twice", see(verb_));
  }

  Result<void> take_operands(const po::option& option) {
    if (verb_.operands.empty()) {
      return fail(ErrorCode::InvalidRequest,
                  "signet " + std::string(verb_.name) + " takes no " + display_text(option.value.front()), see(verb_));
    }
    arguments_.operands_.insert(arguments_.operands_.end(), option.value.begin(), option.value.end());
    return {};
  }

  [[nodiscard]] std::string_view canonical(std::string_view name) const {
    const auto found = std::ranges::find(verb_.flags, name, &Flag::alias);
    return found == verb_.flags.end() ? name : found->name;
  }

  [[nodiscard]] bool may_repeat(std::string_view name) const {
    const auto found = std::ranges::find(verb_.flags, name, &Flag::name);
    return found != verb_.flags.end() && found->repeats;
  }

  const Verb& verb_;
  Arguments arguments_;
};

bool Arguments::has(std::string_view flag) const { return values_.contains(flag); }

std::optional<std::string> Arguments::text(std::string_view flag) const {
  const auto found = values_.find(flag);
  if (found == values_.end()) return std::nullopt;
  return found->second.front();
}

std::vector<std::string> Arguments::all(std::string_view flag) const {
  const auto found = values_.find(flag);
  return found == values_.end() ? std::vector<std::string>() : found->second;
}

// Boost.Program_options reports by exceptions; this is where they end.
Result<Arguments> parse_arguments(const Verb& verb, std::span<const std::string> words) {
  try {
    return ArgumentReader(verb).read(words);
  } catch (const po::unknown_option& wrong) {
    const std::string name = wrong.get_option_name();
    return fail(ErrorCode::InvalidRequest,
                "signet " + std::string(verb.name) + " has no option " + display_text(name, 60), next_for(verb, name));
  } catch (const std::exception& wrong) {
    return fail(ErrorCode::InvalidRequest, display_text(wrong.what()), see(verb));
  }
}

}  // namespace signet::cli
