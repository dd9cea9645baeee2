// The command line of signet-token, signet-module and signet-piv, which have most of it in common.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/error.h"

namespace signet::pkcs11 {

/// What a module needs beyond files and AF_UNIX sockets; whatever is not named is shut (serving/confinement.h).
struct Needs {
  bool pcsc = false;               ///< PC/SC: a socket file, nothing more
  bool tpm = false;                ///< /dev/tpmrm0: a device file, nothing more
  bool usb = false;                ///< libusb: netlink messages about devices that come and go
  std::vector<std::string> tcp{};  ///< HOST:PORT of network HSMs
  bool operator==(const Needs&) const = default;
};

struct Options {
  std::filesystem::path module{};  ///< empty with `piv`
  bool piv = false;                ///< a PIV card over PC/SC, without a module
  std::optional<std::string> token_serial{};
  std::optional<std::string> token_label{};
  std::optional<std::filesystem::path> pin_file{};  ///< signet-token alone
  bool pin_proven = false;                          ///< signet-token alone: the token has taken what is in pin_file
  std::optional<std::chrono::seconds> pin_keep{};   ///< signet-token alone: how long a person's PIN is kept
  Needs needs{};
  std::optional<pid_t> client{};  ///< signet-module and signet-piv, mandatory there: the one process that may ask
  bool help = false;
  bool version = false;
};

enum class Program : std::uint8_t { Token, Module, Piv };

/// Reads the arguments after the program's name.
///
/// @error InvalidRequest  an unknown, repeated or incomplete option, no --module (nor --piv), --piv beside what is for
///                        modules, a relative path, unknown needs, or signet-module or signet-piv without --client-pid
[[nodiscard]] Result<Options> parse_options(std::span<const std::string_view> arguments, Program program);

/// The arguments for signet-module or signet-piv (without the program's name): the PIN's file stays behind.
[[nodiscard]] std::vector<std::string> encode_child_arguments(const Options& options);

/// @error InvalidRequest  something other than pcsc, tpm, usb and tcp:HOST:PORT, separated by commas
[[nodiscard]] Result<Needs> parse_needs(std::string_view text);
[[nodiscard]] std::string encode_needs(const Needs& needs);

/// The text of --help.
[[nodiscard]] std::string_view help_text(Program program);

}  // namespace signet::pkcs11
