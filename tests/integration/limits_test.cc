// Floods, half messages, slow readers, crowds and strangers: what they get, what is left of them, and how an honest
// client fares meanwhile.
#include "protocol/limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <iostream>
#include <optional>
#include <thread>

#include "tests/integration/flood.h"
#include "tests/integration/wire.h"
#include "tests/support/length.h"
#include "tests/support/sanitized.h"

namespace signet::test {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;

// An honest client is served within a second; a sanitizer makes everything slower.
constexpr std::chrono::milliseconds kServed = kSanitized ? 10s : 1s;
constexpr std::size_t kMayGrowKb = 1024;

Deadline soon() { return Deadline::after(std::chrono::minutes(1)); }

const std::string kPing = R"({"method":"org.varlink.service.GetInfo"})"s + '\0';

class Limits : public ::testing::Test {
 protected:
  Limits() {
    raise_descriptor_limit();
    for (int i = 0; i < 50; ++i) EXPECT_TRUE(signs());
  }

  [[nodiscard]] bool signs() const { return ask(house_, "Sign", sign_digest("raw")).bytes.contains(R"("raw":)"); }

  // Asks no token: the agent keeps a connection to its worker for each signature at a time.
  [[nodiscard]] bool lists() const { return ask(house_, "Identities", "{}").bytes.contains("maintainer"); }

