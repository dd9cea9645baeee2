#include "config/configuration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sigstore/trust/shipped.h"
#include "tests/support/expect_refusal.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/config/whole.h"

namespace signet::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr std::string_view kPin = "sha256:9a271f2a916b0b6ee6cecb2426f0b3206ef074578be55d9bc94f6f3fe3ab86aa";

TEST(Configuration, HoldsWhatTheFileSays) {
  const auto read = parse(whole());
  ASSERT_TRUE(read) << read.error().sentence();
  EXPECT_EQ(read->path, "/home/me/config.toml");
  EXPECT_EQ(read->default_identity, "work");
  EXPECT_EQ(read->audit_sync, AuditSync::Each);
  ASSERT_THAT(read->allowed, SizeIs(1));
  EXPECT_EQ(read->allowed[0].san, "you@example.org");
  EXPECT_EQ(read->allowed[0].issuer, "https://other.example.org");
  EXPECT_EQ(read->allowed[0].instance, "public");
}

TEST(Configuration, ReadsInstancesWithPathsFromItsOwnFolder) {
  const auto read = parse(whole());
  ASSERT_TRUE(read);
  const Instance& sandbox = read->instances.at("sandbox");
  EXPECT_EQ(sandbox.name, "sandbox");
  EXPECT_EQ(sandbox.trusted_root, "/home/me/sandbox/trusted_root.json");
  EXPECT_EQ(sandbox.signing_config, "/srv/sandbox/signing_config.v0.2.json");
  EXPECT_TRUE(sandbox.sandbox);
  EXPECT_EQ(read->instances.at("public").signing_config, "");
  EXPECT_FALSE(read->instances.at("public").sandbox);
}

TEST(Configuration, ReadsWhereTheTrustOfAnInstanceComesFrom) {
  const auto read = parse(changed("trusted_root = \"public.json\"",
                                  "tuf = { url = \"https://tuf.example.org//\", root = \"public.root.json\" }"));
  ASSERT_TRUE(read) << read.error().sentence();
  const Instance& instance = read->instances.at("public");
  EXPECT_EQ(instance.trusted_root, "");
  EXPECT_EQ(instance.tuf_url, "https://tuf.example.org");
  EXPECT_EQ(instance.tuf_root, "/home/me/public.root.json");
}

TEST(Configuration, KnowsTheShippedInstancesWithoutATable) {
  for (const sigstore::ShippedInstance& shipped : sigstore::shipped_instances()) {
    EXPECT_TRUE(is_shipped_instance(shipped.name)) << shipped.name;
  }
  EXPECT_FALSE(is_shipped_instance("sandbox"));
  const auto read =
      parse("[verify]\nallowed = [{ san = \"a@b.c\", issuer = \"https://i\", instance = \"staging\" }]\n");
  ASSERT_TRUE(read) << read.error().sentence();
  EXPECT_EQ(read->instances.at("staging").trusted_root, "");
  EXPECT_EQ(read->instances.at("staging").tuf_url, "");
  EXPECT_FALSE(read->instances.contains("public-good"));
  ASSERT_TRUE(parse("[instance.public-good]\n"));
  const auto own = parse("[instance.public-good]\ntrusted_root = \"own.json\"\n");
  ASSERT_TRUE(own);
  EXPECT_EQ(own->instances.at("public-good").trusted_root, "/home/me/own.json");
}

TEST(Configuration, LetsAnIdentityNameAShippedInstance) {
  const auto read =
      parse(changed("[identity.work]\ninstance = \"sandbox\"", "[identity.work]\ninstance = \"staging\""));
  ASSERT_TRUE(read) << read.error().sentence();
  EXPECT_TRUE(read->instances.contains("staging"));
}

TEST(Configuration, TakesATokenWithoutAModuleForAPivCard) {
  const auto read = parse("[token.yubikey]\nserial = \"12345678\"\npcscd = \"/run/user/1000/pcscd.comm\"\n");
  ASSERT_TRUE(read) << read.error().sentence();
  const Token& card = read->tokens.at("yubikey");
  EXPECT_EQ(card.module, "");
  EXPECT_EQ(card.serial, "12345678");
  EXPECT_EQ(card.pcscd, "/run/user/1000/pcscd.comm");
}

