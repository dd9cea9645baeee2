#include "pinentry/help.h"

#include "protocol/pin_entry_status.h"

namespace signet::pinentry {

int exit_status_for(ErrorCode code) {
  if (code == ErrorCode::Cancelled) return protocol::kPinCancelled;
  return code == ErrorCode::Deadline ? protocol::kPinTimeOut : kEnvironment;
}

std::string_view help_text() {
  return R"(signet-pin-entry - asks a person for a token's PIN by pinentry, and hands it to the process that keeps it

usage: signet-pin-entry --pinentry PATH --seconds N < DESCRIPTION

signet-agent starts it where the configuration says pin = { prompt = "pinentry" }; nobody else has to. The PIN passes
through this program alone, in locked memory, and over descriptor 3 to signet-token.

  --pinentry PATH   the pinentry program (absolute path); it gets this program's environment. Where that has GPG_TTY, a
                    terminal of this user's, it is told to ask there
  --seconds N       how long it asks
  --help, --version

exit status: 0 handed in; 2 wrong use; 3 pinentry cannot ask, or the PIN was not taken; 4 the person cancelled it; 5
nobody entered anything in time
)";
}

}  // namespace signet::pinentry
