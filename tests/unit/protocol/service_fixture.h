// A server on one end of a socket pair, with methods that do what a test needs; the client is plain bytes.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "protocol/asio/service.h"
#include "protocol/channel.h"

namespace signet::protocol {

inline constexpr std::chrono::seconds kLong{20};  // a deadline that a working test never meets

// What the handlers of the test saw; read after the loop has ended, or through the future.
struct Seen {
  std::atomic<int> pings = 0;
  std::promise<void> hanging;
  std::promise<std::string> hung;
  std::atomic<bool> send_failed = false;
};

// Apart, because GCC 12 cannot compile an initializer list within a coroutine.
[[nodiscard]] json::Value object(std::string name, json::Value value);

// Counts, and answers what it was given.
Awaitable<Result<json::Value>> ping(Seen& seen, Call& call);

class ServiceTest : public testing::Test {
 protected:
  ServiceTest() { start({}); }
  ~ServiceTest() override { stop(); }

  void start(const ConnectionLimits& limits);
  // Closes the client and waits until the server has seen it.
  void stop();

  void write(std::string_view bytes);
  void call(std::string_view json) { write(std::string(json) + '\0'); }
  void half_close();
  // The next reply's text, or how the connection ended.
  std::string reply();

  Seen seen_;
  std::promise<UniqueFd> heir_;
  std::unique_ptr<Channel> client_;
  std::unique_ptr<boost::asio::io_context> loop_;
  std::thread thread_;

 private:
  std::vector<Interface> interfaces();
  Awaitable<void> run(UniqueFd socket, ConnectionLimits limits);
};

}  // namespace signet::protocol
