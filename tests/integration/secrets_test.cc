// No reply, no line of the audit log and no log message carries a private key, a PIN or an ID token.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX

#include <array>
#include <memory>

#include "common/base64.h"
#include "common/file.h"
#include "common/hex.h"
#include "json/writer.h"
#include "sandbox/software_key.h"
#include "tests/integration/wire.h"

namespace signet::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kPin = "a-pin-4711-nobody-else-has";

// The private scalar, 32 bytes.
Bytes scalar_of(const sandbox::SoftwareKey& key) {
  BIGNUM* number = nullptr;
  Bytes bytes(32);
  if (EVP_PKEY_get_bn_param(key.native(), OSSL_PKEY_PARAM_PRIV_KEY, &number) != 1 ||
      BN_bn2binpad(number, bytes.data(), 32) != 32) {
    std::abort();
  }
  BN_clear_free(number);
  return bytes;
}

// All forms in which bytes may stand in a text: as they are, in hexadecimal, and in both kinds of base64 wherever they
// begin in what was encoded.
std::vector<std::string> forms_of(ByteView bytes) {
  std::vector<std::string> forms = {std::string(text_of(bytes)), encode_hex(bytes)};
  for (std::size_t shift = 0; shift < 3; ++shift) {
    const Bytes shifted(bytes.begin() + static_cast<std::ptrdiff_t>(shift), bytes.end());
    // Without the last group, which depends on what follows.
    const auto whole = shifted.size() / 3 * 4;
    forms.push_back(encode_base64(shifted).substr(0, whole));
    forms.push_back(encode_base64url(shifted).substr(0, whole));
  }
  return forms;
}

// A household whose identity "imported" has a key that the test knows.
class Secrets : public ::testing::Test {
 protected:
  Secrets() {
    house_.while_stopped([this] {
      import_key();
      const auto text = read_file(house_.configuration(), 1U << 20U).value();
      house_.folder().write("config.toml", text + identity("imported", "09", key_.public_key()));
    });
    id_token_ = read_file(house_.id_token_file(), 1U << 16U).value();
    while (id_token_.ends_with('\n')) id_token_.pop_back();
  }

  [[nodiscard]] std::string identity(const std::string& name, const std::string& id,
                                     const sigstore::PublicKey& key) const {
    return "[identity." + name + "]\ninstance = \"sandbox\"\nkey = \"pkcs11:id=%" + id +
           "\"\npublic_key = \"sha256:" + encode_hex(key.fingerprint()) + "\"\nsan = \"" +
           std::string(Household::kSan) + "\"\nissuer = \"" + house_.issuer() +
           "\"\nuse = [\"git\", \"statement\", \"blob\", \"raw\"]\n" + "token = { file = \"id-token\" }\n";
  }
  void import_key() const {
    const auto file = house_.folder().write("key.pem", key_.pem().reveal());
    const auto end = run({.arguments = {"softhsm2-util", "--import", file.string(), "--token", house_.token().label(),
                                        "--label", "imported", "--id", "09", "--pin", std::string(kPin)},
                          .environment = house_.token().environment()},
                         Deadline::after(std::chrono::minutes(1)));
    ASSERT_EQ(end.status, 0) << end.errors;
  }

  std::string collect(std::string_view method, std::string_view parameters) {
    std::string bytes = ask(house_, method, parameters).bytes;
    EXPECT_FALSE(bytes.empty()) << method;
    seen_ += bytes;
    return bytes;
  }
  // What the agent and its workers have written so far, and what they said.
  std::string everything() {
    std::string all = seen_ + house_.agent().errors() + house_.agent().output();
    for (const std::string& line : audit_lines(house_)) all += line + "\n";
    return all;
  }
  void expect_no_secret(const std::string& text) const {
    for (const std::string& form : forms_of(scalar_of(key_))) EXPECT_EQ(text.find(form), std::string::npos);
    for (const std::string& form : forms_of(bytes_of(kPin))) EXPECT_EQ(text.find(form), std::string::npos) << form;
    // The claims are in the middle part, and the signature makes it valid.
    const auto claims = id_token_.find('.');
    const auto signature = id_token_.rfind('.');
    EXPECT_EQ(text.find(id_token_.substr(claims + 1, signature - claims - 1)), std::string::npos);
    EXPECT_EQ(text.find(id_token_.substr(signature + 1)), std::string::npos);
    for (const std::string& form : forms_of(bytes_of(id_token_))) EXPECT_EQ(text.find(form), std::string::npos);
    EXPECT_THAT(text, Not(HasSubstr("PRIVATE KEY")));
  }

