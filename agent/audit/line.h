// Writes the lines of the audit log: JSON objects whose members are listed here (audit/line.h reads them).
//
//   schema    "signet.audit/1"
//   sequence  counts the lines of the log from 0, without gaps
//   time      RFC 3339, the agent's clock
//   event     "start" the agent began to write · "denied" a request that was refused at once · "intent" what is about
//   to
//             be done, before the token is asked · "outcome" what came of it, before the reply
//   request   16 hexadecimal digits, the same for all lines of one request
//   operation, item   what was asked for; the item's place in a batch, counted from 0
//   peer      uid, pid, exe, unit: from the kernel; exe and unit as far as they could be read
//   what      kind, digest, summary: as the agent read it. claims: what the client says, believed by nobody
//   identity, key     the identity and the fingerprint that is pinned for it
//   decision  answer ("allowed", "denied"), why, by
//   result    answer ("done", "failed"), error, message; log, log_index; note
//
// No line holds a secret, an argument vector or an environment (D12). All text from outside is made safe to show.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agent/approval/approval.h"
#include "agent/policy/decision.h"
#include "agent/policy/item.h"
#include "common/error.h"
#include "common/time.h"
#include "json/value.h"

namespace signet::agent {

/// What an operation is about, beyond the decision.
struct Subject {
  Operation operation = Operation::Sign;
  std::optional<std::int64_t> item{};  ///< place in a batch
  std::string kind{};                  ///< "digest", "statement", "git"; empty: nothing is signed
  std::string digest{};                ///< "sha256:<hex>"
  std::string summary{};               ///< safe to show
  std::optional<std::string> claim{};  ///< the client's name for it, safe to show
};

/// The subject of one item of a Sign call.
[[nodiscard]] Subject subject_of(const Item& item, std::int64_t index);

/// What came of it.
struct Outcome {
  std::optional<Error> error{};  ///< nothing where it was done
  std::string log{};             ///< origin of the log that holds the entry; empty: none
  std::int64_t log_index = 0;
  std::string note{};  ///< for a person: what was obtained, until when
};

/// The members of a line except schema, sequence and time, which the log itself sets.
[[nodiscard]] json::Object encode_intent(const Approval& approval, const Subject& subject);
[[nodiscard]] json::Object encode_outcome(const Approval& approval, const Subject& subject, const Outcome& outcome);
[[nodiscard]] json::Object encode_denial(const Decision& decision);
/// @param set_aside  says what of an earlier agent's lines was set aside; empty: nothing
[[nodiscard]] json::Object encode_start(std::string_view set_aside);

/// The whole line with its line end.
[[nodiscard]] std::string encode_line(std::int64_t sequence, WallTime time, json::Object members);

}  // namespace signet::agent