TEST(Configuration, ReadsTheProgramThatIsToldOfATouch) {
  const auto read = parse("[touch]\nnotify = [\"/usr/bin/tell\", \"--now\"]\n");
  ASSERT_TRUE(read) << read.error().sentence();
  EXPECT_THAT(read->notify, ElementsAre("/usr/bin/tell", "--now"));
  const auto relative = parse("[touch]\nnotify = [\"tell\"]\n");
  test::expect_refusal(relative, ErrorCode::InvalidRequest, "no absolute path");
}

TEST(Configuration, ReadsModulesAndTokens) {
  const auto read = parse(whole());
  ASSERT_TRUE(read);
  const Module& module = read->modules.at("softhsm");
  EXPECT_EQ(module.path, "/usr/lib/softhsm/libsofthsm2.so");
  EXPECT_THAT(module.env, ElementsAre(Pair("SOFTHSM2_CONF", "/home/me/softhsm2.conf")));
  EXPECT_THAT(module.needs, UnorderedElementsAre("pcsc", "tcp:[::1]:9000"));
  const Token& desk = read->tokens.at("desk");
  EXPECT_EQ(desk.module, "softhsm");
  EXPECT_EQ(desk.serial, "0123456789abcdef");
  EXPECT_EQ(desk.pin.kind, PinSource::Kind::File);
  EXPECT_EQ(desk.pin.path, "/home/me/pin");
  EXPECT_EQ(read->tokens.at("drawer").pin.kind, PinSource::Kind::Prompt);
}

TEST(Configuration, ReadsIdentities) {
  const auto read = parse(whole());
  ASSERT_TRUE(read);
  const Identity& work = read->identities.at("work");
  EXPECT_EQ(work.instance, "sandbox");
  EXPECT_EQ(work.token, "desk");
  EXPECT_EQ(work.key.id, "01");
  ASSERT_TRUE(work.public_key);
  EXPECT_EQ(encode_digest(*work.public_key), kPin);
  EXPECT_EQ(work.san, "me@example.org");
  EXPECT_EQ(work.issuer, "https://issuer.example.org");
  EXPECT_THAT(work.use, UnorderedElementsAre(Use::Git, Use::Statement, Use::Blob));
  EXPECT_TRUE(work.publish);
  EXPECT_EQ(work.token_file, "/home/me/id-token");
}

TEST(Configuration, ReadsAnIdentityWhoseKeysAreMadeForOneSignatureEach) {
  std::string text =
      changed("key = \"pkcs11:token=drawer;object=spare\"", "key = \"pkcs11:token=drawer\"\nephemeral = \"p384\"");
  text.replace(text.find("[\"raw\"]"), 7, "[\"blob\"]");
  const auto configuration = parse(text);
  ASSERT_TRUE(configuration) << configuration.error().sentence();
  const Identity& spare = configuration->identities.at("spare");
  EXPECT_EQ(spare.ephemeral, "p384");
  EXPECT_EQ(spare.token, "drawer");
  EXPECT_FALSE(spare.public_key);
  EXPECT_FALSE(configuration->identities.at("work").ephemeral);
}

TEST(Configuration, ReadsBackupsInTheirOrder) {
  const auto read = parse(changed("86aa\"\n",
                                  "86aa\"\nbackup = [ { key = \"pkcs11:token=drawer\", public_key = "
                                  "\"sha256:0000000000000000000000000000000000000000000000000000000000000000\" } ]\n"));
  ASSERT_TRUE(read) << read.error().sentence();
  const Identity& work = read->identities.at("work");
  const auto keys = keys_of(work);
  ASSERT_EQ(keys.size(), 2U);
  EXPECT_EQ(keys[0].token, "desk");
  EXPECT_EQ(keys[0].public_key, work.public_key);
  EXPECT_EQ(keys[1].token, "drawer");
  EXPECT_EQ(key_on(work, "drawer")->uri.text, "pkcs11:token=drawer");
  EXPECT_FALSE(key_on(work, "attic"));
}

TEST(Configuration, TakesAPublicKeyForTheNameOfAKey) {
  const auto by_token = parse(changed("serial=0123456789abcdef;id=%01", "serial=0123456789abcdef"));
  ASSERT_TRUE(by_token) << by_token.error().sentence();
  EXPECT_EQ(by_token->identities.at("work").token, "desk");
  std::string text = changed("key = \"pkcs11:serial=0123456789abcdef;id=%01\"\n", "");
  test::expect_refusal(parse(text), ErrorCode::InvalidRequest, "key fits both [token.desk] and [token.drawer]");
  const auto drawer = text.find("[token.drawer]");
  text.erase(drawer, text.find("[identity.work]") - drawer);
  const auto spare = text.find("[identity.spare]");
  text.erase(spare, text.find("[verify]") - spare);
  const auto alone = parse(text);
  ASSERT_TRUE(alone) << alone.error().sentence();
  EXPECT_EQ(alone->identities.at("work").token, "desk");
}