  sandbox::SoftwareKey key_ = sandbox::SoftwareKey::generate();
  Household house_{{.pin = std::string(kPin)}};
  std::string id_token_;
  std::string seen_;
};

const std::string kStatement =
    R"({"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"a","digest":{"sha256":)"
    R"("9a271f2a916b0b6ee6cecb2426f0b3206ef074578be55d9bc94f6f3fe3ab86aa"}}],)"
    R"("predicateType":"https://example.test/p/v1","predicate":{}})";
const std::string kCommit =
    "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor A <maintainer@example.test> 1700000000 +0000\n"
    "committer A <maintainer@example.test> 1700000000 +0000\n\nmessage\n";

std::string sign_with_imported(const std::string& output, const std::string& item) {
  return R"({"identity":"imported","output":")" + output + R"(","items":[{)" + item + "}]}";
}

TEST_F(Secrets, StayInsideWhateverIsAsked) {
  const std::string digest = R"("digest":")" + std::string(kDigest) + "\"";
  EXPECT_THAT(collect("Sign", sign_with_imported("bundle", digest)), HasSubstr("messageSignature"));
  EXPECT_THAT(collect("Sign", sign_with_imported("raw", digest)), HasSubstr("\"raw\":"));
  EXPECT_THAT(
      collect("Sign", sign_with_imported("bundle", R"("statement":")" + encode_base64(bytes_of(kStatement)) + "\"")),
      HasSubstr("dsseEnvelope"));
  EXPECT_THAT(collect("Sign", sign_with_imported("cms", R"("git":")" + encode_base64(bytes_of(kCommit)) + "\"")),
              HasSubstr("SIGNED MESSAGE"));
  EXPECT_THAT(collect("Login", R"({"identity":"imported","id_token":")" + id_token_ + "\"}"), HasSubstr("until"));
  EXPECT_THAT(collect("Keys", "{}"), HasSubstr("imported"));
  EXPECT_THAT(collect("GenerateKey", R"({"token":"desk","label":"new"})"), HasSubstr("fingerprint"));
  EXPECT_THAT(collect("Identities", "{}"), HasSubstr("imported"));
  EXPECT_THAT(collect("Status", "{}"), HasSubstr("login_until"));
  collect("Logout", "{}");
  expect_no_secret(everything());
}

TEST_F(Secrets, StayInsideWhateverFails) {
  const std::string digest = R"("digest":")" + std::string(kDigest) + "\"";
  const std::string call = sign_with_imported("bundle", digest);
  for (const char* mode : {"refuse", "500", "garbage", "lie:other-key", "lie:other-san"}) {
    house_.sandbox().set_fault("ca", mode);
    EXPECT_THAT(collect("Sign", call), AllOf(HasSubstr("\"failure\":"), Not(HasSubstr("KeyNotFound")))) << mode;
  }
  house_.sandbox().set_fault("ca", "none");
  EXPECT_THAT(collect("Login", R"({"identity":"imported","id_token":")" + id_token_ + R"(x"})"),
              HasSubstr("InvalidRequest"));
  EXPECT_THAT(collect("Login", R"({"id_token":")" + id_token_ + R"(","unknown":1})"), HasSubstr("InvalidRequest"));
  EXPECT_THAT(collect("Login", R"({"identity":"nobody","id_token":")" + id_token_ + "\"}"),
              HasSubstr("IdentityNotFound"));
  EXPECT_THAT(collect("Login", R"({"identity":"imported","id_token":[")" + id_token_ + "\"]}"),
              HasSubstr("InvalidRequest"));
  EXPECT_THAT(collect("Login", R"({"identity":"imported","id_token":"x.)" + id_token_ + "\"}"),
              HasSubstr("InvalidRequest"));
  expect_no_secret(everything());
}

