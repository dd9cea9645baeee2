// The installed tree: it works wherever it stands, with nothing but PATH, and systemd finds nothing wrong with its
// units.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX

#include "common/file.h"
#include "tests/support/household.h"
#include "tests/support/ready_pipe.h"

namespace signet::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

Deadline soon() { return Deadline::after(std::chrono::minutes(2)); }

class Installed : public ::testing::Test {
 protected:
  // As packagers do it where `destdir` is not empty.
  static void install(const std::filesystem::path& prefix, const std::string& destdir = {}) {
    const auto end = run({.arguments = {SIGNET_CMAKE, "--install", SIGNET_BUILD_DIR, "--prefix", prefix.string()},
                          .environment = {{"DESTDIR", destdir}}},
                         soon());
    ASSERT_EQ(end.status, 0) << end.errors;
  }
  [[nodiscard]] std::string unit(std::string_view name) const {
    return (prefix_ / "share/systemd/user" / name).string();
  }

  TemporaryFolder folder_;
  std::filesystem::path prefix_ = folder_ / "prefix";
};

TEST_F(Installed, SignsAndVerifiesWithNothingButPath) {
  install(prefix_);
  Household house;
  house.agent().send_signal(SIGTERM);
  ASSERT_TRUE(house.agent().wait(soon()));
  const std::map<std::string, std::string> path = {{"PATH", (prefix_ / "bin").string() + ":/usr/bin:/bin"}};
  ReadyPipe ready;
  Process agent(
      {.arguments = {"env", "signet-agent", "--config", house.configuration().string(), "--socket",
                     house.socket().string(), "--state-dir", (house.folder() / "state").string(), "--ready-fd", "3"},
       .environment = path,
       .descriptors = {{3, ready.end_of_program()}}});
  ready.wait_for(agent, "signet-agent", soon());
  // "env" looks in PATH: a plain name would mean the programs of the build here.
  const auto version = house.run({"env", "signet", "--version"}, {}, path);
  EXPECT_EQ(version.status, 0) << version.errors;
  EXPECT_THAT(version.output, StartsWith("signet " SIGNET_VERSION "\nfeatures: "));
  const auto file = house.folder().write("release.txt", "release 1\n");
  EXPECT_EQ(house.run({"env", "signet", "sign", file.string()}, {}, path).status, 0);
  EXPECT_THAT(read_file("/proc/" + std::to_string(children_of(agent.pid()).at(0)) + "/cmdline", 4096).value(),
              StartsWith((prefix_ / "libexec/signet/signet-token").string()));
  EXPECT_EQ(house.run({"env", "signet", "verify", file.string()}, {}, path).status, 0);
  const auto repository = house.make_repository("repo");
  EXPECT_EQ(house.run({"git", "commit", "-q", "--allow-empty", "-S", "-m", "x"}, repository, path).status, 0);
  EXPECT_EQ(house.run({"git", "verify-commit", "HEAD"}, repository, path).status, 0);
  agent.send_signal(SIGTERM);
  EXPECT_TRUE(agent.wait(soon()));
}

TEST_F(Installed, HoldsTheContractAndTheDocuments) {
  install(prefix_);
  for (const char* file : {"share/signet/org.signet.Agent.varlink", "share/signet/org.signet.Token.varlink",
                           "share/doc/signet/service.md", "share/doc/signet/socket.md", "share/doc/signet/LICENSE"}) {
    EXPECT_TRUE(std::filesystem::is_regular_file(prefix_ / file)) << file;
  }
}

TEST_F(Installed, NamesTheFinalPlaceWhereItIsStaged) {
  install("/usr", folder_.path().string());
  EXPECT_TRUE(std::filesystem::exists(folder_ / "usr/libexec/signet/signet-module"));
  const auto service = read_file(folder_ / "usr/share/systemd/user/signet-agent.service", 1U << 16U);
  ASSERT_TRUE(service);
  EXPECT_THAT(*service, AllOf(HasSubstr("\nExecStart=/usr/bin/signet-agent\n"),
                              HasSubstr("\nDocumentation=file:/usr/share/doc/signet/service.md\n")));
}

TEST_F(Installed, HasUnitsWithWhichSystemdFindsNothingWrong) {
  install(prefix_);
  const auto verify = [this] {
    return run({.arguments = {"systemd-analyze", "verify", "--user", "--man=no", unit("signet-agent.socket"),
                              unit("signet-agent-ssh.socket"), unit("signet-agent.service")},
                .environment = {{"XDG_RUNTIME_DIR", folder_.path().string()}}},
               soon());
  };
  const auto sound = verify();
  EXPECT_EQ(sound.status, 0) << sound.errors;
  EXPECT_THAT(sound.errors, IsEmpty());
  // The twin: it would be seen.
  const auto text = read_file(unit("signet-agent.service"), 1U << 16U).value();
  ASSERT_TRUE(write_file_atomic(unit("signet-agent.service"), text + "WatchdogSek=30\n", 0644));
  EXPECT_THAT(verify().errors, HasSubstr("Unknown key 'WatchdogSek'"));
  std::filesystem::remove(prefix_ / "bin/signet-agent");
  EXPECT_NE(verify().status, 0);
}

}  // namespace
}  // namespace signet::test
