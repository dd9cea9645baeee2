#include "pkcs11/link/options.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "common/display.h"

namespace signet::pkcs11 {
namespace {

constexpr std::array<std::string_view, 8> kValued = {"--module",   "--token-serial", "--token-label", "--needs",
                                                     "--pin-file", "--pin-proven",   "--pin-keep",    "--client-pid"};
/// A month: whoever keeps a PIN for longer means "until the end".
constexpr std::int64_t kLongestKeep = std::int64_t{31} * 24 * 3600;

std::unexpected<Error> refuse(std::string what) {
  return fail(ErrorCode::InvalidRequest, std::move(what), "try --help");
}

Result<void> check_path(std::string_view option, const std::filesystem::path& path) {
  if (path.is_absolute()) return {};
  return refuse(std::string(option) + " wants an absolute path, not \"" + display_text(path.native()) + "\"");
}

Result<pid_t> parse_pid(std::string_view text) {
  pid_t pid = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), pid);
  if (end.ec == std::errc() && end.ptr == text.data() + text.size() && pid > 0) return pid;
  return refuse("--client-pid wants the number of a process, not \"" + display_text(text, 60) + "\"");
}

Result<std::chrono::seconds> parse_seconds(std::string_view text) {
  std::int64_t number = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
  if (end.ec == std::errc() && end.ptr == text.data() + text.size() && number >= 1 && number <= kLongestKeep) {
    return std::chrono::seconds(number);
  }
  return refuse("--pin-keep wants 1 to " + std::to_string(kLongestKeep) + " seconds, not \"" + display_text(text, 60) +
                "\"");
}

// Each program has options that the other does not know.
bool is_option_of(std::string_view option, Program program) {
  if (std::ranges::find(kValued, option) == kValued.end()) return false;
  if (program == Program::Piv) return option == "--token-serial" || option == "--client-pid";
  if (program == Program::Module) return !option.starts_with("--pin-");
  return option != "--client-pid";
}

Result<void> take(Options& options, std::string_view option, std::string_view value) {
  if (value.empty()) return refuse(std::string(option) + " is empty");
  if (option == "--token-serial") {
    options.token_serial = std::string(value);
  } else if (option == "--token-label") {
    options.token_label = std::string(value);
  } else if (option == "--module") {
    options.module = value;
    return check_path(option, options.module);
  } else if (option == "--pin-file") {
    options.pin_file = value;
    return check_path(option, *options.pin_file);
  } else if (option == "--pin-proven") {
    options.pin_proven = value == "yes";
    if (!options.pin_proven) return refuse("--pin-proven knows yes, not \"" + display_text(value, 60) + "\"");
  } else if (option == "--pin-keep") {
    const auto keep = parse_seconds(value);
    if (!keep) return fail(keep.error());
    options.pin_keep = *keep;
  } else if (option == "--client-pid") {
    const auto pid = parse_pid(value);
    if (!pid) return fail(pid.error());
    options.client = *pid;
  } else {
    auto needs = parse_needs(value);
    if (!needs) return fail(std::move(needs.error()));
    options.needs = std::move(*needs);
  }
  return {};
}

// The last colon: a host may be an IPv6 address in brackets.
bool is_host_and_port(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const std::string_view port = text.substr(colon + 1);
  unsigned number = 0;
  const auto end = std::from_chars(port.data(), port.data() + port.size(), number);
  return !port.empty() && end.ec == std::errc() && end.ptr == port.data() + port.size() && number >= 1 &&
         number <= 65535;
}

// A token is reached through a module or as a PIV card, not both.
Result<void> check_door(const Options& options) {
  if (!options.piv && options.module.empty()) return refuse("--module is missing");
  if (!options.piv) return {};
  if (!options.module.empty()) return refuse("--piv and --module exclude each other");
  if (options.token_label) return refuse("a PIV card has no label: --token-label is for modules");
  if (options.needs != Needs{}) return refuse("a PIV card needs PC/SC and nothing else: --needs is for modules");
  return {};
}

}  // namespace

Result<Options> parse_options(std::span<const std::string_view> arguments, Program program) {
  Options options;
  std::vector<std::string_view> seen;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view option = arguments[i];
    if (option == "--help" || option == "-h") options.help = true;
    if (option == "--version") options.version = true;
    if (options.help || options.version) return options;
    if (option == "--piv" && program == Program::Token && !options.piv) {
      options.piv = true;
      continue;
    }
    if (!is_option_of(option, program)) return refuse("unknown option \"" + display_text(option, 60) + "\"");
    if (std::ranges::find(seen, option) != seen.end()) return refuse(std::string(option) + " stands there twice");
    if (i + 1 == arguments.size()) return refuse(std::string(option) + " wants a value");
    seen.push_back(option);
    if (auto taken = take(options, option, arguments[++i]); !taken) return fail(std::move(taken.error()));
  }
  if (program == Program::Piv) options.piv = true;
  if (auto sound = check_door(options); !sound) return fail(std::move(sound.error()));
  if (program != Program::Token && !options.client) return refuse("--client-pid is missing");
  return options;
}

std::vector<std::string> encode_child_arguments(const Options& options) {
  std::vector<std::string> arguments;
  if (!options.piv) arguments = {"--module", options.module.string()};
  if (options.token_serial) arguments.insert(arguments.end(), {"--token-serial", *options.token_serial});
  if (options.token_label) arguments.insert(arguments.end(), {"--token-label", *options.token_label});
  const std::string needs = encode_needs(options.needs);
  if (!needs.empty()) arguments.insert(arguments.end(), {"--needs", needs});
  if (options.client) arguments.insert(arguments.end(), {"--client-pid", std::to_string(*options.client)});
  return arguments;
}

Result<Needs> parse_needs(std::string_view text) {
  Needs needs;
  for (;;) {
    const std::string_view need = text.substr(0, text.find(','));
    if (need == "pcsc") {
      needs.pcsc = true;
    } else if (need == "tpm") {
      needs.tpm = true;
    } else if (need == "usb") {
      needs.usb = true;
    } else if (need.starts_with("tcp:") && is_host_and_port(need.substr(4))) {
      needs.tcp.emplace_back(need.substr(4));
    } else {
      return refuse("--needs knows pcsc, tpm, usb and tcp:HOST:PORT, not \"" + display_text(need, 60) + "\"");
    }
    if (need.size() == text.size()) return needs;
    text.remove_prefix(need.size() + 1);
  }
}

std::string encode_needs(const Needs& needs) {
  std::string text;
  const auto add = [&text](std::string_view need) { text.append(text.empty() ? "" : ",").append(need); };
  if (needs.pcsc) add("pcsc");
  if (needs.tpm) add("tpm");
  if (needs.usb) add("usb");
  for (const std::string& peer : needs.tcp) add("tcp:" + peer);
  return text;
}

}  // namespace signet::pkcs11