// The PIN that is configured is wrong, and the token is told once.
TEST_F(Secrets, StayInsideWhereThePinIsWrong) {
  const std::string wrong = std::string(kPin) + "-wrong";
  ASSERT_TRUE(write_file_atomic(house_.token().pin_file(), wrong + "\n", 0600));
  house_.restart_agent();
  EXPECT_THAT(collect("Sign", sign_with_imported("bundle", R"("digest":")" + std::string(kDigest) + "\"")),
              HasSubstr("PinIncorrect"));
  collect("Status", "{}");
  collect("Keys", R"({"token":"desk"})");
  expect_no_secret(everything());
}

// A keeper that was killed has forgotten that its PIN was refused; the agent has not.
TEST_F(Secrets, AWrongPinIsNotSentAgainByTheNextWorker) {
  ASSERT_TRUE(write_file_atomic(house_.token().pin_file(), "000000\n", 0600));
  house_.restart_agent();
  const std::string request = sign_with_imported("bundle", R"("digest":")" + std::string(kDigest) + "\"");
  ASSERT_THAT(collect("Sign", request), HasSubstr("PinIncorrect"));
  const auto workers = children_of(house_.agent().pid());
  ASSERT_EQ(workers.size(), 1U);
  ASSERT_EQ(::kill(workers[0], SIGKILL), 0);
  std::string answer = collect("Sign", request);
  // The first one may meet the worker while it dies.
  if (answer.find("WorkerFailed") != std::string::npos) answer = collect("Sign", request);
  EXPECT_THAT(answer, HasSubstr("PinRequired"));
  EXPECT_THAT(answer, Not(HasSubstr("PinIncorrect")));
}

TEST_F(Secrets, AWrongPinIsNotSentAgainByTheNextAgent) {
  ASSERT_TRUE(write_file_atomic(house_.token().pin_file(), "000000\n", 0600));
  house_.restart_agent();
  const std::string request = sign_with_imported("bundle", R"("digest":")" + std::string(kDigest) + "\"");
  ASSERT_THAT(collect("Sign", request), HasSubstr("PinIncorrect"));
  house_.restart_agent();
  EXPECT_THAT(collect("Sign", request), AllOf(HasSubstr("PinRequired"), HasSubstr("gets its PIN no more")));
  EXPECT_THAT(house_.run({"signet", "status"}).output, HasSubstr("it refused the PIN, which is not sent again"));
  ASSERT_TRUE(write_file_atomic(house_.token().pin_file(), "000001\n", 0600));
  house_.restart_agent();
  EXPECT_THAT(collect("Sign", request), HasSubstr("PinIncorrect")) << "another PIN is tried";
}

// An agent looks at the keys when it starts, which logs in; the reply to that says nothing of the PIN.
TEST_F(Secrets, AWrongPinIsNotSentAgainByTheNextAgentWhereNobodyAskedForAnything) {
  ASSERT_TRUE(write_file_atomic(house_.token().pin_file(), "000000\n", 0600));
  house_.restart_agent();
  const auto refused = house_.state() / "refused-pin.desk";
  for (const Deadline deadline = Deadline::after(std::chrono::minutes(1));
       !std::filesystem::exists(refused) && !deadline.passed(); ::usleep(10'000)) {
  }
  ASSERT_TRUE(std::filesystem::exists(refused)) << "the keeper tells the agent by itself";
  house_.restart_agent();
  std::string line;
  for (const Deadline deadline = Deadline::after(std::chrono::minutes(1));
       !line.contains("--module") && !deadline.passed(); ::usleep(1'000)) {
    for (const pid_t worker : children_of(house_.agent().pid())) {
      line = read_file("/proc/" + std::to_string(worker) + "/cmdline", 1U << 16U).value_or("");
    }
  }
  EXPECT_THAT(line, AllOf(HasSubstr("--module"), Not(HasSubstr("--pin-file"))));
}

// The search itself finds what it looks for.
TEST_F(Secrets, WouldBeFound) {
  const Bytes scalar = scalar_of(key_);
  Bytes wrapped = to_bytes(std::string_view("{\"x\":"));
  wrapped.insert(wrapped.end(), scalar.begin(), scalar.end());
  wrapped.push_back('}');
  for (std::size_t shift = 0; shift < 3; ++shift) {
    wrapped.insert(wrapped.begin(), ' ');
    const std::string encoded = encode_base64(wrapped);
    EXPECT_TRUE(std::ranges::any_of(forms_of(scalar), [&](const std::string& form) { return encoded.contains(form); }));
  }
}

}  // namespace
}  // namespace signet::test
