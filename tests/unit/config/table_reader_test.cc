// The shape of a configuration: keys, types, names, and where the message points to.
#include "config/table_reader.h"

#include "tests/support/expect_refusal.h"
#include "tests/unit/config/whole.h"

namespace signet::config {
namespace {

class Shape : public ::testing::TestWithParam<Mistake> {};

TEST_P(Shape, IsKept) { expect_mistake(GetParam()); }

INSTANTIATE_TEST_SUITE_P(
    UnknownKeys, Shape,
    ::testing::Values(
        Mistake{"default_identity", "defaultidentity", "defaultidentity", "unknown key \"defaultidentity\""},
        Mistake{"sandbox = true", "sand_box = true", "sand_box", "in [instance.sandbox]"},
        Mistake{"needs =", "need =", "need =", "in [module.softhsm]"},
        Mistake{"label =", "lable =", "[token.drawer]", "serial or label"},
        Mistake{"serial = \"0", "slot = 1\nserial = \"0", "slot", "unknown key \"slot\" in [token.desk]"},
        Mistake{"source = \"file\",", "source = \"file\", retries = 3,", "retries", "in [token.desk.pin]"},
        Mistake{"cross_use", "crossuse", "crossuse", "in [identity.work]"},
        Mistake{"file = \"id-token\"", "file = \"id-token\", ambient = true", "ambient", "in [identity.work.token]"},
        Mistake{"[verify]\n", "[verify]\nall = true\n", "all =", "in [verify]"},
        Mistake{"san = \"you@", "name = \"you\", san = \"you@", "name =", "in [verify.allowed]"},
        Mistake{"[audit]\n", "[audit]\npath = \"x\"\n", "path = \"x\"", "in [audit]"},
        Mistake{"[audit]", "[audits]", "audits", "unknown key \"audits\""}));

INSTANTIATE_TEST_SUITE_P(
    WrongTypes, Shape,
    ::testing::Values(Mistake{"default_identity = \"work\"", "default_identity = 1", "1\n", "is not a string"},
                      Mistake{"sandbox = true", "sandbox = \"true\"", "\"true\"", "is neither true nor false"},
                      Mistake{"needs = [\"pcsc\"", "needs = [1", "[1", "is not a list of strings"},
                      Mistake{"[\"raw\"]", "\"raw\"", "\"raw\"", "is not a list of strings"},
                      Mistake{"pin = { source = \"file\", path = \"pin\" }", "pin = \"1234\"", "\"1234\"",
                              "pin is not a table"},
                      Mistake{"env = { SOFTHSM2_CONF = \"/home/me/softhsm2.conf\" }", "env = [\"A=B\"]", "[\"A=B\"]",
                              "env is not a table"},
                      Mistake{"\"/home/me/softhsm2.conf\"", "7", "7", "SOFTHSM2_CONF is not a string"},
                      Mistake{"[audit]\nsync = \"each\"", "[[audit]]\nsync = \"each\"", "[[audit]]", "is not a table"},
                      Mistake{"[ { san = \"you@example.org\", issuer = \"https://other.example.org\", "
                              "instance = \"public\" } ]",
                              "[ \"you@example.org\" ]", "[ \"you", "is not a list of tables"},
                      Mistake{"[token.drawer]\nmodule = \"softhsm\"\nlabel = \"drawer\"", "[token]\ndrawer = 1",
                              "drawer = 1", "token.drawer is not a table"}));

// A NUL would cut a path or a variable short; a line end would forge a line.
INSTANTIATE_TEST_SUITE_P(
    ControlCharacters, Shape,
    ::testing::Values(Mistake{"\"public.json\"", "\"public.json\\u0000x\"", "\"public.json\\u", "one line"},
                      Mistake{"\"me@example.org\"", "\"me@example.org\\nx\"", "\"me@example.org\\n", "one line"},
                      Mistake{"softhsm2.conf\"", "softhsm2.conf\\u0000\"", "\"/home/me/softhsm2", "one line"},
                      Mistake{"[\"raw\"]", "[\"raw\\u0007\"]", "[\"raw", "one line"}));

INSTANTIATE_TEST_SUITE_P(
    MissingKeys, Shape,
    ::testing::Values(Mistake{"trusted_root = \"public.json\"\n", "", "[instance.public]",
                              "[instance.public] needs trusted_root"},
                      Mistake{"path = \"/usr/lib/softhsm/libsofthsm2.so\"\n", "", "[module.softhsm]", "needs path"},
                      Mistake{"source = \"file\", ", "", "{ path = \"pin\"", "[token.desk.pin] needs file"},
                      Mistake{"san = \"me@example.net\"\n", "", "[identity.spare]", "needs san"},
                      Mistake{"use = [\"raw\"]\n", "", "[identity.spare]", "needs use"},
                      Mistake{", instance = \"public\"", "", "{ san = \"you", "needs instance"}));

INSTANTIATE_TEST_SUITE_P(Names, Shape,
                         ::testing::Values(Mistake{"[identity.spare]", "[identity.Spare]", "Spare",
                                                   "a name has 1 to 64"},
                                           Mistake{"[identity.spare]", "[identity.\"../x\"]", "\"../x\"", "a name has"},
                                           Mistake{"[identity.spare]", "[identity.\"\"]", "\"\"", "a name has"},
                                           Mistake{"[identity.spare]", "[identity.\"a b\"]", "\"a b\"", "a name has"}));

TEST(Shape, TakesANameOfSixtyFourCharactersAndNoLongerOne) {
  const auto named = [](std::size_t size) { return changed("identity.spare", "identity." + std::string(size, 'a')); };
  EXPECT_TRUE(parse(named(64)));
  test::expect_refusal(parse(named(65)), ErrorCode::InvalidRequest, "a name has 1 to 64");
}

TEST(Shape, ShowsHostileKeysAsText) {
  const auto read = parse("\"\\u001b[31m\" = 1");
  test::expect_refusal(read, ErrorCode::InvalidRequest, "unknown key \"\xef\xbf\xbd[31m\"");
}

}  // namespace
}  // namespace signet::config
