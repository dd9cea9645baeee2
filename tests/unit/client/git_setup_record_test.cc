#include "client/cli/git_setup_record.h"

#include <gtest/gtest.h>

#include "common/file.h"
#include "tests/support/expect_refusal.h"
#include "tests/support/temporary_folder.h"

namespace signet::cli {
namespace {

using test::expect_refusal;

TEST(SetupRecord, IsReadAsItWasWritten) {
  const test::TemporaryFolder folder;
  const auto file = folder / "global.json";
  const SetupRecord record{.scope = GitScope::Local,
                           .repository = "/home/jane/\xff/.git",
                           .settings = {{.key = "gpg.format", .before = {"openpgp", "", std::nullopt}, .after = "x509"},
                                        {.key = "user.signingKey", .before = {"\xfe"}, .after = "signet:work"},
                                        {.key = "commit.gpgSign", .before = {}, .after = "true"}}};
  ASSERT_TRUE(write_record(file, record));
  EXPECT_EQ(std::filesystem::status(file).permissions(), std::filesystem::perms{0600});
  auto read = read_record(file);
  ASSERT_TRUE(read && *read);
  EXPECT_EQ((*read)->scope, GitScope::Local);
  EXPECT_EQ((*read)->repository, record.repository);
  ASSERT_EQ((*read)->settings.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ((*read)->settings[i].key, record.settings[i].key);
    EXPECT_EQ((*read)->settings[i].before, record.settings[i].before);
    EXPECT_EQ((*read)->settings[i].after, record.settings[i].after);
  }
  EXPECT_EQ((*read)->find("GPG.format")->after, "x509");
  EXPECT_EQ((*read)->find("gpg.program"), nullptr);
}

TEST(SetupRecord, ThatIsNotThereIsNone) {
  const test::TemporaryFolder folder;
  const auto none = read_record(folder / "global.json");
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);
}

TEST(SetupRecord, OfAnotherFormIsRefused) {
  const test::TemporaryFolder folder;
  const auto refuses = [&](std::string_view text, std::string_view why) {
    const auto read = read_record(folder.write("global.json", text));
    expect_refusal(read, ErrorCode::InvalidRequest, why);
    EXPECT_EQ(read.error().remedy, "move it away; git config then sets what it does not put back");
  };
  refuses("", "");
  refuses(R"({"version":2,"settings":[]})", "is 2, which this version of signet does not know");
  refuses(R"({"version":1})", "settings");
  refuses(R"({"version":1,"settings":[],"more":1})", "more");
  refuses(R"({"version":1,"settings":[{"key":"a.b","before":[1],"after":"x"}]})", "value");
  refuses(R"({"version":1,"settings":[{"key":"a.b","before":[{"base64":"!"}],"after":"x"}]})", "base64");
  EXPECT_TRUE(read_record(folder.write("global.json", R"({"version":1,"settings":[]})")));
}

TEST(SetupRecord, OfEachRepositoryHasAFileOfItsOwn) {
  EXPECT_EQ(record_file("/s", ""), "/s/global.json");
  const auto one = record_file("/s", "/home/jane/one/.git");
  EXPECT_NE(one, record_file("/s", "/home/jane/two/.git"));
  EXPECT_EQ(one.filename().string().size(), std::string_view("repository-.json").size() + 32);
}

}  // namespace
}  // namespace signet::cli
