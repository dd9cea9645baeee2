#include "tests/support/service_manager.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <utility>

namespace signet::test {
namespace {

UniqueFd bind_to(const std::string& name, int type) {
  UniqueFd fd(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::ranges::copy(name, address.sun_path);
  const bool abstract = name.starts_with('@');
  if (abstract) address.sun_path[0] = '\0';
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size() + (abstract ? 0U : 1U));
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0) {
    std::perror("bind");
    std::abort();
  }
  return fd;
}

}  // namespace

ServiceManager::ServiceManager(const std::filesystem::path& socket, Setup setup)
    : setup_(std::move(setup)), listener_(bind_to(socket.string(), SOCK_STREAM)) {
  const std::string path = (folder_ / "notify").string();
  address_ = setup_.abstract_address ? "@signet-test" + path : path;
  ear_ = bind_to(address_, SOCK_DGRAM);
  if (::listen(listener_.get(), 256) != 0) std::abort();
}

Process& ServiceManager::start(std::vector<std::string> arguments) {
  auto environment = setup_.environment;
  environment["NOTIFY_SOCKET"] = address_;
  environment["LISTEN_FDNAMES"] = setup_.name;
  if (setup_.watchdog) environment["WATCHDOG_USEC"] = std::to_string(setup_.watchdog->count() * 1000);
  service_.emplace(ProcessOptions{.arguments = std::move(arguments),
                                  .environment = std::move(environment),
                                  .descriptors = {{3, listener_.get()}},
                                  .directory = setup_.directory,
                                  .without_capabilities = setup_.without_capabilities,
                                  .announce_listen_fds = true});
  return *service_;
}

std::optional<std::string> ServiceManager::hear(std::string_view beginning, Deadline deadline) {
  for (;;) {
    const auto found =
        std::ranges::find_if(lines_, [&](const std::string& line) { return line.starts_with(beginning); });
    if (found != lines_.end()) {
      std::string line = *found;
      lines_.erase(lines_.begin(), std::next(found));
      return line;
    }
    pollfd said{.fd = ear_.get(), .events = POLLIN, .revents = 0};
    if (::poll(&said, 1, static_cast<int>(deadline.remaining().count())) != 1) return std::nullopt;
    std::array<char, 4096> datagram{};
    const ssize_t size = ::recv(ear_.get(), datagram.data(), datagram.size(), MSG_DONTWAIT);
    std::istringstream text(std::string(datagram.data(), size < 0 ? 0 : static_cast<std::size_t>(size)));
    for (std::string line; std::getline(text, line);) lines_.push_back(line);
  }
}

void ServiceManager::forget() {
  while (hear("", Deadline::after(std::chrono::milliseconds(0)))) {
  }
}

}  // namespace signet::test