TEST(Configuration, LeavesTheSafeValueWhereNothingIsSaid) {
  const auto read = parse(whole());
  ASSERT_TRUE(read);
  const Identity& spare = read->identities.at("spare");
  EXPECT_EQ(spare.token, "drawer");
  EXPECT_FALSE(spare.public_key);
  EXPECT_EQ(spare.log, LogMode::Require);
  EXPECT_FALSE(spare.publish);
  EXPECT_FALSE(spare.cross_use);
  EXPECT_EQ(spare.token_file, "");
  const auto empty = parse("");
  ASSERT_TRUE(empty);
  EXPECT_EQ(empty->audit_sync, AuditSync::Batch);
  EXPECT_FALSE(empty->default_identity);
  EXPECT_THAT(empty->allowed, IsEmpty());
}

TEST(Configuration, SaysWhereItIsNotToml) {
  const std::string text = changed("sandbox = true", "sandbox = true true");
  const auto read = parse(text);
  test::expect_refusal(read, ErrorCode::InvalidRequest, "not TOML: ");
  EXPECT_THAT(read.error().what, HasSubstr(":5:16: "));
  test::expect_refusal(parse(changed("[token.drawer]", "[token.desk]")), ErrorCode::InvalidRequest, "not TOML: ");
  for (const char* wrong : {"\xc3\xa9", "a = \xc3\xa9", "a = 1 \xd0\xb6", "[\xc3\xa9]", "[.a]", "[[.a]]", "[a..b]",
                            "[=]", "a = \"\xff\"", "= 1", "a", "a = [1", "a = {b = 1\n}"}) {
    test::expect_refusal(parse(wrong), ErrorCode::InvalidRequest, "not TOML: ");
  }
}

TEST(Configuration, TakesLettersOfAllLanguagesInTextsAndComments) {
  const auto read = parse(changed("me@example.org", "jos\xc3\xa9@example.org") + "# \xd0\xb6\xe3\x80\x80\n");
  ASSERT_TRUE(read) << read.error().sentence();
  EXPECT_EQ(read->identities.at("work").san, "jos\xc3\xa9@example.org");
}

TEST(Configuration, RefusesMoreThanItReadsInASafeWay) {
  EXPECT_TRUE(parse("#" + std::string((std::size_t{1} << 20U) - 1, 'x')));
  test::expect_refusal(parse("#" + std::string(std::size_t{1} << 20U, 'x')), ErrorCode::LimitExceeded,
                       "larger than 1 MiB");
  std::string deep = "a";
  for (int i = 0; i < 10'000; ++i) deep += ".a";
  test::expect_refusal(parse(deep + " = 1"), ErrorCode::InvalidRequest, "unknown key \"a\"");
  test::expect_refusal(parse(deep + ".a = 1"), ErrorCode::LimitExceeded, "more than 10000 dots");
}

TEST(Configuration, IsReadFromAFileWithItsFolder) {
  const test::TemporaryFolder folder;
  const auto read = read_configuration(folder.write("config.toml", whole()));
  ASSERT_TRUE(read) << read.error().sentence();
  EXPECT_EQ(read->instances.at("sandbox").trusted_root, folder / "sandbox/trusted_root.json");
}

TEST(Configuration, IsNotReadFromAFileThatOthersMayWrite) {
  const test::TemporaryFolder folder;
  const auto path = folder.write("config.toml", whole(), 0660);
  const auto read = read_configuration(path);
  test::expect_refusal(read, ErrorCode::InvalidRequest, "may be written by group or others");
  EXPECT_THAT(read.error().sentence(), HasSubstr("reading the configuration"));
  EXPECT_EQ(read.error().remedy, "chmod go-w " + path.string());
}

TEST(Configuration, NamesTheFileThatIsMissing) {
  test::expect_refusal(read_configuration("/nowhere/config.toml"), ErrorCode::InvalidRequest,
                       "/nowhere/config.toml: No such file");
}

}  // namespace
}  // namespace signet::config
