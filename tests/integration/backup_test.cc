// Several tokens of one agent: an identity with a backup key on a second token, keys that are found by their public
// key, and one token that is seen twice.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX
#include <unistd.h>

#include <string>

#include "common/file.h"
#include "json/reader.h"
#include "tests/integration/wire.h"
#include "tests/support/fault_module.h"
#include "tests/support/household.h"
#include "tests/support/softhsm.h"

namespace signet::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::size_t kMaxFile = std::size_t{1} << 20U;

/// [module.NAME] and [token.NAME] for a SoftHSM token.
std::string token_of(std::string_view name, const SoftHsm& token) {
  const std::string called(name);
  return "[module." + called + "]\npath = \"" + std::string(kSoftHsmModule) + "\"\nenv = { SOFTHSM2_CONF = \"" +
         token.configuration().string() + "\" }\n[token." + called + "]\nmodule = \"" + called + "\"\nserial = \"" +
         token.serial() + "\"\npin = { source = \"file\", path = \"" + token.pin_file().string() + "\" }\n";
}

/// `desk` waits for touches and can be pulled (tests/modules/touch.cc); `safe` holds the backup.
class Backup : public ::testing::Test {
 protected:
  Backup() {
    (void)module_.write("no-touch", "");
    first_ = fingerprint_on("desk", "first");
    second_ = fingerprint_on("safe", "second");
    const auto text = read_file(house_.configuration(), kMaxFile).value();
    without_identities_ = text.substr(0, text.find("[identity.")) + token_of("safe", safe_);
    write_identity("backup = [ { key = \"pkcs11:serial=" + safe_.serial() + "\", public_key = \"" + second_ +
                   "\" } ]\n");
    house_.restart_agent();
  }

  [[nodiscard]] Household::Setup setup() const {
    return {.module = module_.path().string(),
            .module_environment = {{"SIGNET_TOUCH", module_.beside("finger").string()},
                                   {"SIGNET_NO_TOUCH", module_.beside("no-touch").string()},
                                   {"SIGNET_PULLED", module_.beside("pulled").string()}},
            .extra_configuration = token_of("safe", safe_)};
  }
  std::string fingerprint_on(const std::string& token, const std::string& label) {
    const auto made = house_.run({"signet", "key", "generate", "--token", token, "--label", label, "--json"});
    EXPECT_EQ(made.status, 0) << made.errors;
    const auto reply = json::parse(made.output);
    if (!reply) std::abort();
    return *reply->as_object()->find("key")->as_object()->find("fingerprint")->as_string();
  }
  // The first key has no id: its public key says which one it is.
  void write_identity(const std::string& more) {
    const std::string san(Household::kSan);
    house_.folder().write("config.toml", without_identities_ +
                                             "[identity.work]\ninstance = \"sandbox\"\nkey = \"pkcs11:token=desk\"\n"
                                             "public_key = \"" +
                                             first_ + "\"\n" + more + "san = \"" + san + "\"\nissuer = \"" +
                                             house_.issuer() + "\"\nuse = [\"git\", \"blob\"]\n" +
                                             "token = { file = \"id-token\" }\n[verify]\nallowed = [ { san = \"" + san +
                                             "\", issuer = \"" + house_.issuer() + "\", instance = \"sandbox\" } ]\n");
  }
  void pull() const { (void)module_.write("pulled", ""); }
  void plug_in() const { std::filesystem::remove(module_.beside("pulled")); }
  ProcessEnd sign() {
    app_ = house_.folder().write("app", "an application\n");
    std::filesystem::remove(app_.string() + ".sigstore.json");
    return house_.run({"signet", "sign", app_.string()});
  }
  void expect_signed_by(const std::string& token, const std::string& fingerprint) {
    const auto made = sign();
    ASSERT_EQ(made.status, 0) << made.errors;
    EXPECT_THAT(made.output, AllOf(HasSubstr(token), HasSubstr(fingerprint)));
    EXPECT_EQ(house_.run({"signet", "verify", app_.string()}).status, 0);
  }

  FaultModule module_{"touch"};
  SoftHsm safe_{"safe"};
  Household house_{setup()};
  std::string first_;
  std::string second_;
  std::string without_identities_;
  std::filesystem::path app_;
};

TEST_F(Backup, SignsWithItsOwnCertificateWhileTheFirstTokenIsNotThere) {
  expect_signed_by("desk", first_);
  const auto before = house_.sandbox().counter("certificates");
  pull();
  expect_signed_by("safe", second_);
  expect_signed_by("safe", second_);
  EXPECT_EQ(house_.sandbox().counter("certificates"), before + 1);
  plug_in();
  expect_signed_by("desk", first_);
  EXPECT_EQ(house_.sandbox().counter("certificates"), before + 1) << "the first key's is still there";
}

TEST_F(Backup, SignsWhereTheFirstTokenWasNeverThere) {
  auto text = read_file(house_.configuration(), kMaxFile).value();
  text.replace(text.find("label = \"desk\""), 0, "serial = \"ffffffffffffffff\"\n");
  house_.folder().write("config.toml", text);
  house_.restart_agent();
  expect_signed_by("safe", second_);
  const auto repository = house_.make_repository("repo");
  ASSERT_EQ(house_.run({"git", "commit", "-q", "--allow-empty", "-S", "-m", "by the backup"}, repository).status, 0);
  EXPECT_EQ(house_.run({"git", "log", "--format=%G?"}, repository).output, "G\n");
}

