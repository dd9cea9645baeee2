#include "tests/card/reader_service.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <utility>

namespace signet::test {
namespace {

UniqueFd listen_at(const std::filesystem::path& path) {
  UniqueFd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  if (::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
      ::listen(listener.get(), 16) != 0) {
    std::perror("signet-virtual-card: listening for clients of pcscd");
    std::exit(3);
  }
  return listener;
}

// ykcs11 takes readers alone whose name begins with "Yubico".
std::string configuration() {
  const std::string port = std::to_string(ReaderService::kPort);
  return "FRIENDLYNAME \"Yubico YubiKey OTP+FIDO+CCID\"\nDEVICENAME /dev/null:" + port +
         "\nLIBPATH /usr/lib/pcsc/drivers/serial/libifdvpcd.so\nCHANNELID " + port + "\n";
}

}  // namespace

ReaderService::ReaderService(std::filesystem::path folder) : folder_(std::move(folder)) {
  std::ofstream(folder_ / "reader.conf") << configuration();
}

void ReaderService::start() {
  if (running()) return;
  listener_ = listen_at(socket());
  pcscd_.emplace(ProcessOptions{.arguments = {"/usr/sbin/pcscd", "--foreground", "-c", folder_ / "reader.conf"},
                                .descriptors = {{3, listener_.get()}},
                                .announce_listen_fds = true});
}

void ReaderService::stop() {
  std::filesystem::remove(socket());
  listener_.reset();
  pcscd_.reset();
}

}  // namespace signet::test
