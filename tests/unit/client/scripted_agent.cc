#include "tests/unit/client/scripted_agent.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "common/time.h"
#include "protocol/channel.h"

namespace signet::test {
namespace {

constexpr std::chrono::seconds kPatience{20};

}  // namespace

ScriptedAgent::ScriptedAgent(Script script) : script_(std::move(script)) {
  listener_ = UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, socket().c_str(), sizeof(address.sun_path) - 1);
  if (::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
      ::listen(listener_.get(), 16) != 0) {
    std::abort();
  }
  thread_ = std::thread([this] { serve(); });
}

ScriptedAgent::~ScriptedAgent() {
  ::shutdown(listener_.get(), SHUT_RDWR);  // wakes accept()
  thread_.join();
}

void ScriptedAgent::serve() {
  for (;;) {
    UniqueFd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!socket) return;
    serve_connection(std::move(socket));
  }
}

void ScriptedAgent::serve_connection(UniqueFd socket) {
  protocol::Channel channel(std::move(socket));
  for (;;) {
    const Deadline deadline = Deadline::after(kPatience);
    auto message = channel.receive(deadline);
    if (!message || !*message) return;
    auto call = protocol::parse_call(**message);
    if (!call) return;
    const std::vector<std::string> replies = script_(*call);
    {
      const std::lock_guard lock(mutex_);
      calls_.push_back(std::move(*call));
    }
    for (const std::string& reply : replies) {
      if (reply == kHangUp) return;
      if (reply == kWait) {
        const auto end = channel.receive(deadline);
        const std::lock_guard lock(mutex_);
        if (end && !*end) ++cancels_;
        return;
      }
      if (!channel.send(reply + '\0', deadline)) return;
    }
  }
}

std::vector<protocol::Call> ScriptedAgent::calls() {
  const std::lock_guard lock(mutex_);
  return calls_;
}

bool ScriptedAgent::saw_cancel() {
  const Deadline deadline = Deadline::after(kPatience);
  while (!deadline.passed()) {
    {
      const std::lock_guard lock(mutex_);
      if (cancels_ > 0) return true;
    }
    (void)::poll(nullptr, 0, 5);
  }
  return false;
}

std::string reply_text(const std::string& members, bool continues) {
  return "{\"parameters\":{" + members + "}" + (continues ? ",\"continues\":true}" : "}");
}

std::string result_text(int index, const std::string& form, bool continues) {
  return reply_text("\"result\":{\"index\":" + std::to_string(index) + "," + form +
                        R"(,"identity":"work","san":"jane@example.org","issuer":"https://issuer.example",)"
                        R"("key":"sha256:0a1b","token":"desk","log":"log.example","log_index":7})",
                    continues);
}

std::string identity_text(const std::string& name, const std::string& more) {
  return R"({"name":")" + name +
         R"(","instance":"sandbox","san":"jane@example.org","issuer":"https://issuer.example","use":["blob"],)" +
         R"("log":"require","key":"pkcs11:id=%01","fingerprint":"sha256:0a1b",)" + more + "}";
}

}  // namespace signet::test
