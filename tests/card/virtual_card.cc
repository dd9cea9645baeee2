#include "tests/card/virtual_card.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <thread>

namespace signet::test {
namespace {

int count(std::string_view text, std::string_view what) {
  int found = 0;
  for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1)) ++found;
  return found;
}

}  // namespace

VirtualCard::VirtualCard(const CardSetup& setup) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) std::abort();
  input_.reset(ends[0]);
  const UniqueFd theirs(ends[1]);
  program_.emplace(ProcessOptions{.arguments = {std::string(SIGNET_BIN_DIR) + "/signet-virtual-card",
                                                folder_.path().string(), setup.pin, std::to_string(setup.tries)},
                                  .descriptors = {{0, theirs.get()}}});
  wait_for_output("ready\n", 1);
}

// It ends with its input, and takes pcscd and what pcscd has written with it.
VirtualCard::~VirtualCard() {
  input_.reset();
  (void)program_->wait(Deadline::after(std::chrono::seconds(10)));
}

std::map<std::string, std::string> VirtualCard::environment() const {
  return {{"PCSCLITE_CSOCK_NAME", (folder_ / "pcscd.comm").string()}};
}

void VirtualCard::command(const std::string& line) {
  const std::string text = line + "\n";
  if (::send(input_.get(), text.data(), text.size(), MSG_NOSIGNAL) != std::ssize(text)) std::abort();
  wait_for_output("done\n", ++commands_);
}

void VirtualCard::wait_for_output(std::string_view text, int times) {
  for (const auto deadline = Deadline::after(std::chrono::minutes(1)); !deadline.passed() && program_->running();) {
    if (count(program_->output(), text) >= times) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  std::fprintf(stderr, "virtual card: no \"%s\": %s\n", std::string(text).c_str(), program_->errors().c_str());
  std::abort();
}

std::vector<Apdu> VirtualCard::apdus() const {
  std::ifstream log(folder_ / "apdu.log");
  std::vector<Apdu> apdus;
  for (Apdu apdu; log >> apdu.command >> apdu.status;) apdus.push_back(apdu);
  return apdus;
}

long VirtualCard::count_pins() const { return std::ranges::count_if(apdus(), &Apdu::is_pin); }
long VirtualCard::count_signatures() const { return std::ranges::count_if(apdus(), &Apdu::is_signature); }

}  // namespace signet::test
