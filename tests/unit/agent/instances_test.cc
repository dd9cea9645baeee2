#include "agent/store/instances.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "common/file.h"
#include "sandbox/background.h"
#include "sigstore/tuf/instance_trust.h"
#include "tests/support/expect_refusal.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/agent/owner.h"

namespace signet::agent {
namespace {

using test::expect_refusal;

class InstancesTest : public ::testing::Test {
 protected:
  InstancesTest() {
    auto started = sandbox::BackgroundSandbox::start(folder_ / "sandbox");
    EXPECT_TRUE(started);
    root_text_ = (*started)->facts().trusted_root();
    services_text_ = (*started)->facts().signing_config();
    auto& instance = configuration_.instances.at("sandbox");
    instance.trusted_root = folder_.write("root.json", root_text_);
    instance.signing_config = folder_.write("services.json", services_text_);
  }

  test::TemporaryFolder folder_;
  std::string root_text_;
  std::string services_text_;
  config::Configuration configuration_ = two_identities();
  Instances instances_{configuration_};
};

TEST_F(InstancesTest, AreReadOnceWhileTheirFilesStayTheSame) {
  const auto first = instances_.get("sandbox");
  ASSERT_TRUE(first) << first.error().sentence();
  EXPECT_EQ((*first)->name, "sandbox");
  EXPECT_FALSE((*first)->services.logs.empty());
  EXPECT_EQ(*instances_.get("sandbox"), *first);
}

TEST_F(InstancesTest, AreReadAgainWhenAFileHasChanged) {
  for (const char* name : {"root.json", "services.json"}) {
    const auto before = instances_.get("sandbox");
    ASSERT_TRUE(before);
    folder_.write(name, (name[0] == 'r' ? root_text_ : services_text_) + "\n");
    const auto after = instances_.get("sandbox");
    ASSERT_TRUE(after);
    EXPECT_NE(*after, *before) << name;
  }
}

TEST_F(InstancesTest, AreNotKeptWhereTheNewFilesAreWrong) {
  ASSERT_TRUE(instances_.get("sandbox"));
  folder_.write("root.json", "{}");
  expect_refusal(instances_.get("sandbox"), ErrorCode::InvalidRequest, "");
  std::filesystem::remove(folder_ / "root.json");
  const auto gone = instances_.get("sandbox");
  expect_refusal(gone, ErrorCode::InvalidRequest, "root.json");
  EXPECT_THAT(gone.error().sentence(), testing::HasSubstr("loading instance sandbox"));
  folder_.write("root.json", root_text_);
  EXPECT_TRUE(instances_.get("sandbox"));
}

// Who writes them says whom to believe, and where ID tokens go.
TEST_F(InstancesTest, AreReadFromFilesThatNobodyElseMayWrite) {
  for (const char* name : {"root.json", "services.json"}) {
    ASSERT_EQ(::chmod((folder_ / name).c_str(), 0620), 0);
    expect_refusal(Instances(configuration_).get("sandbox"), ErrorCode::InvalidRequest,
                   std::string(name) + ": may be written by group or others");
    ASSERT_EQ(::chmod((folder_ / name).c_str(), 0644), 0);
    EXPECT_TRUE(Instances(configuration_).get("sandbox"));
  }
}

class InstancesOfATufRepository : public InstancesTest {
 protected:
  InstancesOfATufRepository() {
    auto& instance = configuration_.instances.at("sandbox");
    instance.trusted_root.clear();
    instance.signing_config.clear();
    instance.tuf_url = "https://tuf.example.org";
    instance.tuf_root = folder_ / "sandbox" / "tuf" / "1.root.json";
    ::setenv("XDG_CACHE_HOME", (folder_ / "cache").c_str(), 1);
  }
  ~InstancesOfATufRepository() override { ::unsetenv("XDG_CACHE_HOME"); }