  // Every byte of the answers until the agent closes.
  [[nodiscard]] std::string answer_to(const std::string& bytes) const {
    const UniqueFd socket = connect_raw(house_);
    (void)!::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    ::shutdown(socket.get(), SHUT_WR);
    std::string answer;
    std::array<char, 4096> buffer{};
    for (ssize_t count = 0; (count = ::recv(socket.get(), buffer.data(), buffer.size(), 0)) > 0;) {
      answer.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return answer;
  }

  // When what was before has been put away.
  [[nodiscard]] Cost cost_at_rest() {
    Cost cost = cost_of(house_.agent().pid());
    for (int same = 0; same < 15;) {
      ::usleep(100'000);
      const Cost now = cost_of(house_.agent().pid());
      same = now.descriptors == cost.descriptors ? same + 1 : 0;
      cost = now;
    }
    return cost;
  }

  // Does it while an honest client signs, and compares what the agent costs before and after.
  void endures(const std::function<void()>& flood) {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root to see what the agent costs";
    const Cost before = cost_at_rest();
    HonestClient honest([this] { return signs(); });
    flood();
    const auto experience = honest.stop();
    EXPECT_EQ(experience.failed, 0);
    EXPECT_GT(experience.served, 0);
    EXPECT_LT(experience.longest, kServed);
    Cost after = cost_of(house_.agent().pid());
    const auto is_back = [&] {
      return after.descriptors <= before.descriptors &&
             (kSanitized || after.private_dirty_kb < before.private_dirty_kb + kMayGrowKb);
    };
    for (const Deadline deadline = soon(); !is_back() && !deadline.passed();) {
      ::usleep(100'000);
      after = cost_of(house_.agent().pid());
    }
    EXPECT_EQ(after.descriptors, before.descriptors);
    EXPECT_TRUE(kSanitized || after.private_dirty_kb < before.private_dirty_kb + kMayGrowKb);
    std::cout << "honest client: " << experience.served << " signatures, the slowest in " << experience.longest.count()
              << " ms; Private_Dirty " << before.private_dirty_kb << " kB before, " << after.private_dirty_kb
              << " kB after; descriptors " << before.descriptors << " and " << after.descriptors << "\n";
  }

  Household house_{{.use = R"(["git", "statement", "blob", "raw"])"}};
};

TEST_F(Limits, EndureRandomBytes) {
  endures([this] {
    std::mt19937 random(20261126);
    for (int i = length(1'000, 10'000); i > 0; --i) {
      const UniqueFd socket = connect_raw(house_);
      (void)send_what_goes(socket, random_message(random));
      if (random() % 2 == 0) ::shutdown(socket.get(), SHUT_WR);
      char byte = 0;
      if (random() % 4 == 0) (void)::recv(socket.get(), &byte, 1, 0);
    }
  });
}

TEST_F(Limits, EndureFiveHundredConnectionsAtOnce) {
  endures([this] {
    std::vector<UniqueFd> crowd;
    for (int i = 0; i < 500; ++i) crowd.push_back(connect_raw(house_));
    for (const UniqueFd& socket : crowd) EXPECT_EQ(send_what_goes(socket, kPing), kPing.size());
    for (const UniqueFd& socket : crowd) {
      char byte = 0;
      EXPECT_EQ(::recv(socket.get(), &byte, 1, MSG_WAITALL), 1);
    }
  });
}

// Five hundred times as much of a message as the agent takes, and never its end.
TEST_F(Limits, EndureFiveHundredMessagesThatNeverEnd) {
  endures([this] {
    const std::string block(protocol::kMaxMessage, 'x');
    std::vector<UniqueFd> crowd;
    for (int i = 0; i < 500; ++i) crowd.push_back(connect_raw(house_));
    std::size_t peak = 0;
    for (int round = 0; round < 20; ++round) {
      for (const UniqueFd& socket : crowd) (void)send_what_goes(socket, block);
      peak = std::max(peak, cost_of(house_.agent().pid()).private_dirty_kb);
    }
    std::cout << "Private_Dirty meanwhile: " << peak << " kB\n";
    // The room for all large messages, a first piece for each, and what serving them takes.
    EXPECT_TRUE(kSanitized || peak < (protocol::kMessageRoom >> 10U) + 64U * 1024U);
  });
}

TEST_F(Limits, EndureClientsThatNeverRead) {
  endures([this] {
    const std::string describe =
        R"({"method":"org.varlink.service.GetInterfaceDescription","parameters":{"interface":"org.signet.Agent"}})"s +
        '\0';
    std::string calls;
    for (int i = 0; i < 1000; ++i) calls += describe;
    std::vector<UniqueFd> crowd;
    for (int i = 0; i < 50; ++i) crowd.push_back(connect_raw(house_));
    for (int round = 0; round < 20; ++round) {
      for (const UniqueFd& socket : crowd) (void)send_what_goes(socket, calls);
    }
    EXPECT_TRUE(lists());
  });
}

TEST_F(Limits, EndureConnectAndExitAtOnce) {
  endures([this] {
    for (int i = 0; i < length(2'000, 20'000); ++i) {
      const UniqueFd socket = connect_raw(house_);
      if (i % 3 == 0) (void)send_what_goes(socket, kPing);
      if (i % 3 == 1) (void)send_what_goes(socket, "{\"method\":");
    }
  });
}

// Who holds connections and does nothing keeps nobody out: the one that waits longest gives up its place.
TEST_F(Limits, LetTheOwnerInWhoeverHoldsAllConnections) {
  endures([this] {
    std::vector<UniqueFd> crowd;
    for (std::size_t i = 0; i < protocol::kMaxConnectionsPerUid + 50; ++i) {
      crowd.push_back(connect_raw(house_));
      EXPECT_EQ(send_what_goes(crowd.back(), kPing), kPing.size());
      char byte = 0;
      EXPECT_EQ(::recv(crowd.back().get(), &byte, 1, 0), 1);
    }
    EXPECT_TRUE(lists());
    EXPECT_EQ(send_what_goes(crowd.back(), kPing), kPing.size()) << "the youngest one is still there";
  });
}

struct Odd {
  const char* name;
  std::string message;  ///< a call of GetInfo follows it
  const char* answer;   ///< is in what comes back
};

std::vector<Odd> odd_messages() {
  const auto sign = [](const std::string& member) {
    return R"({"method":"org.signet.Agent.Sign","parameters":{"output":"raw",)" + member + "}}" + '\0';
  };
  const std::string deep(10'000, '[');
  return {
      {"nothing", "\0"s, "InvalidRequest"},
      {"no JSON", "hello\0"s, "InvalidRequest"},
      {"two in one write", kPing, "vendor"},
      {"a million bytes without an end", std::string(1'000'000, 'x'), "InvalidRequest"},
      {"nested ten thousand deep", R"({"method":"a.b.C","parameters":{"x":)" + deep + '\0', "LimitExceeded"},
      {"a key twice", R"({"method":"org.signet.Agent.Status","method":"org.signet.Agent.Keys"})"s + '\0',
       "InvalidRequest"},
      {"a lone surrogate", sign(R"("identity":"\ud800")"), "InvalidRequest"},
      {"1e400", sign(R"("deadline_ms":1e400)"), "InvalidRequest"},
      {"2^64", sign(R"("deadline_ms":18446744073709551616)"), "InvalidRequest"},
      {"-0", sign(R"("deadline_ms":-0)"), "InvalidRequest"},
      {"a method that is a number", R"({"method":7})"s + '\0', "InvalidRequest"},
      {"parameters that are a list", R"({"method":"org.signet.Agent.Status","parameters":[]})"s + '\0',
       "InvalidRequest"},
      {"invalid UTF-8", "{\"method\":\"\xff\"}\0"s, "InvalidRequest"},
      {"an unknown field", R"({"method":"org.signet.Agent.Status","parameters":{"x":1}})"s + '\0', "InvalidRequest"},
      {"oneway with an error", R"({"method":"org.signet.Agent.Nothing","oneway":true})"s + '\0', "vendor"},
      {"oneway and more", R"({"method":"org.signet.Agent.Status","oneway":true,"more":true})"s + '\0', "vendor"},
      {"more to a method without", R"({"method":"org.signet.Agent.Identities","more":true})"s + '\0', "\"identities\""},
      {"upgrade", R"({"method":"org.signet.Agent.Status","upgrade":true})"s + '\0', "InvalidParameter"},
      {"an unknown method", R"({"method":"org.signet.Agent.Export"})"s + '\0', "MethodNotFound"},
      {"an unknown interface", R"({"method":"org.example.A.B"})"s + '\0', "InterfaceNotFound"}};
}

TEST_F(Limits, AnswerOddMessagesByName) {
  endures([this] {
    for (const Odd& odd : odd_messages()) {
      const std::string answer = answer_to(odd.message + kPing);
      EXPECT_THAT(answer, HasSubstr(odd.answer)) << odd.name;
      const std::string name = odd.name;
      const auto replies = std::ranges::count(answer, '\0');
      EXPECT_TRUE(!name.starts_with("oneway") || replies == 1) << name << ": that of the next call";
      EXPECT_TRUE(name != "two in one write" || replies == 2);
    }
    EXPECT_THAT(answer_to(std::string(protocol::kMaxMessage + 1, 'x')), HasSubstr("longer than"));
  });
}

TEST_F(Limits, AnswerACallSplitAtEachByte) {
  endures([this] {
    for (std::size_t at = 0; at <= kPing.size(); ++at) {
      const UniqueFd socket = connect_raw(house_);
      (void)send_what_goes(socket, kPing.substr(0, at));
      (void)send_what_goes(socket, kPing.substr(at));
      char byte = 0;
      EXPECT_EQ(::recv(socket.get(), &byte, 1, 0), 1) << at;
    }
  });
}

// Large requests take turns for the room that they need; each is answered.
TEST_F(Limits, AnswerMoreLargeRequestsThanThereIsRoomFor) {
  endures([this] {
    std::string items;
    for (std::size_t i = 0; i < protocol::kMaxItems; ++i) {
      items += (i == 0 ? "" : ",") + R"({"name":")"s + std::string(3'900, 'n') + R"(","digest":"nonsense"})";
    }
    std::vector<std::thread> askers;
    std::atomic<int> answered = 0;
    for (int i = 0; i < 24; ++i) {
      askers.emplace_back([&] {
        const auto answer = ask(house_, "Sign", R"({"output":"raw","items":[)" + items + "]}");
        if (answer.bytes.contains("InvalidRequest")) ++answered;
      });
    }
    for (std::thread& asker : askers) asker.join();
    EXPECT_EQ(answered, 24);
  });
}

class Stranger : public Limits {
 protected:
  static constexpr uid_t kUid = 4321;

  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root to become another user";
    // The mistake that this is about: everybody may reach the socket.
    for (const auto& folder : {house_.folder().path(), house_.socket().parent_path()}) {
      ASSERT_EQ(::chmod(folder.c_str(), 0755), 0);
    }
    ASSERT_EQ(::chmod(house_.socket().c_str(), 0666), 0);
  }
  [[nodiscard]] std::vector<std::string> lines_about_him() const {
    std::vector<std::string> lines = audit_lines(house_);
    std::erase_if(lines, [](const std::string& line) { return !line.contains("\"uid\":" + std::to_string(kUid)); });
    return lines;
  }
};

TEST_F(Stranger, IsRefusedAndWrittenDown) {
  std::optional<AsUser> stranger(kUid);
  auto channel = connect_to(house_);
  stranger.reset();
  // He is told before he asks, and whatever he sends may find the connection closed.
  const Answer answer = receive_answer(channel);
  EXPECT_THAT(answer.bytes, AllOf(HasSubstr("org.signet.Agent.NotAuthorized"), HasSubstr("user id 4321 may not use"),
                                  HasSubstr("ask an agent of your own")));
  const auto lines = lines_about_him();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_THAT(lines[0], AllOf(HasSubstr(R"("event":"denied")"), HasSubstr(R"("operation":"connect")"),
                              HasSubstr(R"("error":"NotAuthorized")")));
}

TEST_F(Stranger, TakesNoPlaceAndFillsNoDisk) {
  endures([this] {
    std::vector<UniqueFd> crowd;
    {
      const AsUser stranger(kUid);
      for (int i = 0; i < 600; ++i) crowd.push_back(connect_raw(house_));
    }
    for (const UniqueFd& socket : crowd) {
      char byte = 0;
      EXPECT_EQ(::recv(socket.get(), &byte, 1, 0), 1) << "each is told";
    }
    EXPECT_EQ(lines_about_him().size(), 1U) << "the others are counted";
    EXPECT_TRUE(lists());
  });
}

}  // namespace
}  // namespace signet::test
