#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <map>

#include "config/configuration.h"
#include "tests/support/expect_refusal.h"
#include "tests/support/temporary_folder.h"

namespace signet::config {
namespace {

// The variables that say where things lie, put back when the test ends.
class Places : public ::testing::Test {
 protected:
  Places() {
    for (const char* name : kNames) {
      if (const char* value = std::getenv(name)) before_[name] = value;
      ::unsetenv(name);
    }
  }
  ~Places() override {
    for (const char* name : kNames) ::unsetenv(name);
    for (const auto& [name, value] : before_) ::setenv(name.c_str(), value.c_str(), 1);
  }
  static void set(const char* name, const std::filesystem::path& value) { ::setenv(name, value.c_str(), 1); }

 private:
  static constexpr std::array kNames = {"SIGNET_CONFIG",   "SIGNET_SOCK",    "HOME",
                                        "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"};
  std::map<std::string, std::string> before_;
};

TEST_F(Places, ConfigurationIsTheOneThatIsNamed) {
  set("HOME", "/home/me");
  EXPECT_EQ(default_configuration_path().value(), "/home/me/.config/signet/config.toml");
  set("XDG_CONFIG_HOME", "/conf");
  EXPECT_EQ(default_configuration_path().value(), "/conf/signet/config.toml");
  set("XDG_CONFIG_HOME", "conf");
  EXPECT_EQ(default_configuration_path().value(), "/home/me/.config/signet/config.toml")
      << "relative paths are ignored";
  set("SIGNET_CONFIG", "");
  EXPECT_EQ(default_configuration_path().value(), "/home/me/.config/signet/config.toml") << "empty is not set";
  set("SIGNET_CONFIG", "/elsewhere.toml");
  EXPECT_EQ(default_configuration_path().value(), "/elsewhere.toml");
}

TEST_F(Places, ConfigurationOfTheSystemComesLast) {
  EXPECT_EQ(default_configuration_path().value(), "/etc/signet/config.toml");
  const test::TemporaryFolder home;
  std::filesystem::create_directories(home / ".config/signet");
  set("HOME", home.path());
  EXPECT_EQ(default_configuration_path().value(), home.write(".config/signet/config.toml", ""));
}

TEST_F(Places, SocketLiesInTheRuntimeFolderUnlessItIsNamed) {
  test::expect_refusal(default_socket(), ErrorCode::InvalidRequest, "neither SIGNET_SOCK nor XDG_RUNTIME_DIR");
  set("XDG_RUNTIME_DIR", "run");
  EXPECT_FALSE(default_socket());
  set("XDG_RUNTIME_DIR", "/run/user/1000");
  EXPECT_EQ(default_socket().value(), "/run/user/1000/signet/agent.sock");
  set("SIGNET_SOCK", "/tmp/s");
  EXPECT_EQ(default_socket().value(), "/tmp/s");
}

// For git the current folder is that of a repository, which anybody may have filled.
TEST_F(Places, OfOurOwnVariablesAreAbsolute) {
  set("SIGNET_CONFIG", "conf.toml");
  test::expect_refusal(default_configuration_path(), ErrorCode::InvalidRequest,
                       "SIGNET_CONFIG is the relative path conf.toml");
  EXPECT_EQ(default_configuration_path().error().remedy, "set SIGNET_CONFIG to an absolute path");
  set("SIGNET_SOCK", "run/s");
  test::expect_refusal(default_socket(), ErrorCode::InvalidRequest, "SIGNET_SOCK is the relative path run/s");
  set("SIGNET_SOCK", "/run/s");
  EXPECT_TRUE(default_socket());
}

TEST_F(Places, StateLiesInTheHomeFolder) {
  test::expect_refusal(default_state(), ErrorCode::InvalidRequest, "neither XDG_STATE_HOME nor HOME");
  set("HOME", "/home/me");
  EXPECT_EQ(default_state().value(), "/home/me/.local/state/signet");
  set("XDG_STATE_HOME", "/state");
  EXPECT_EQ(default_state().value(), "/state/signet");
}

}  // namespace
}  // namespace signet::config