  void update() {
    const sigstore::tuf::Anchor anchor{.url = "https://tuf.example.org",
                                       .root = read_file(folder_ / "sandbox/tuf/1.root.json", 1 << 20).value()};
    const auto fetch = [this](const std::string& url, std::size_t limit) -> Result<std::optional<std::string>> {
      auto text = read_file(folder_ / "sandbox/tuf" / url.substr(kPrefix), limit);
      if (!text) return std::nullopt;
      return std::move(*text);
    };
    const auto done =
        sigstore::tuf::update_store(sigstore::tuf::store_folder(folder_ / "cache/signet", anchor), anchor, fetch,
                                    SystemClock().now(), Deadline::after(std::chrono::seconds(60)));
    ASSERT_TRUE(done) << done.error().sentence();
  }
  static constexpr std::size_t kPrefix = std::string_view("https://tuf.example.org/").size();
};

TEST_F(InstancesOfATufRepository, AreWhatTheLastUpdateLeft) {
  const auto never = instances_.get("sandbox");
  expect_refusal(never, ErrorCode::InvalidRequest, "was never fetched from https://tuf.example.org");
  EXPECT_EQ(never.error().remedy, "signet trust update sandbox");
  update();
  const auto first = instances_.get("sandbox");
  ASSERT_TRUE(first) << first.error().sentence();
  EXPECT_FALSE((*first)->services.logs.empty());
  EXPECT_EQ(*instances_.get("sandbox"), *first) << "read once";
}

// Whoever replaces the root says that nothing that came before it is to be believed.
TEST_F(InstancesOfATufRepository, AreNotKeptWhereTheRootIsAnother) {
  update();
  ASSERT_TRUE(instances_.get("sandbox"));
  const std::filesystem::path root = configuration_.instances.at("sandbox").tuf_root;
  const std::string text = read_file(root, 1 << 20).value();
  ASSERT_TRUE(write_file_atomic(root, text + "\n", 0644));
  expect_refusal(instances_.get("sandbox"), ErrorCode::InvalidRequest, "was never fetched");
  ASSERT_TRUE(std::filesystem::remove(root));
  const auto gone = instances_.get("sandbox");
  expect_refusal(gone, ErrorCode::InvalidRequest, "1.root.json: No such file");
  EXPECT_EQ(gone.error().context,
            (std::vector<std::string>{"reading the TUF root of instance sandbox", "loading instance sandbox"}));
  ASSERT_TRUE(write_file_atomic(root, text, 0644));
  EXPECT_TRUE(instances_.get("sandbox"));
}

TEST_F(InstancesOfATufRepository, TellOnceThatWhatIsShippedIsUsed) {
  configuration_.instances["public-good"] = {.name = "public-good", .trusted_root = {}, .signing_config = {}};
  std::vector<std::string> told;
  Instances instances(configuration_, [&told](const std::string& text) { told.push_back(text); });
  ASSERT_TRUE(instances.get("public-good"));
  EXPECT_TRUE(told.empty()) << "nothing is stored";
  const auto anchor = sigstore::tuf::read_anchor({.name = "public-good"}).value();
  const auto store = sigstore::tuf::store_folder(folder_ / "cache/signet", anchor);
  ASSERT_TRUE(make_private_folder(store));
  ASSERT_TRUE(write_file_atomic(store / sigstore::tuf::kVerifiedCopy, "nonsense", 0600));
  ASSERT_TRUE(instances.get("public-good"));
  ASSERT_TRUE(instances.get("public-good"));
  ASSERT_EQ(told.size(), 1U);
  EXPECT_THAT(told[0], testing::AllOf(testing::StartsWith("instance public-good is used as shipped, because what is "
                                                          "stored is of no use: NotVerified: "),
                                      testing::EndsWith("; next: signet trust update public-good")));
  // A folder's mode changes nothing of the file that is in it.
  ASSERT_EQ(::chmod(store.c_str(), 0770), 0);
  ASSERT_TRUE(instances.get("public-good"));
  ASSERT_EQ(told.size(), 2U);
  EXPECT_THAT(told[1], testing::EndsWith("; next: chmod go-w " + store.native()));
}

TEST_F(InstancesTest, AreThoseOfTheConfiguration) {
  expect_refusal(instances_.get("elsewhere"), ErrorCode::InvalidRequest, "there is no instance elsewhere");
}

}  // namespace
}  // namespace signet::agent
