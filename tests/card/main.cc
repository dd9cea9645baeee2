// signet-virtual-card: a PIV card in a reader of its own, behind a pcscd of its own.
//
// usage: signet-virtual-card FOLDER PIN TRIES
//
// It makes FOLDER/pcscd.comm (PCSCLITE_CSOCK_NAME for clients) and FOLDER/apdu.log, one line for each command: the
// APDU, a blank, SW1 SW2, all in hexadecimal. The virtual reader listens on all addresses, so reader and card live in a
// network namespace; clients reach pcscd by its socket file. Standard input takes commands, one in a line:
//   touch N   from here on a signature waits N milliseconds for a finger
//   press     the finger comes now, where a signature waits for it
//   remove    the card is pulled
//   insert    and put back
// and prints "ready" when the reader has looked at the card, "done" after each command. It ends with its standard
// input.
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>

#include "common/hex.h"
#include "common/time.h"
#include "tests/card/piv_card.h"
#include "tests/card/reader_watch.h"
#include "tests/card/vpcd_link.h"
#include "tests/support/process.h"

namespace signet::test {
namespace {

constexpr unsigned short kPort = 36001;  // nobody else is in this network

[[noreturn]] void give_up(const std::string& step) {
  std::perror(("signet-virtual-card: " + step).c_str());
  std::exit(3);
}

void write_file(const std::string& path, const std::string& text) {
  std::ofstream file(path);
  file << text;
}

// Root takes the namespaces directly; others become root of a user namespace first (user_namespaces(7)).
void enter_namespaces() {
  const auto uid = ::geteuid();
  const auto gid = ::getegid();
  if (::unshare(CLONE_NEWNET | CLONE_NEWNS) == 0) return;
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS) != 0) give_up("unshare");
  write_file("/proc/self/setgroups", "deny");
  write_file("/proc/self/uid_map", "0 " + std::to_string(uid) + " 1");
  write_file("/proc/self/gid_map", "0 " + std::to_string(gid) + " 1");
}

void raise_loopback() {
  const UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  std::strncpy(request.ifr_name, "lo", sizeof(request.ifr_name) - 1);
  request.ifr_flags = IFF_UP;
  if (::ioctl(socket.get(), SIOCSIFFLAGS, &request) != 0) give_up("raising lo");
}

// pcscd writes its pid there, and next to the system's pcscd it must not.
void hide_run_pcscd() {
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) give_up("making mounts private");
  const bool exists = std::filesystem::is_directory("/run/pcscd");
  if (::mount("none", exists ? "/run/pcscd" : "/run", "tmpfs", 0, nullptr) != 0) give_up("mounting over /run");
  if (!exists) ::mkdir("/run/pcscd", 0755);
}

UniqueFd listen_at(const std::filesystem::path& path) {
  UniqueFd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  if (::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) give_up("bind");
  if (::listen(listener.get(), 16) != 0) give_up("listen");
  return listener;
}

// ykcs11 takes readers alone whose name begins with "Yubico".
std::string reader_configuration() {
  return "FRIENDLYNAME \"Yubico YubiKey OTP+FIDO+CCID\"\nDEVICENAME /dev/null:" + std::to_string(kPort) +
         "\nLIBPATH /usr/lib/pcsc/drivers/serial/libifdvpcd.so\nCHANNELID " + std::to_string(kPort) + "\n";
}

void say(std::string_view word) { std::cout << word << std::endl; }

class Reader {
 public:
  Reader(PivCard& card, const std::filesystem::path& folder)
      : card_(card), log_(folder / "apdu.log"), watch_(folder / "pcscd.comm") {}

  int run() {
    insert();
    watch_.when(true, [] { say("ready"); });
    for (;;) {
      std::array<pollfd, 2> events = {{{.fd = 0, .events = POLLIN, .revents = 0},
                                       {.fd = link_ ? link_->fd() : -1, .events = POLLIN, .revents = 0}}};
      if (::poll(events.data(), events.size(), -1) < 0) continue;
      if (events[0].revents != 0) take_command();
      if (ended_) return 0;
      // The driver drops connections of its own accord, but a card that is in its reader stays there.
      if (link_ && events[1].revents != 0 && !take_message()) insert();
    }
  }

 private:
  void insert() {
    card_.reset();
    link_ = VpcdLink::insert(kPort);
    if (!link_) give_up("no reader");
  }

  void take_command() {
    std::array<char, 256> buffer{};
    ended_ = ::read(0, buffer.data(), buffer.size() - 1) <= 0;
    if (ended_) return;
    const std::string_view command(buffer.data());
    if (command.starts_with("touch ")) {
      touch_ = std::chrono::milliseconds(std::atoi(buffer.data() + 6));
      say("done");
      return;
    }
    if (command.starts_with("press")) {
      pressed_ = true;
      say("done");
      return;
    }
    const bool inserts = command.starts_with("insert");
    link_.reset();
    if (inserts) insert();
    watch_.when(inserts, [] { say("done"); });
  }

  bool take_message() {
    const auto message = link_->receive();
    if (!message) return false;
    if (message->size() != 1) return answer(*message);
    if (message->front() != 4) {
      card_.reset();
      return true;
    }
    return link_->send(PivCard::answer_to_reset());
  }

  bool answer(ByteView command) {
    const CardAnswer answer = card_.transmit(command);
    std::ofstream(log_, std::ios::app) << encode_hex(command) << ' ' << encode_hex(ByteView(answer.bytes).last(2))
                                       << '\n';
    // Nobody touches it before the time; the card may be pulled meanwhile.
    pressed_ = !answer.wants_touch;
    for (const auto until = Deadline::after(touch_); !pressed_ && !until.passed();) {
      pollfd input{.fd = 0, .events = POLLIN, .revents = 0};
      if (::poll(&input, 1, static_cast<int>(until.remaining().count()) + 1) > 0) take_command();
      if (ended_ || !link_) return true;
    }
    return link_->send(answer.bytes);
  }

  PivCard& card_;
  std::filesystem::path log_;
  std::optional<VpcdLink> link_;
  std::chrono::milliseconds touch_{0};
  bool pressed_ = false;
  bool ended_ = false;  // nobody gives commands any more
  ReaderWatch watch_;
};

int run_card(const std::filesystem::path& folder, CardSetup setup) {
  const UniqueFd listener = listen_at(folder / "pcscd.comm");
  std::ofstream(folder / "reader.conf") << reader_configuration();
  enter_namespaces();
  raise_loopback();
  hide_run_pcscd();
  const Process pcscd({.arguments = {"/usr/sbin/pcscd", "--foreground", "-c", folder / "reader.conf"},
                       .descriptors = {{3, listener.get()}},
                       .announce_listen_fds = true});
  PivCard card(std::move(setup));
  return Reader(card, folder).run();
}

}  // namespace
}  // namespace signet::test

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("usage: signet-virtual-card FOLDER PIN TRIES\n", stderr);
    return 2;
  }
  return signet::test::run_card(argv[1], {.pin = argv[2], .tries = std::atoi(argv[3])});
}
