// `signet trust` as a program, against the sandbox's TUF repository: what it writes, says and ends with, and what
// `signet verify` makes of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <future>

#include "client/cli/trust_age.h"
#include "common/file.h"
#include "config/configuration.h"
#include "sandbox/background.h"
#include "sigstore/tuf/instance_trust.h"
#include "sigstore/tuf/verified_copy.h"
#include "tests/unit/client/cli_program.h"

namespace signet {
namespace {

using test::json_output;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class CliTrust : public testing::Test {
 protected:
  CliTrust() {
    auto started = sandbox::BackgroundSandbox::start(folder_ / "sandbox");
    if (!started) std::abort();
    sandbox_ = std::move(*started);
    url_ = sandbox_->facts().endpoints().tuf;
    root_ = folder_ / "sandbox" / "tuf" / "1.root.json";
    folder_.write("config.toml", "");
  }

  [[nodiscard]] test::ProcessEnd signet(std::vector<std::string> arguments) const {
    return test::run_signet({.arguments = std::move(arguments),
                             .environment = {{"SIGNET_CONFIG", (folder_ / "config.toml").native()},
                                             {"XDG_CACHE_HOME", (folder_ / "cache").native()}},
                             .directory = folder_.path()});
  }
  [[nodiscard]] test::ProcessEnd add(const std::string& name) const {
    return signet({"trust", "add", name, "--url", url_, "--root", root_.native()});
  }
  [[nodiscard]] std::string configuration() const { return read_file(folder_ / "config.toml", 1 << 20).value(); }

  test::TemporaryFolder folder_;
  std::unique_ptr<sandbox::BackgroundSandbox> sandbox_;
  std::string url_;
  std::filesystem::path root_;
};

TEST_F(CliTrust, AddsAnInstanceAndShowsWhatItWrote) {
  folder_.write("config.toml", "[touch]\nnotify = [\"/bin/true\"]", 0640);
  const auto end = add("box");
  ASSERT_EQ(end.status, 0) << end.errors;
  const std::string table = "[instance.box]\ntuf = { url = \"" + url_ + "\", root = \"box.root.json\" }\n";
  EXPECT_THAT(end.output, HasSubstr("added to " + (folder_ / "config.toml").native() + ":\n\n" + table));
  EXPECT_THAT(end.errors, HasSubstr("signet trust update box"));
  EXPECT_EQ(configuration(), "[touch]\nnotify = [\"/bin/true\"]\n\n" + table);
  EXPECT_EQ(read_file(folder_ / "box.root.json", 1 << 20), read_file(root_, 1 << 20));
  struct stat facts{};
  ASSERT_EQ(::stat((folder_ / "config.toml").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0640U);
}

TEST_F(CliTrust, AddsNothingWhereSomethingIsWrong) {
  ASSERT_EQ(add("box").status, 0);
  const std::string before = configuration();
  const auto refuse = [&](std::vector<std::string> arguments, std::string_view reason) {
    arguments.insert(arguments.begin(), {"trust", "add"});
    const auto end = signet(std::move(arguments));
    EXPECT_EQ(end.status, 2);
    EXPECT_THAT(end.errors, HasSubstr(std::string(reason)));
    EXPECT_EQ(configuration(), before);
  };
  const std::string root = root_.native();
  refuse({"box", "--url", url_, "--root", root}, "there is an instance box in");
  refuse({"other", "--url", url_}, "signet trust add takes a NAME, --url and --root");
  refuse({"Bad Name", "--url", url_, "--root", root}, "no instance can have the name Bad Name");
  refuse({"public-good", "--url", url_, "--root", root}, "public-good is an instance that signet ships");
  refuse({"other", "--url", "http://example.org", "--root", root}, "url is neither https:// nor http:// to 127.0.0.1");
  refuse({"other", "--url", "https://a/?x", "--root", root}, "url has a query, a fragment, no host or a port that is");
  refuse({"other", "--url", "https://a\"b", "--root", root}, "is no URL");
  refuse({"other", "--url", url_, "--root", "none.json"}, "none.json");
  folder_.write("bad.json", "{}");
  refuse({"other", "--url", url_, "--root", "bad.json"}, "--root names the root.json of a TUF repository");
  folder_.write("other.root.json", "something else");
  refuse({"other", "--url", url_, "--root", root}, "other.root.json is there and holds something else");
}

TEST_F(CliTrust, AddsWhatSeveralAddAtOnce) {
  folder_.write("config.toml", "# mine\n");
  constexpr int kPrograms = 8;
  std::vector<std::future<test::ProcessEnd>> ends;
  ends.reserve(kPrograms);
  for (int i = 0; i < kPrograms; ++i) {
    ends.push_back(std::async(std::launch::async, [this, i] { return add("box" + std::to_string(i)); }));
  }
  for (auto& end : ends) EXPECT_EQ(end.get().status, 0);
  const auto all = config::parse_configuration(configuration(), folder_ / "config.toml");
  ASSERT_TRUE(all) << all.error().sentence();
  EXPECT_EQ(all->instances.size(), kPrograms);
  EXPECT_THAT(configuration(), testing::StartsWith("# mine\n"));
}

// The configuration looks for the root beside the path at which it was found.
TEST_F(CliTrust, AddsBehindALinkWhatAnUpdateThenFinds) {
  std::filesystem::create_directory(folder_ / "dotfiles");
  std::filesystem::rename(folder_ / "config.toml", folder_ / "dotfiles/signet.toml");
  std::filesystem::create_symlink("dotfiles/signet.toml", folder_ / "config.toml");
  const auto end = add("box");
  ASSERT_EQ(end.status, 0) << end.errors;
  EXPECT_TRUE(std::filesystem::is_symlink(folder_ / "config.toml"));
  EXPECT_THAT(end.output, HasSubstr("wrote " + (folder_ / "box.root.json").native()));
  EXPECT_EQ(signet({"trust", "update", "box"}).status, 0);
}

TEST_F(CliTrust, TakesTheRootBackWhereTheConfigurationCannotBeWritten) {
  const std::string name(250, 'c');  // the temporary file's name would be too long
  folder_.write(name, "");
  std::filesystem::remove(folder_ / "config.toml");
  std::filesystem::create_symlink(name, folder_ / "config.toml");
  const auto end = add("box");
  EXPECT_EQ(end.status, 2);
  EXPECT_THAT(end.errors, HasSubstr("File name too long"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "box.root.json"));
}

TEST_F(CliTrust, WorksWhereTheUmaskLetsTheGroupWrite) {
  const auto at_home = [&](std::vector<std::string> arguments) {
    return test::run_signet({.arguments = std::move(arguments),
                             .environment = {{"HOME", (folder_ / "home").native()}},
                             .directory = folder_.path()});
  };
  const mode_t before = ::umask(002);
  const auto added = at_home({"trust", "add", "box", "--url", url_, "--root", root_.native()});
  const auto updated = at_home({"trust", "update", "box"});
  ::umask(before);
  EXPECT_EQ(added.status, 0) << added.errors;
  EXPECT_EQ(updated.status, 0) << updated.errors;
}

TEST_F(CliTrust, SaysAfterAnUpdateThatOthersCouldChangeWhatIsStored) {
  ASSERT_EQ(add("box").status, 0);
  std::filesystem::create_directory(folder_ / "cache");
  ASSERT_EQ(::chmod((folder_ / "cache").c_str(), 0775), 0);
  const auto end = signet({"trust", "update", "box"});
  EXPECT_EQ(end.status, 2);
  EXPECT_THAT(end.errors, AllOf(HasSubstr((folder_ / "cache").native() + ": may be written by group or others"),
                                HasSubstr("updating the trust of instance box"),
                                HasSubstr("next: chmod go-w " + (folder_ / "cache").native())));
  ASSERT_EQ(::chmod((folder_ / "cache").c_str(), 0755), 0);
  EXPECT_EQ(signet({"trust", "update", "box"}).status, 0);
}

/// signet with a signet-trust of the test's own beside it.
class CliTrustWithAnotherProgram : public CliTrust {
 protected:
  void write_program(const std::string& script) {
    std::filesystem::create_directories(folder_ / "bin");
    std::filesystem::copy_file(std::string(SIGNET_BIN_DIR) + "/signet", folder_ / "bin/signet",
                               std::filesystem::copy_options::overwrite_existing);
    folder_.write("bin/signet-trust", "#!/bin/sh\n" + script + "\n", 0755);
  }
  [[nodiscard]] test::ProcessEnd update(const std::string& name) const {
    return test::run({.arguments = {(folder_ / "bin/signet").native(), "trust", "update", name},
                      .inherit_environment = false,
                      .environment = {{"SIGNET_CONFIG", (folder_ / "config.toml").native()},
                                      {"XDG_CACHE_HOME", (folder_ / "cache").native()}},
                      .directory = folder_.path()},
                     Deadline::after(std::chrono::seconds(60)));
  }
  /// A stored copy of public-good that is none.
  void damage_store() {
    const auto anchor = sigstore::tuf::read_anchor({.name = "public-good"}).value();
    const auto store = sigstore::tuf::store_folder(folder_ / "cache/signet", anchor);
    ASSERT_TRUE(make_private_folder(store));
    ASSERT_TRUE(write_file_atomic(store / sigstore::tuf::kVerifiedCopy, "nonsense", 0600));
  }
};

TEST_F(CliTrustWithAnotherProgram, EndsOneThatSaysMoreThanAnybodyReads) {
  ASSERT_EQ(add("box").status, 0);
  write_program("while :; do echo '{\"note\": \"again\"}'; done");
  const auto end = update("box");
  EXPECT_EQ(end.status, 3);
  EXPECT_THAT(end.errors, HasSubstr("signet-trust ended without an answer"));
}

TEST_F(CliTrustWithAnotherProgram, FailsWhereWhatIsStoredCannotBeUsedAfterIt) {
  write_program("echo '{\"done\": true}'");
  EXPECT_EQ(update("public-good").status, 0);
  damage_store();
  const auto end = update("public-good");
  EXPECT_EQ(end.status, 1);
  EXPECT_THAT(end.errors, AllOf(HasSubstr("NotVerified: "), HasSubstr("verifying the stored copy of https://tuf-repo"),
                                HasSubstr("next: signet trust update public-good")));
}

TEST_F(CliTrustWithAnotherProgram, ListSaysWhyTheShippedTrustIsUsed) {
  EXPECT_THAT(signet({"trust", "list"}).output, Not(HasSubstr("because")));
  damage_store();
  const auto list = signet({"trust", "list"});
  EXPECT_THAT(list.output, AllOf(HasSubstr(", because what is stored is of no use: "),
                                 HasSubstr("next       signet trust update public-good")));
  ASSERT_EQ(::chmod((folder_ / "cache").c_str(), 0775), 0);
  EXPECT_THAT(signet({"trust", "list"}).output, HasSubstr("next       chmod go-w " + (folder_ / "cache").native()));
  EXPECT_THAT(signet({"trust", "list", "--json"}).output, HasSubstr(R"("why_shipped":{"error":"InvalidRequest")"));
}

TEST_F(CliTrust, UpdatesAnInstanceWithOneLine) {
  ASSERT_EQ(add("box").status, 0);
  const auto first = signet({"trust", "update"});
  ASSERT_EQ(first.status, 0) << first.errors;
  EXPECT_THAT(first.output, testing::MatchesRegex("box: root 1, expires 20[0-9-]+; timestamp 1, expires 20[0-9-]+; "
                                                  "fetched for the first time\n"));
  EXPECT_THAT(first.errors, IsEmpty());
  const auto second = signet({"trust", "update", "box", "--json"});
  ASSERT_EQ(second.status, 0) << second.errors;
  const json::Value object = json_output(second);
  ASSERT_NE(object.as_object(), nullptr) << second.output;
  EXPECT_EQ(*object.as_object()->find("schema")->as_string(), "signet.trust-update/1");
  const json::Object& box = *object.as_object()->find("instances")->as_array()->at(0).as_object();
  EXPECT_EQ(*box.find("name")->as_string(), "box");
  EXPECT_EQ(*box.find("url")->as_string(), url_);
  EXPECT_EQ(*box.find("changes")->as_string(), "nothing changed");
  EXPECT_EQ(*box.find("root")->as_object()->find("version")->as_integer(), 1);
}

TEST_F(CliTrust, SaysThatARepositoryDoesNotAnswerAndKeepsWhatItHad) {
  ASSERT_EQ(add("box").status, 0);
  ASSERT_EQ(signet({"trust", "update"}).status, 0);
  sandbox_.reset();
  const auto end = signet({"trust", "update"});
  EXPECT_EQ(end.status, 3);
  EXPECT_THAT(end.errors, AllOf(HasSubstr("RepositoryUnavailable: no answer from 127.0.0.1"),
                                HasSubstr("updating the trust of instance box"), HasSubstr("next: ")));
  const auto list = signet({"trust", "list"});
  EXPECT_THAT(list.output, HasSubstr("offline    yes, refreshed just now"));
}

TEST_F(CliTrust, RefusesWhatDoesNotVerify) {
  ASSERT_EQ(add("box").status, 0);
  const auto timestamp = folder_ / "sandbox" / "tuf" / "timestamp.json";
  const std::string good = read_file(timestamp, 1 << 20).value();
  std::string bad = good;
  bad.replace(bad.find("\"version\": 1"), 12, "\"version\": 2");
  ASSERT_TRUE(write_file_atomic(timestamp, bad, 0644));
  const auto end = signet({"trust", "update", "--json"});
  EXPECT_EQ(end.status, 1);
  EXPECT_THAT(end.errors, HasSubstr("NotVerified: timestamp 2 is signed by 0 of the keys"));
  EXPECT_THAT(end.output, HasSubstr(R"("error":{"error":"NotVerified")"));
  ASSERT_TRUE(write_file_atomic(timestamp, good, 0644));
  EXPECT_EQ(signet({"trust", "update"}).status, 0);
}

TEST_F(CliTrust, SaysWhichInstancesThereAre) {
  const auto none = signet({"trust", "update"});
  EXPECT_EQ(none.status, 2);
  EXPECT_THAT(none.errors, HasSubstr("next: signet trust init begins"));
  const auto unknown = signet({"trust", "update", "nobody"});
  EXPECT_EQ(unknown.status, 2);
  EXPECT_THAT(unknown.errors, HasSubstr("there is no instance nobody"));
  EXPECT_THAT(unknown.errors, HasSubstr("public-good, staging"));
  folder_.write("config.toml", "[instance.files]\ntrusted_root = \"root.json\"\n");
  const auto files = signet({"trust", "update", "files"});
  EXPECT_EQ(files.status, 2);
  EXPECT_THAT(files.errors, HasSubstr("the trust of instance files comes from files"));
  const auto init = signet({"trust", "init", "files"});
  EXPECT_EQ(init.status, 2);
  EXPECT_THAT(init.errors, HasSubstr("signet ships no root of an instance files"));
}

TEST_F(CliTrust, ListsWhereTrustComesFromAndHowOldItIs) {
  folder_.write("config.toml", "[instance.files]\ntrusted_root = \"root.json\"\n");
  ASSERT_EQ(add("box").status, 0);
  const auto list = signet({"trust", "list"});
  EXPECT_EQ(list.status, 0);
  EXPECT_THAT(list.output, HasSubstr("public-good\n  from       https://tuf-repo-cdn.sigstore.dev\n"));
  EXPECT_THAT(list.output, HasSubstr("offline    yes, as shipped with signet "));
  EXPECT_THAT(list.output, HasSubstr("offline    no: the trusted root of instance box was never fetched from " + url_));
  EXPECT_THAT(list.output, HasSubstr("next       signet trust update box"));
  EXPECT_THAT(list.output, HasSubstr("files\n  from       " + (folder_ / "root.json").native()));
  ASSERT_EQ(signet({"trust", "update", "box"}).status, 0);
  const json::Value object = json_output(signet({"trust", "list", "--json"}));
  ASSERT_NE(object.as_object(), nullptr);
  for (const json::Value& each : *object.as_object()->find("instances")->as_array()) {
    EXPECT_TRUE(*each.as_object()->find("offline")->as_bool());
    if (*each.as_object()->find("name")->as_string() != "box") continue;
    EXPECT_TRUE(*each.as_object()->find("current")->as_bool());
    EXPECT_THAT(*each.as_object()->find("origin")->as_string(), HasSubstr("refreshed just now"));
  }
}

TEST_F(CliTrust, LetsVerifySayThatAnInstanceWasNeverFetched) {
  ASSERT_EQ(add("box").status, 0);
  folder_.write("app", "content");
  folder_.write("app.sigstore.json", "{}");
  const std::vector<std::string> verify = {"verify", "--instance", "box",         "--identity",
                                           "a@b.c",  "--issuer",   "https://b.c", "app"};
  const auto never = signet(verify);
  EXPECT_EQ(never.status, 2);
  EXPECT_THAT(never.errors, AllOf(HasSubstr("the trusted root of instance box was never fetched from " + url_),
                                  HasSubstr("next: signet trust update box")));
  ASSERT_EQ(signet({"trust", "update"}).status, 0);
  const auto fetched = signet(verify);
  EXPECT_EQ(fetched.status, 1) << "refused: {} is no bundle";
  EXPECT_THAT(fetched.errors, Not(HasSubstr("warning")));
}

TEST_F(CliTrust, LetsVerifySayThatWhatIsStoredIsDamagedAndNotTheSignature) {
  ASSERT_EQ(add("box").status, 0);
  ASSERT_EQ(signet({"trust", "update"}).status, 0);
  folder_.write("app", "content");
  folder_.write("app.sigstore.json", "{}");
  std::vector<std::filesystem::path> copies;
  for (const auto& each : std::filesystem::recursive_directory_iterator(folder_ / "cache")) {
    if (each.path().filename() == sigstore::tuf::kVerifiedCopy) copies.push_back(each.path());
  }
  ASSERT_EQ(copies.size(), 1U);
  std::string copy = read_file(copies.front(), sigstore::tuf::kMaxVerifiedCopy).value();
  const std::size_t url = copy.find(url_);
  ASSERT_NE(url, std::string::npos);
  copy.replace(url, url_.size(), "https://tuf.example.org");
  ASSERT_TRUE(write_file_atomic(copies.front(), copy, 0600));
  const auto end = signet({"verify", "--instance", "box", "--identity", "a@b.c", "--issuer", "https://b.c", "app"});
  EXPECT_EQ(end.status, 3);
  EXPECT_THAT(end.errors, AllOf(HasSubstr("RepositoryUnavailable: "), HasSubstr("next: signet trust update box")));
}

TEST_F(CliTrust, LetsVerifyUseThePublicInstanceAsShippedWithoutAnyConfiguration) {
  const auto assets = test::conformance_assets();
  if (assets.empty()) GTEST_SKIP() << "the folder with real bundles is not there (SIGNET_CONFORMANCE_ASSETS)";
  const std::vector<std::string> line = {
      "verify",
      "--identity",
      "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/"
      "extremely-dangerous-oidc-beacon.yml@refs/heads/main",
      "--issuer",
      "https://token.actions.githubusercontent.com",
      "--bundle",
      (assets / "cases/happy-path-v0.3-new-mediaType/bundle.sigstore.json").native(),
      (assets / "artifacts/a.txt").native()};
  const auto expect_public_good = [&](std::vector<std::string> more) {
    more.insert(more.begin(), line.begin(), line.end());
    const auto end = signet(std::move(more));
    EXPECT_EQ(end.status, 0) << end.output;
    EXPECT_THAT(end.errors, HasSubstr("warning: the trusted root of instance public-good is the one as shipped with"));
    EXPECT_THAT(end.errors, HasSubstr("next: signet trust update public-good"));
    EXPECT_THAT(end.output, HasSubstr("instance   public-good")) << end.errors;
  };
  expect_public_good({});
  expect_public_good({"--instance", "public-good"});
  // Where another instance is configured, it is that one which is meant.
  ASSERT_EQ(add("box").status, 0);
  EXPECT_THAT(signet(line).errors, HasSubstr("the trusted root of instance box was never fetched"));
  expect_public_good({"--instance", "public-good"});
}

TEST(TrustAge, IsSaidInTheUnitThatAPersonWouldUse) {
  const WallTime now = parse_rfc3339("2026-05-20T12:00:00Z").value();
  EXPECT_EQ(cli::age_text(now, now), "just now");
  EXPECT_EQ(cli::age_text(now - std::chrono::seconds(59), now), "just now");
  EXPECT_EQ(cli::age_text(now - std::chrono::minutes(1), now), "1 minute ago");
  EXPECT_EQ(cli::age_text(now - std::chrono::minutes(59), now), "59 minutes ago");
  EXPECT_EQ(cli::age_text(now - std::chrono::hours(23), now), "23 hours ago");
  EXPECT_EQ(cli::age_text(now - std::chrono::days(12), now), "12 days ago");
  EXPECT_EQ(cli::age_text(now + std::chrono::hours(1), now), "in the future");
}

TEST(TrustAge, IsWarnedOfWhenTheTimestampHasExpired) {
  const WallTime now = parse_rfc3339("2026-05-20T12:00:00Z").value();
  sigstore::tuf::InstanceTrust trust{.trusted_root = "{}"};
  EXPECT_THAT(*cli::age_warning("public-good", trust, now), HasSubstr("is the one as shipped with signet "));
  trust.why_shipped = Error{.code = ErrorCode::NotVerified, .what = "snapshot 1\n is old"};
  EXPECT_THAT(*cli::age_warning("public-good", trust, now),
              HasSubstr("because what is stored is of no use: snapshot 1\uFFFD is old"));
  trust.copy.emplace();
  trust.copy->refreshed = now - std::chrono::days(12);
  trust.copy->timestamp.expires = now + std::chrono::seconds(1);
  EXPECT_EQ(cli::age_warning("public-good", trust, now), std::nullopt);
  trust.copy->refreshed = now + std::chrono::hours(2);
  EXPECT_THAT(*cli::age_warning("public-good", trust, now),
              HasSubstr("was refreshed in the future, at 2026-05-20T14:00:00Z: the clock was wrong then, or is now"));
  trust.copy->refreshed = now - std::chrono::days(12);
  trust.copy->timestamp.expires = now;
  EXPECT_THAT(*cli::age_warning("public-good", trust, now),
              AllOf(HasSubstr("was refreshed 12 days ago, and what its repository said then expired on 2026-05-20T"),
                    HasSubstr("next: signet trust update public-good")));
}

}  // namespace
}  // namespace signet