TEST_F(Backup, IsNamedToTheAskerAndInTheAuditLog) {
  pull();
  const auto made = sign();
  EXPECT_THAT(made.output, HasSubstr("token desk is not there: signed by the backup, token safe"));
  const auto lines = audit_lines(house_);
  ASSERT_GE(lines.size(), 2U);
  EXPECT_THAT(lines.back(), AllOf(HasSubstr(R"("event":"outcome")"), HasSubstr(R"("answer":"done")"),
                                  HasSubstr("token desk is not there"),
                                  HasSubstr("by the backup key " + second_ + " on token safe")));
  EXPECT_THAT(lines.at(lines.size() - 2), HasSubstr("for the backup key " + second_ + " on token safe"));
  EXPECT_THAT(house_.run({"signet", "status"}).output, HasSubstr("safe, " + second_));
}

// Whoever pulls a token that waits for a finger has said no.
TEST_F(Backup, IsNotAskedWhereTheFirstTokenWasPulledInsteadOfTouched) {
  expect_signed_by("desk", first_);
  std::filesystem::remove(module_.beside("no-touch"));
  app_ = house_.folder().write("other", "another application\n");
  Process asking({.arguments = {program("signet"), "sign", app_.string()}, .environment = house_.environment()});
  for (const Deadline deadline = Deadline::after(std::chrono::minutes(1)); !deadline.passed(); ::usleep(10'000)) {
    if (asking.errors().find("touch token desk") != std::string::npos) break;
  }
  pull();
  const auto end = asking.wait(Deadline::after(std::chrono::minutes(1)));
  ASSERT_TRUE(end);
  EXPECT_EQ(end->status, 3);
  EXPECT_THAT(end->errors, AllOf(HasSubstr("touch token desk"), HasSubstr("TokenRemoved"), Not(HasSubstr("safe"))));
}

TEST_F(Backup, ThatIsNotThereEitherIsNamed) {
  auto text = read_file(house_.configuration(), kMaxFile).value();
  const auto serial = safe_.serial();
  for (std::size_t at = text.find(serial); at != std::string::npos; at = text.find(serial, at)) {
    text.replace(at, serial.size(), "ffffffffffffffff");
  }
  house_.folder().write("config.toml", text);
  house_.restart_agent();
  pull();
  const auto made = sign();
  EXPECT_EQ(made.status, 3);
  EXPECT_THAT(made.errors, AllOf(HasSubstr("TokenRemoved"), HasSubstr("ffffffffffffffff")));
}

// A wrong PIN is no absence.
TEST_F(Backup, IsNotAskedWhereTheFirstTokenRefusesItsPin) {
  ASSERT_TRUE(write_file_atomic(house_.token().pin_file(), "000000\n", 0600));
  house_.restart_agent();
  const auto made = sign();
  EXPECT_EQ(made.status, 3);
  EXPECT_THAT(made.errors, AllOf(HasSubstr("PinIncorrect"), HasSubstr("desk"), Not(HasSubstr("safe"))));
}

TEST_F(Backup, ThatIsAnotherKeyThanThePinnedOneIsToldOfBeforeItIsNeeded) {
  write_identity("backup = [ { key = \"pkcs11:serial=" + safe_.serial() +
                 ";object=second\", public_key = \"sha256:" + std::string(64, '0') + "\" } ]\n");
  house_.restart_agent();
  const auto status = house_.run({"signet", "status"});
  EXPECT_THAT(status.output, HasSubstr("another key stands in its place"));
  expect_signed_by("desk", first_);
}

// Two modules onto one token folder are two views of one token.
class TwoViews : public ::testing::Test {
 protected:
  TwoViews() {
    const auto text = read_file(house_.configuration(), kMaxFile).value();
    const auto at = text.find("[identity.");
    // The URI of `signet key list` fits both.
    auto identity = text.substr(at);
    identity.replace(identity.find(";serial="), identity.find(";id=") - identity.find(";serial="), "");
    identity_ = identity;
    rest_ = text.substr(0, at) + token_of("mirror", house_.token());
    house_.folder().write("config.toml", rest_ + identity_);
    house_.restart_agent();
    // While one process logs in, SoftHSM shows the other one no token.
    for (const Deadline deadline = Deadline::after(std::chrono::minutes(1));
         house_.run({"signet", "token", "list"}).status != 0 && !deadline.passed();) {
    }
  }
  Household house_;
  std::string identity_;
  std::string rest_;
};

TEST_F(TwoViews, OfOneKeyAreListedAndTheConfiguredTokenSigns) {
  const auto listed = house_.run({"signet", "key", "list"});
  EXPECT_EQ(listed.status, 0) << listed.errors;
  EXPECT_THAT(listed.output, HasSubstr("mirror (same key as token desk, which signs)"));
  EXPECT_THAT(listed.output, Not(HasSubstr("same key as token mirror")));
  EXPECT_THAT(house_.run({"signet", "key", "list", "--token", "mirror"}).output, HasSubstr("same key as token desk"));
  EXPECT_THAT(ask(house_, "Sign", sign_digest("bundle")).bytes,
              AllOf(HasSubstr("messageSignature"), HasSubstr(R"("token":"desk")")));
}

TEST_F(TwoViews, CannotBothSign) {
  auto second = identity_.substr(0, identity_.find("[verify]"));
  second.replace(second.find("[identity.maintainer]"), 21, "[identity.other]");
  second.replace(second.find("token=desk"), 10, "serial=" + house_.token().serial());
  house_.folder().write("config.toml", rest_ + second + identity_);
  const auto refused = run({.arguments = {program("signet-agent"), "--config", house_.configuration().string()},
                            .environment = house_.environment()},
                           Deadline::after(std::chrono::minutes(1)));
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.errors, HasSubstr("two tokens with one key are two views of one card"));
}

}  // namespace
}  // namespace signet::test
