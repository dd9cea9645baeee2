#include "sigstore/encoding/note_key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/hex.h"
#include "tests/support/expect_refusal.h"
#include "tests/unit/sigstore/software_key.h"

namespace signet::sigstore {
namespace {

using test::expect_refusal;
using ::testing::MatchesRegex;

// The example of C2SP signed-note.
constexpr std::string_view kKey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
constexpr std::string_view kNote =
    "This is an example message.\n\n\xE2\x80\x94 example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

TEST(VerifierKey, IsThatOfTheSpecification) {
  const auto key = parse_verifier_key(kKey);
  ASSERT_TRUE(key) << key.error().sentence();
  EXPECT_EQ(key->name, "example.com/foo");
  EXPECT_EQ(encode_hex(key->key_id), "530d903a");
  EXPECT_TRUE(verify_note(parse_signed_note(kNote).value(), *key));
  EXPECT_EQ(encode_verifier_key(*key), kKey);
}

TEST(VerifierKey, IsCanonicalOrRefused) {
  const std::string good(kKey);
  for (const auto& [text, why] : std::initializer_list<std::pair<std::string, std::string>>{
           {"", "fewer than three parts"},
           {"a+b", "fewer than three parts"},
           {good + "\n", "not an Ed25519 key"},
           {good.substr(0, good.size() - 4), "not an Ed25519 key"},
           {"+530d903a" + good.substr(good.find("+Aek")), "its name is empty"},
           {"example.com/ foo" + good.substr(15), "has blanks"},
           {"example.com/bar" + good.substr(15), "not that of its name and key"},
           {"example.com/foo+530D903A" + good.substr(24), "not that of its name and key"},
           {"example.com/foo+530d903b" + good.substr(24), "not that of its name and key"}}) {
    expect_refusal(parse_verifier_key(text), ErrorCode::InvalidRequest, why);
  }
}

TEST(NoteSigner, SignsWhatItsVerifierKeyVerifies) {
  const auto signer = NoteSigner::generate("audit.test/");
  ASSERT_TRUE(signer);
  EXPECT_THAT(signer->verifier().name, MatchesRegex("audit.test/[0-9a-f]+"));
  EXPECT_EQ(signer->verifier().name.size(), 11U + 16U);
  const auto note = signer->sign("a text\n");
  ASSERT_TRUE(note);
  const auto key = parse_verifier_key(encode_verifier_key(signer->verifier()));
  ASSERT_TRUE(key);
  EXPECT_TRUE(verify_note(parse_signed_note(*note).value(), *key));
  const auto other = NoteSigner::generate("audit.test/");
  EXPECT_FALSE(verify_note(parse_signed_note(*note).value(), other->verifier()));
}

TEST(NoteSigner, IsTheSameAfterItsKeyWasStored) {
  const auto signer = NoteSigner::generate("audit.test/");
  ASSERT_TRUE(signer);
  const auto again = NoteSigner::from_pem("audit.test/", signer->pem().reveal());
  ASSERT_TRUE(again) << again.error().sentence();
  EXPECT_EQ(again->verifier().name, signer->verifier().name);
  EXPECT_EQ(again->sign("text\n").value(), signer->sign("text\n").value());
}

TEST(NoteSigner, RefusesOtherKeys) {
  expect_refusal(NoteSigner::from_pem("x", "nonsense"), ErrorCode::InvalidRequest, "not a private key in PEM");
  expect_refusal(NoteSigner::from_pem("x", test::SoftwareKey::generate(KeyKind::EcdsaP256).pem()),
                 ErrorCode::InvalidRequest, "not an Ed25519 key");
}

}  // namespace
}  // namespace signet::sigstore
