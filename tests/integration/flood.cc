#include "tests/integration/flood.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

namespace signet::test {
namespace {

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::abort();
}

// The system call itself: the C library's function would change all threads.
void become(uid_t uid) {
  if (::syscall(SYS_setresuid, -1, uid, -1) != 0) give_up("setresuid");
}

}  // namespace

AsUser::AsUser(uid_t uid) { become(uid); }
AsUser::~AsUser() { become(0); }

Cost cost_of(pid_t pid) {
  const auto proc = std::filesystem::path("/proc") / std::to_string(pid);
  Cost cost;
  std::ifstream rollup(proc / "smaps_rollup");
  for (std::string word; rollup >> word;) {
    if (word == "Private_Dirty:") rollup >> cost.private_dirty_kb;
  }
  if (cost.private_dirty_kb == 0) give_up("smaps_rollup");
  const std::filesystem::directory_iterator descriptors(proc / "fd");
  cost.descriptors = static_cast<std::size_t>(std::distance(begin(descriptors), end(descriptors)));
  return cost;
}

void raise_descriptor_limit() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) give_up("getrlimit");
  files.rlim_cur = std::min<rlim_t>(4096, files.rlim_max);
  if (::setrlimit(RLIMIT_NOFILE, &files) != 0) give_up("setrlimit");
}

UniqueFd connect_raw(const Household& house) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, house.socket().c_str(), sizeof(address.sun_path) - 1);
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket || ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    give_up("connect");
  }
  return socket;
}

std::size_t send_what_goes(const UniqueFd& socket, std::string_view bytes) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t count = ::send(socket.get(), bytes.data() + sent, bytes.size() - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count <= 0) break;
    sent += static_cast<std::size_t>(count);
  }
  return sent;
}

std::string random_message(std::mt19937& random) {
  static const std::array<std::string, 3> kCalls = {
      R"({"method":"org.signet.Agent.Sign","parameters":{"output":"bundle","items":[{"digest":"sha256:00"}]},"more":true})",
      R"({"method":"org.varlink.service.GetInterfaceDescription","parameters":{"interface":"org.signet.Agent"}})",
      R"({"method":"org.signet.Agent.Login","parameters":{"id_token":"e30.e30.e30","identity":"maintainer"}})"};
  const auto pick = [&random](std::size_t below) { return random() % below; };
  std::string message;
  if (pick(3) == 0) {
    message.resize(pick(4096));
    for (char& byte : message) byte = static_cast<char>(random());
  } else {
    message = kCalls.at(pick(kCalls.size()));
    for (std::size_t i = pick(4); i > 0; --i) message[pick(message.size())] = static_cast<char>(random());
    if (pick(2) == 0) message.resize(pick(message.size()));
  }
  return message + '\0';
}

HonestClient::HonestClient(std::function<bool()> ask) : ask_(std::move(ask)), thread_([this] { run(); }) {}

HonestClient::~HonestClient() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
}

void HonestClient::run() {
  using std::chrono::steady_clock;
  do {
    const auto start = steady_clock::now();
    ++(ask_() ? experience_.served : experience_.failed);
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - start);
    experience_.longest = std::max(experience_.longest, took);
  } while (!stop_);
}

HonestClient::Experience HonestClient::stop() {
  stop_ = true;
  thread_.join();
  return experience_;
}

}  // namespace signet::test
