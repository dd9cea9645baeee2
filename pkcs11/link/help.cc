#include "pkcs11/link/options.h"

namespace signet::pkcs11 {
namespace {

constexpr std::string_view kTokenHelp =
    R"(signet-token - keeps one token's PIN and watches over the process that loads its PKCS#11 module

usage: signet-token --module PATH [options]
       signet-token --piv [options]

signet-agent starts one signet-token for each configured token; nobody else has to. It loads no foreign code: its child,
signet-module, does, and is killed and started anew when the module crashes, or hangs a second beyond a request's
deadline. The PIN survives that in locked memory here.

  --module PATH          the PKCS#11 module (absolute path); it and its folders belong to root or to you, and nobody
                         else may write them
  --piv                  a PIV card over PC/SC, without a module: the child is signet-piv
  --token-serial S       the token with this serial number
  --token-label L        the token with this label; without either there must be exactly one token
  --pin-file PATH        the file that holds the user PIN: yours or root's, readable by nobody else (chmod 600)
  --pin-proven yes       the token took this PIN before: it is still sent after one login of which nobody knows the end
  --pin-keep SECONDS     forget a PIN that a person entered after that time; without it, at the end
  --needs LIST           what the module needs beyond files, separated by commas: pcsc, tpm, usb, tcp:HOST:PORT
  --help, --version

It inherits two descriptors: 3, a socket whose other end is the agent's (when that closes, this process and its child
end; the agent hears there when the child is started, why it is not, and what becomes of the PIN, and hands over
connections on which a person's PIN comes), and 4, a listening AF_UNIX socket, where the child serves org.signet.Token.

A PIN that the token has refused is forgotten and never sent again. Correct the file, then restart the agent; a PIN that
a person entered is entered anew.

exit status: 0 the agent has closed descriptor 3; 2 wrong use; 3 the system refused something that is needed
)";

constexpr std::string_view kModuleHelp =
    R"(signet-module - loads one PKCS#11 module and serves org.signet.Token for one of its tokens

usage: signet-module --module PATH [options]

signet-token starts it; nobody else has to. The module runs here and nowhere else: without network sockets, without a
way to look into other processes, and with no secret but the PIN while it logs in.

  --module PATH          the PKCS#11 module (absolute path)
  --token-serial S       the token with this serial number
  --token-label L        the token with this label; without either the module must show exactly one token
  --needs LIST           what the module needs beyond files, separated by commas: pcsc, tpm, usb, tcp:HOST:PORT
  --client-pid N         the one process that may ask: the agent
  --help, --version

It inherits three descriptors: 3, the link to signet-token; 4, a listening AF_UNIX socket; 5, the board of calls.

exit status: 0 signet-token has gone; 2 wrong use; 3 the system refused something that is needed
)";

constexpr std::string_view kPivHelp =
    R"(signet-piv - serves org.signet.Token for one PIV card, over PC/SC

usage: signet-piv [options]

signet-token --piv starts it; nobody else has to. It holds the card for moments only, so that other programs can use it
too, and lets go of it when it is not used for two seconds.

  --token-serial S       the card with this serial number; without it there must be exactly one PIV card
  --client-pid N         the one process that may ask: the agent
  --help, --version

It inherits three descriptors: 3, the link to signet-token; 4, a listening AF_UNIX socket; 5, the board of calls.
PCSCLITE_CSOCK_NAME names pcscd's socket where that is not the usual one.

exit status: 0 signet-token has gone; 2 wrong use; 3 the system refused something that is needed
)";

}  // namespace

std::string_view help_text(Program program) {
  if (program == Program::Piv) return kPivHelp;
  return program == Program::Token ? kTokenHelp : kModuleHelp;
}

}  // namespace signet::pkcs11
