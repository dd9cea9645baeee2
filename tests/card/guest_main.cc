// signet-card-guest: another program that uses the reader (PCSCLITE_CSOCK_NAME).
//
// usage: signet-card-guest SLOT
//
// SLOT counts from 1. Standard input takes commands, one in a line:
//   hold           begins a transaction and keeps it
//   hold M         for M milliseconds; "done" comes when it has begun
//   connect        shares the card, and stays connected
//   exclusive      takes the reader for itself
//   release        ends any of these, leaves the card as it is
//   reset          resets the card
//   select AID     selects that applet, and leaves the card as it is
//   transmit APDU  prints the answer in hexadecimal in place of "done"
// It prints "done", or "failed 8010000b" with what PC/SC has said, and ends with its standard input.
#include <poll.h>
#include <unistd.h>
#include <winscard.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>

#include "common/hex.h"
#include "common/time.h"
#include "tests/card/pcsc_readers.h"

namespace signet::test {
namespace {

/// What a call has said; a string for a person and for the test.
std::string outcome(LONG result) {
  if (result == SCARD_S_SUCCESS) return "done";
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "failed %08lx", static_cast<unsigned long>(result) & 0xffffffffUL);
  return text.data();
}

class Context {
 public:
  Context() { (void)::SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &context_); }
  ~Context() { (void)::SCardReleaseContext(context_); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  [[nodiscard]] SCARDCONTEXT get() const { return context_; }

 private:
  SCARDCONTEXT context_ = 0;
};

/// A connection to the card, or the reason why there is none; then nothing else may be asked of it.
class Connection {
 public:
  Connection(SCARDCONTEXT context, const std::string& reader, DWORD mode) {
    DWORD protocol = 0;
    result_ = ::SCardConnect(context, reader.c_str(), mode, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &card_, &protocol);
  }
  ~Connection() {
    if (connected()) (void)::SCardDisconnect(card_, end_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  [[nodiscard]] bool connected() const { return result_ == SCARD_S_SUCCESS; }
  [[nodiscard]] LONG result() const { return result_; }
  LONG begin() { return ::SCardBeginTransaction(card_); }
  /// The card is reset when the connection ends.
  void reset_at_end() { end_ = SCARD_RESET_CARD; }
  [[nodiscard]] std::string transmit(ByteView command) {
    Bytes answer(258);
    DWORD size = answer.size();
    const LONG result =
        ::SCardTransmit(card_, SCARD_PCI_T1, command.data(), command.size(), nullptr, answer.data(), &size);
    return result == SCARD_S_SUCCESS ? encode_hex(ByteView(answer).first(size)) : outcome(result);
  }

 private:
  SCARDHANDLE card_ = 0;
  LONG result_ = 0;
  DWORD end_ = SCARD_LEAVE_CARD;
};

class Guest {
 public:
  explicit Guest(std::size_t slot) : slot_(slot) {}

  void run() {
    for (;;) {
      pollfd input{.fd = 0, .events = POLLIN, .revents = 0};
      const int wait = until_ ? static_cast<int>(until_->remaining().count()) + 1 : -1;
      const int ready = ::poll(&input, 1, wait);
      if (until_ && until_->passed()) release();
      if (ready > 0 && !take_line()) return;
    }
  }

 private:
  // One command in one line at a time: the asker waits for the answer.
  bool take_line() {
    std::array<char, 8192> buffer{};
    const ssize_t size = ::read(0, buffer.data(), buffer.size() - 1);
    if (size <= 0) return false;
    std::istringstream words(buffer.data());
    std::string verb;
    std::string argument;
    words >> verb >> argument;
    std::cout << obey(verb, argument) << std::endl;
    return true;
  }

  std::string obey(const std::string& verb, const std::string& argument) {
    if (verb == "hold") return hold(argument);
    if (verb == "connect") return outcome(connect(SCARD_SHARE_SHARED));
    if (verb == "exclusive") return outcome(connect(SCARD_SHARE_EXCLUSIVE));
    if (verb == "release") return release();
    if (verb == "reset") return reset();
    if (verb == "select") return select(parse_hex(argument).value_or(Bytes()));
    if (verb == "transmit") return transmit(parse_hex(argument).value_or(Bytes()));
    return "no such command";
  }

  LONG connect(DWORD mode) {
    release();
    const auto readers = pcsc_readers(context_.get());
    if (slot_ > readers.size()) return static_cast<LONG>(SCARD_E_UNKNOWN_READER);
    connection_.emplace(context_.get(), readers[slot_ - 1], mode);
    const LONG result = connection_->result();
    if (result != SCARD_S_SUCCESS) connection_.reset();
    return result;
  }

  std::string hold(const std::string& milliseconds) {
    LONG result = connect(SCARD_SHARE_SHARED);
    if (result == SCARD_S_SUCCESS) result = connection_->begin();
    if (!milliseconds.empty()) until_ = Deadline::after(std::chrono::milliseconds(std::atoi(milliseconds.c_str())));
    return outcome(result);
  }

  // A transaction ends with its connection.
  std::string release() {
    connection_.reset();
    until_.reset();
    return "done";
  }

  std::string reset() {
    const LONG result = connect(SCARD_SHARE_SHARED);
    if (connection_) connection_->reset_at_end();
    release();
    return outcome(result);
  }

  // The card has no other applet, but it drops PIV all the same.
  std::string select(ByteView aid) {
    const LONG result = connect(SCARD_SHARE_SHARED);
    if (result != SCARD_S_SUCCESS) return outcome(result);
    Bytes command = {0x00, 0xa4, 0x04, 0x00, static_cast<std::uint8_t>(aid.size())};
    append(command, aid);
    (void)connection_->transmit(command);
    return release();
  }

  // Within what it holds, if it holds something.
  std::string transmit(ByteView command) {
    const bool holds = connection_.has_value();
    const LONG result = holds ? SCARD_S_SUCCESS : connect(SCARD_SHARE_SHARED);
    if (result != SCARD_S_SUCCESS) return outcome(result);
    std::string answer = connection_->transmit(command);
    if (!holds) release();
    return answer;
  }

  std::size_t slot_;
  Context context_;
  std::optional<Connection> connection_;
  std::optional<Deadline> until_;
};

}  // namespace
}  // namespace signet::test

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: signet-card-guest SLOT\n", stderr);
    return 2;
  }
  signet::test::Guest(static_cast<std::size_t>(std::atoi(argv[1]))).run();
  return 0;
}
