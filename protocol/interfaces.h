// The texts of the interface files, as they were when this program was built, and what they declare.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/error.h"

namespace signet::protocol {

extern const std::string_view kAgentInterface;    ///< org.signet.Agent.varlink
extern const std::string_view kTokenInterface;    ///< org.signet.Token.varlink
extern const std::string_view kServiceInterface;  ///< org.varlink.service.varlink

inline constexpr std::string_view kAgentName = "org.signet.Agent";
inline constexpr std::string_view kTokenName = "org.signet.Token";
inline constexpr std::string_view kServiceName = "org.varlink.service";

/// The member names of one declared method, for checks of documentation and dispatch.
struct DeclaredMethod {
  std::string name;
  std::vector<std::string> in;
  std::vector<std::string> out;
  bool documented = false;  ///< a comment stands directly above it
};

struct DeclaredInterface {
  std::string name;
  std::vector<DeclaredMethod> methods;
  std::vector<std::string> errors;
  std::vector<std::string> types;
  /// The names of the fields that structs, methods and errors have, each once; the values of enums are not among them.
  std::set<std::string> fields;
  /// Methods, errors and types without a comment directly above them, and fields (as "Type.field") that stand on a line
  /// of their own without one. Fields that share a line are explained by the comment of their member.
  std::vector<std::string> undocumented;
};

/// Reads an interface file (varlink.org, "Interface Definition"): enough of the grammar to refuse a malformed file and
/// to list what it declares.
///
/// @error InvalidRequest  the text is not an interface, declares a name twice or uses a type that it does not declare;
/// the message names the line
/// @error LimitExceeded   longer than 256 KiB
[[nodiscard]] Result<DeclaredInterface> parse_interface(std::string_view text);

}  // namespace signet::protocol
