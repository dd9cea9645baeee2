// Every rule of a configuration beyond its shape, each broken alone.
#include "config/rules.h"

#include "tests/support/expect_refusal.h"
#include "tests/unit/config/whole.h"

namespace signet::config {
namespace {

using ::testing::HasSubstr;

constexpr auto kNotYet = ErrorCode::NotBuiltYet;

class Rule : public ::testing::TestWithParam<Mistake> {};

TEST_P(Rule, IsKept) { expect_mistake(GetParam()); }

INSTANTIATE_TEST_SUITE_P(
    OfNames, Rule,
    ::testing::Values(
        Mistake{"\"work\"\n[instance", "\"home\"\n[instance", "\"home\"", "default_identity names no [identity.*]"},
        Mistake{"instance = \"sandbox\"\nkey = \"pkcs11:serial", "instance = \"elsewhere\"\nkey = \"pkcs11:serial",
                "\"elsewhere\"", "[identity.work] instance names no [instance.*]"},
        Mistake{"instance = \"sandbox\"\nkey = \"pkcs11:serial", "instance = \"public\"\nkey = \"pkcs11:serial",
                "\"public\"\nkey", "has no signing_config"},
        Mistake{"instance = \"public\"", "instance = \"elsewhere\"", "\"elsewhere\"", "names no [instance.*]"},
        Mistake{"module = \"softhsm\"\nserial", "module = \"opensc\"\nserial", "\"opensc\"",
                "[token.desk] module names no [module.*]"},
        Mistake{"module = \"softhsm\"\nserial", "label = \"x\"\nserial", "\"x\"",
                "[token.desk] label is for tokens behind a module: a PIV card has none"},
        Mistake{"module = \"softhsm\"\nserial", "pcscd = \"run/pcscd.comm\"\nserial", "\"run/pcscd.comm\"",
                "[token.desk] pcscd is not an absolute path"},
        Mistake{"module = \"softhsm\"\nserial", "module = \"softhsm\"\npcscd = \"/run/x\"\nserial", "\"/run/x\"",
                "[token.desk] pcscd is for PIV cards"},
        Mistake{"token=drawer;", "token=lost;serial=ff;", "\"pkcs11:token=lost", "lies on no configured token"},
        Mistake{"serial=0123456789abcdef;", "", "\"pkcs11:id", "fits both [token.desk] and [token.drawer]"}));

INSTANTIATE_TEST_SUITE_P(
    OfIdentities, Rule,
    ::testing::Values(
        Mistake{"san = \"me@example.org\"", "san = \"\"", "\"\"", "[identity.work] san is empty"},
        Mistake{"https://issuer", "http://issuer", "\"http://issuer", "[identity.work] issuer is neither an https URL"},
        Mistake{"https://issuer", "ftp://issuer", "\"ftp:", "issuer is neither"},
        Mistake{"https://issuer.example.org", "https://", "\"https://\"", "issuer is neither"},
        Mistake{"https://issuer", "https://a b", "\"https://a b", "issuer is neither"},
        Mistake{"127.0.0.1:4000", "127.0.0.1.example.org", "\"http://", "issuer is neither"},
        Mistake{"127.0.0.1:4000", "127.0.0.1:4000@example.org", "\"http://", "issuer is neither"},
        Mistake{"[\"raw\"]", "[]", "[]\n[verify]", "use is empty"},
        Mistake{"[\"raw\"]", "[\"rsa\"]", "[\"rsa\"]", "use holds something other than"},
        Mistake{"log = \"require\"", "log = \"later\"", "\"later\"", "log is not \"require\", \"queue\" or \"none\""},
        Mistake{"publish = \"yes\"", "publish = \"maybe\"", "\"maybe\"", "publish is neither \"yes\" nor \"no\""},
        Mistake{"publish = \"yes\"", "publish = true", "true\ntoken", "publish is not a string"},
        Mistake{"key = \"pkcs11:token=drawer", "key = \"token=drawer", "\"token=", "does not begin with pkcs11:"},
        Mistake{"sha256:9a", "sha256:", "\"sha256:", "public_key is not sha256:<64 hexadecimal digits>"},
        Mistake{"file = \"id-token\"", "file = \"\"", "\"\"", "[identity.work.token] file is empty"}));

// Keys that are made for one signature: nothing is pinned, no key is named, and all has a certificate.
INSTANTIATE_TEST_SUITE_P(
    OfEphemeralKeys, Rule,
    ::testing::Values(
        Mistake{"key = \"pkcs11:token=drawer;object=spare\"", "key = \"pkcs11:token=drawer\"\nephemeral = \"rsa3072\"",
                "\"rsa3072\"", "[identity.spare] ephemeral is neither \"p256\" nor \"p384\""},
        Mistake{"key = \"pkcs11:token=drawer;object=spare\"", "key = \"pkcs11:token=drawer\"\nephemeral = true",
                "true\nsan", "ephemeral is not a string"},
        Mistake{"object=spare\"", "object=spare\"\nephemeral = \"p256\"", "\"pkcs11:token=drawer",
                "[identity.spare] key names a key, and with `ephemeral` each signature has a new one"},
        Mistake{"key = \"pkcs11:token=drawer;object=spare\"", "key = \"pkcs11:\"\nephemeral = \"p256\"", "\"pkcs11:\"",
                "[identity.spare] key names no token"},
        Mistake{"key = \"pkcs11:token=drawer;object=spare\"", "key = \"pkcs11:token=drawer\"\nephemeral = \"p256\"",
                "[\"raw\"]", "a bare signature by a key that nobody certified and that is gone proves nothing"},
        Mistake{"id=%01\"\n", "id=%01\"\nephemeral = \"p256\"\n", "\"sha256:9a",
                "[identity.work] public_key cannot be pinned where each signature has a key of its own"}));

constexpr std::string_view kPinEnd = "86aa\"\n";

INSTANTIATE_TEST_SUITE_P(
    OfBackups, Rule,
    ::testing::Values(
        Mistake{kPinEnd, "86aa\"\nbackup = [ { key = \"pkcs11:token=drawer;id=%01\" } ]\n", "{ key",
                "[identity.work.backup] needs public_key"},
        Mistake{kPinEnd, "86aa\"\nbackup = [ { key = \"pkcs11:token=drawer\", public_key = \"sha256:0\" } ]\n",
                "\"sha256:0\"", "[identity.work.backup] public_key is not sha256:"},
        Mistake{kPinEnd,
                "86aa\"\nbackup = [ { key = \"pkcs11:serial=0123456789abcdef\", public_key = "
                "\"sha256:0000000000000000000000000000000000000000000000000000000000000000\" } ]\n",
                "\"pkcs11:serial=0123456789abcdef\", public", "key lies on [token.desk], which holds another key"},
        Mistake{kPinEnd,
                "86aa\"\nbackup = [ { key = \"pkcs11:token=drawer\", public_key = "
                "\"sha256:9a271f2a916b0b6ee6cecb2426f0b3206ef074578be55d9bc94f6f3fe3ab86aa\" } ]\n",
                "\"sha256:9a271f2a916b0b6ee6cecb2426f0b3206ef074578be55d9bc94f6f3fe3ab86aa\" } ]",
                "public_key is the identity's key on [token.desk], too"},
        Mistake{kPinEnd,
                "86aa\"\nbackup = [ { public_key = "
                "\"sha256:0000000000000000000000000000000000000000000000000000000000000000\" } ]\n",
                "{ public_key", "key fits both [token.desk] and [token.drawer]"},
        Mistake{kPinEnd, "86aa\"\nbackup = \"drawer\"\n", "\"drawer\"\nsan", "backup is not a list of tables"},
        Mistake{"key = \"pkcs11:token=drawer;object=spare\"",
                "key = \"pkcs11:token=drawer\"\nephemeral = \"p256\"\nbackup = []", "[]\nsan",
                "backup names keys, and with `ephemeral` each signature has a new one"}));

// One process holds a card, so one token is the one that signs with a key.
TEST(OneKey, IsUsedThroughOneToken) {
  const auto read = parse(changed(
      "object=spare\"",
      "object=spare\"\npublic_key = \"sha256:9a271f2a916b0b6ee6cecb2426f0b3206ef074578be55d9bc94f6f3fe3ab86aa\""));
  test::expect_refusal(read, ErrorCode::InvalidRequest, "two tokens with one key are two views of one card");
}

INSTANTIATE_TEST_SUITE_P(
    OfModulesTokensAndTheRest, Rule,
    ::testing::Values(
        Mistake{"\"/usr/lib/softhsm/", "\"softhsm/", "\"softhsm/", "[module.softhsm] path is not an absolute path"},
        Mistake{"env = { SOFTHSM2_CONF", "env = { LD_PRELOAD", "\"/home/me/softhsm2", "env] LD_PRELOAD is a variable"},
        Mistake{"\"pcsc\"", "\"network\"", "[\"network\"", "needs holds something other than"},
        Mistake{"serial = \"0123456789abcdef\"\n", "", "[token.desk]", "serial or label must say which token"},
        Mistake{"source = \"file\"", "source = \"env\"", "\"env\"", "source is not \"file\""},
        Mistake{"source = \"file\", path = \"pin\"", "file = \"\"", "\"\"", "[token.desk.pin] file is empty"},
        Mistake{"source = \"file\", path = \"pin\"", "file = \"a\", credential = \"b\"", "\"a\"",
                "stands beside another source"},
        Mistake{"source = \"file\", path = \"pin\"", "credential = \"a/b\"", "\"a/b\"",
                "is not the name of a credential"},
        Mistake{"source = \"file\", path = \"pin\"", "prompt = \"window\"", "\"window\"", "knows \"terminal\" and"},
        Mistake{"source = \"file\", path = \"pin\"", "prompt = [\"terminal\", \"terminal\"]", "[\"terminal\"",
                "names something twice"},
        Mistake{"source = \"file\", path = \"pin\"", "prompt = []", "[]", "prompt is empty"},
        Mistake{"source = \"file\", path = \"pin\" }", "prompt = \"terminal\" }\npin_keep = \"soon\"", "\"soon\"",
                "pin_keep is no span of time"},
        Mistake{"source = \"file\", path = \"pin\" }", "file = \"pin\" }\npin_keep = \"15m\"", "\"15m\"",
                "pin_keep is for PINs that a person enters"},
        Mistake{"path = \"pin\"", "path = \"\"", "\"\"", "[token.desk.pin] path is empty"},
        Mistake{"\"public.json\"", "\"\"", "\"\"", "[instance.public] trusted_root is empty"},
        Mistake{"\"you@example.org\"", "\"\"", "\"\"", "[verify.allowed] san is empty"},
        Mistake{"\"https://other.example.org\"", "\"\"", "\"\"", "[verify.allowed] issuer is empty"},
        Mistake{"sync = \"each\"", "sync = \"never\"", "\"never\"", "sync is neither \"batch\" nor \"each\""}));

INSTANTIATE_TEST_SUITE_P(WhatIsNotBuiltYet, Rule,
                         ::testing::Values(Mistake{"log = \"require\"", "log = \"queue\"", "\"queue\"",
                                                   "\"queue\" is not built yet", kNotYet},
                                           Mistake{"log = \"require\"", "log = \"none\"", "\"none\"",
                                                   "\"none\" is not built yet", kNotYet}));

INSTANTIATE_TEST_SUITE_P(
    OfTufRepositories, Rule,
    ::testing::Values(Mistake{"trusted_root = \"public.json\"", "tuf = { url = \"http://example.org\", root = \"r\" }",
                              "\"http:", "[instance.public.tuf] url is neither https:// nor http:// to 127.0.0.1"},
                      Mistake{"trusted_root = \"public.json\"", "tuf = { url = \"https://\", root = \"r\" }",
                              "\"https:", "[instance.public.tuf] url is neither"},
                      Mistake{"trusted_root = \"public.json\"", "tuf = { url = \"https://a@b\", root = \"r\" }",
                              "\"https:", "[instance.public.tuf] url is neither"},
                      Mistake{"trusted_root = \"public.json\"", "tuf = { url = \"https://x/?a\", root = \"r\" }",
                              "\"https:", "[instance.public.tuf] url has a query, a fragment"},
                      Mistake{"trusted_root = \"public.json\"", "tuf = { url = \"https://x/#a\", root = \"r\" }",
                              "\"https:", "[instance.public.tuf] url has a query, a fragment"},
                      Mistake{"trusted_root = \"public.json\"", "tuf = { url = \"https://x:0/\", root = \"r\" }",
                              "\"https:", "no host or a port that is none"},
                      Mistake{"trusted_root = \"public.json\"", "tuf = { url = \"https://x:65536\", root = \"r\" }",
                              "\"https:", "no host or a port that is none"},
                      Mistake{"trusted_root = \"public.json\"", "tuf = { url = \"http://[::1]:x\", root = \"r\" }",
                              "\"http:", "no host or a port that is none"},
                      Mistake{"trusted_root = \"public.json\"", "tuf = { url = \"https:///a\", root = \"r\" }",
                              "\"https:", "no host or a port that is none"},
                      Mistake{"trusted_root = \"public.json\"", "tuf = { url = \"https://x\" }", "{ url",
                              "[instance.public.tuf] needs root"},
                      Mistake{"trusted_root = \"public.json\"", "tuf = { root = \"r\" }", "{ root",
                              "[instance.public.tuf] needs url"},
                      Mistake{"trusted_root = \"public.json\"", "tuf = { url = \"https://x\", root = \"\" }", "\"\"",
                              "[instance.public.tuf] root is empty"},
                      Mistake{"trusted_root = \"public.json\"",
                              "tuf = { url = \"https://x\", root = \"r\", cache = \"c\" }",
                              "cache =", "unknown key \"cache\" in [instance.public.tuf]"},
                      Mistake{"trusted_root = \"public.json\"",
                              "trusted_root = \"public.json\"\ntuf = { url = \"https://x\", root = \"r\" }", "{ url",
                              "[instance.public] tuf and files of its own stand together"}));

// A file's digest could be an SSH login (D1).
INSTANTIATE_TEST_SUITE_P(OfCrossedUses, Rule,
                         ::testing::Values(Mistake{"[\"raw\"]", "[\"raw\", \"ssh\"]", "[\"raw\"",
                                                   "for a key that it uses for the other"},
                                           Mistake{"[\"git\", \"statement\", \"blob\"]", "[\"ssh\", \"blob\"]",
                                                   "[\"ssh\"", "a file's digest could be"}));

TEST(CrossUse, IsAcceptedWhereTheIdentitySaysSo) {
  const auto read = parse(changed("[\"raw\"]", "[\"raw\", \"ssh\"]\ncross_use = true"));
  EXPECT_TRUE(read) << read.error().sentence();
}

constexpr std::string_view kSpare = "key = \"pkcs11:token=drawer;object=spare\"";

std::string two_identities(std::string_view spare_key, std::string_view work_cross, std::string_view spare_cross) {
  std::string text = changed(kSpare, spare_key);
  const auto replace = [&text](std::string_view from, std::string_view to) {
    text.replace(text.find(from), from.size(), to);
  };
  replace("cross_use = false", work_cross);
  replace("use = [\"raw\"]", "use = [\"raw\"]\n" + std::string(spare_cross));
  replace("use = [\"git\", \"statement\", \"blob\"]", "use = [\"ssh\"]");
  return text;
}

TEST(CrossUse, IsSeenBetweenTwoIdentitiesOfOneKey) {
  constexpr std::string_view kSame = "key = \"pkcs11:serial=0123456789abcdef;object=mine\"";
  const auto crossed = parse(two_identities(kSame, "", ""));
  test::expect_refusal(
      crossed, ErrorCode::InvalidRequest,
      "[identity.work] use has ssh, or blob or raw, for a key that [identity.spare] uses for the other");
  EXPECT_THAT(crossed.error().remedy, HasSubstr("cross_use = true"));
  test::expect_refusal(parse(two_identities(kSame, "cross_use = true", "")), ErrorCode::InvalidRequest, "could be");
  test::expect_refusal(parse(two_identities(kSame, "", "cross_use = true")), ErrorCode::InvalidRequest, "could be");
  EXPECT_TRUE(parse(two_identities(kSame, "cross_use = true", "cross_use = true")));
}

TEST(CrossUse, IsNoneWhereTheKeysAreTwo) {
  EXPECT_TRUE(parse(two_identities(kSpare, "", "")));
  EXPECT_TRUE(parse(two_identities("key = \"pkcs11:serial=0123456789abcdef;id=%02\"", "", "")));
}

TEST(CrossUse, IsKnownByThePinnedKeyWhereverItLies) {
  const std::string pin = "\npublic_key = \"sha256:9a271f2a916b0b6ee6cecb2426f0b3206ef074578be55d9bc94f6f3fe3ab86aa\"";
  test::expect_refusal(parse(two_identities(std::string(kSpare) + pin, "", "")), ErrorCode::InvalidRequest, "could be");
  std::string other = pin;
  other.replace(other.find("9a"), 2, "9b");
  EXPECT_TRUE(parse(two_identities(std::string(kSpare) + other, "", "")));
}

TEST(SshUse, OfOneKeyIsOneIdentitys) {
  const auto both_for_ssh = [](std::string_view spare_key) {
    std::string text = two_identities(spare_key, "", "");
    constexpr std::string_view kRaw = "use = [\"raw\"]";
    return parse(text.replace(text.find(kRaw), kRaw.size(), "use = [\"ssh\"]"));
  };
  EXPECT_TRUE(both_for_ssh(kSpare)) << "two keys";
  const auto shared = both_for_ssh("key = \"pkcs11:serial=0123456789abcdef;object=mine\"");
  test::expect_refusal(shared, ErrorCode::InvalidRequest,
                       "[identity.work] use has ssh for a key that [identity.spare] uses for ssh, too");
  EXPECT_THAT(shared.error().remedy, HasSubstr("leave ssh out of one of them"));
}

TEST(Publish, IsNeededWhereTheLogIsForEver) {
  std::string text = changed("sandbox = true\n", "");
  const auto read = parse(text);
  test::expect_refusal(read, ErrorCode::InvalidRequest, "[identity.spare] publish must be \"yes\"");
  EXPECT_THAT(read.error().what, HasSubstr("with \"me@example.net\" in it"));
  EXPECT_TRUE(parse(text.replace(text.find("use = [\"raw\"]"), 0, "publish = \"yes\"\n")));
}

TEST(ModuleVariables, AreNoneThatBringCodeIn) {
  for (const char* name : {"SOFTHSM2_CONF", "OPENSC_CONF", "TPM2_PKCS11_STORE", "TCTI", "P11_2"}) {
    EXPECT_TRUE(may_be_set_for_module(name)) << name;
  }
  for (const char* name :
       {"", "LD_PRELOAD", "LD_AUDIT", "LD_LIBRARY_PATH", "PATH", "GCONV_PATH", "GLIBC_TUNABLES", "OPENSSL_CONF",
        "OPENSSL_MODULES", "OPENSSL_ENGINES", "LOCPATH", "NLSPATH", "lower", "A=B"}) {
    EXPECT_FALSE(may_be_set_for_module(name)) << name;
  }
}

TEST(ModuleNeeds, AreThoseThatTheWorkerKnows) {
  for (const char* need : {"pcsc", "tpm", "usb", "tcp:localhost:1", "tcp:[::1]:65535"}) {
    EXPECT_TRUE(is_module_need(need)) << need;
  }
  for (const char* need : {"", "tcp", "tcp:", "tcp:9000", "tcp::9000", "tcp:host:", "tcp:host:0", "tcp:host:65536",
                           "tcp:host:1x", "tcp:host:-1", "tcp:a:1,usb:2", "udp:host:1"}) {
    EXPECT_FALSE(is_module_need(need)) << need;
  }
}

}  // namespace
}  // namespace signet::config
