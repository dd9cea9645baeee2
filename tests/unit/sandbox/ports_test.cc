#include "sandbox/ports.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <set>
#include <vector>

#include "tests/support/expect_refusal.h"
#include "tests/support/temporary_folder.h"

namespace signet::sandbox {
namespace {

constexpr std::string_view kGood = R"({"version":1,"issuer":1,"ca":2,"log":3,"tsa":4,"control":65535,"tuf":6})";

TEST(SandboxPorts, AreSixDifferentOnesBelowThoseOfOutgoingConnections) {
  std::vector<UniqueFd> held;
  const auto ports = choose_ports(held);
  ASSERT_TRUE(ports.has_value());
  const std::set<std::uint16_t> different{ports->issuer, ports->ca, ports->log, ports->tsa, ports->control, ports->tuf};
  EXPECT_EQ(different.size(), 6U);
  EXPECT_GE(*different.begin(), 1024);
  EXPECT_LT(*different.rbegin(), 32768);
}

TEST(SandboxPorts, AreKeptFromOthersUntilTheServerHasThem) {
  std::vector<UniqueFd> held;
  const auto ports = choose_ports(held);
  ASSERT_TRUE(ports.has_value());
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(ports->log);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const auto bind_to_it = [&address](int shares) {
    UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &shares, sizeof shares);
    const bool bound = ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    return bound && ::listen(fd.get(), 1) == 0;
  };
  EXPECT_FALSE(bind_to_it(0));
  EXPECT_TRUE(bind_to_it(1)) << "as the server does";
  held.clear();
  EXPECT_TRUE(bind_to_it(0));
}

TEST(SandboxPorts, AreReadAsTheyWereWritten) {
  const test::TemporaryFolder folder;
  const Ports ports{.issuer = 20001, .ca = 20002, .log = 20003, .tsa = 20004, .control = 20005, .tuf = 20006};
  ASSERT_TRUE(write_ports(folder / "ports.json", ports).has_value());
  const auto again = read_ports(folder / "ports.json");
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(*again, ports);
}

TEST(SandboxPorts, RefuseAFileWithANumberThatIsNoPort) {
  const test::TemporaryFolder folder;
  ASSERT_TRUE(read_ports(folder.write("good.json", kGood)).has_value());
  for (const std::string_view other : {"65536", "0", "-1"}) {
    std::string text(kGood);
    text.replace(text.find("65535"), 5, other);
    test::expect_refusal(read_ports(folder.write("ports.json", text)), ErrorCode::InvalidRequest, "is not a port");
  }
}

TEST(SandboxPorts, RefuseAFileOfAnotherVersion) {
  const test::TemporaryFolder folder;
  std::string text(kGood);
  text.replace(text.find(":1,"), 3, ":2,");
  test::expect_refusal(read_ports(folder.write("ports.json", text)), ErrorCode::InvalidRequest, "is not 1");
}

TEST(SandboxPorts, GiveUrlsOnLoopbackAndTheTimestampAuthorityItsPath) {
  const Endpoints urls =
      endpoints_of({.issuer = 20001, .ca = 20002, .log = 20003, .tsa = 20004, .control = 20005, .tuf = 20006});
  EXPECT_EQ(urls.issuer, "http://127.0.0.1:20001");
  EXPECT_EQ(urls.ca, "http://127.0.0.1:20002");
  EXPECT_EQ(urls.log, "http://127.0.0.1:20003");
  EXPECT_EQ(urls.tsa, "http://127.0.0.1:20004/api/v1/timestamp");
  EXPECT_EQ(urls.control, "http://127.0.0.1:20005");
  EXPECT_EQ(urls.tuf, "http://127.0.0.1:20006");
}

// A sandbox that was made before it had a TUF repository.
TEST(SandboxPorts, AreKeptWhereOnlyTheRepositorysIsMissing) {
  const test::TemporaryFolder folder;
  const auto kept =
      read_ports(folder.write("ports.json", R"({"version":1,"issuer":1,"ca":2,"log":3,"tsa":4,"control":5})"));
  ASSERT_TRUE(kept.has_value()) << kept.error().sentence();
  EXPECT_EQ(kept->tuf, 0);
  std::vector<UniqueFd> held;
  const auto ports = choose_ports(held, *kept);
  ASSERT_TRUE(ports.has_value());
  EXPECT_EQ(ports->log, 3);
  EXPECT_NE(ports->tuf, 0);
  EXPECT_EQ(held.size(), 1U);
}

}  // namespace
}  // namespace signet::sandbox
