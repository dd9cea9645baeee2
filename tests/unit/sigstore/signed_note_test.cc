#include "sigstore/encoding/signed_note.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base64.h"
#include "common/hex.h"
#include "tests/unit/sigstore/software_key.h"

namespace signet::sigstore {
namespace {

using test::SoftwareKey;
using testing::HasSubstr;

// The vector of C2SP signed-note: vkey example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k.
constexpr std::string_view kVector =
    "This is an example message.\n\n— example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

NoteVerifier vector_verifier() {
  const std::string spki = "302a300506032b6570032100e932791ae6e7a840a46164c904786426d5e7821dd8b29a00d61cae72afdd4da4";
  return {.name = "example.com/foo",
          .key_id = {0x53, 0x0d, 0x90, 0x3a},
          .key = PublicKey::from_spki(parse_hex(spki).value()).value()};
}

TEST(SignedNote, VerifiesTheVectorOfItsSpecification) {
  const auto note = parse_signed_note(kVector);
  ASSERT_TRUE(note);
  EXPECT_EQ(note->text, "This is an example message.\n");
  EXPECT_TRUE(verify_note(*note, vector_verifier()));
  EXPECT_EQ(encode_signed_note(*note), kVector);
  const Sha256Hash id = checkpoint_key_id("example.com/foo", vector_verifier().key);
  EXPECT_EQ(encode_hex(ByteView(id).first(4)), "530d903a");
}

TEST(SignedNote, RefusesAnotherText) {
  auto note = parse_signed_note(kVector).value();
  note.text += "more\n";
  const auto verified = verify_note(note, vector_verifier());
  EXPECT_EQ(verified.error().code, ErrorCode::NotVerified);
  EXPECT_THAT(verified.error().what, HasSubstr("is wrong"));
}

TEST(SignedNote, IgnoresLinesOfOtherNamesAndKeyIds) {
  auto note = parse_signed_note(kVector).value();
  NoteSignature other = note.signatures.front();
  other.name = "witness.example";
  note.signatures.insert(note.signatures.begin(), other);
  other = note.signatures.back();
  other.key_id = {1, 2, 3, 4};
  other.signature = {0};
  note.signatures.push_back(other);
  EXPECT_TRUE(verify_note(note, vector_verifier()));
  // And they do not count where the log's own line is missing.
  note.signatures.erase(note.signatures.begin() + 1);
  EXPECT_THAT(verify_note(note, vector_verifier()).error().what, HasSubstr("not signed by example.com/foo"));
}

TEST(SignedNote, ChecksEveryLineOfTheKey) {
  auto note = parse_signed_note(kVector).value();
  note.signatures.push_back(note.signatures.front());
  EXPECT_TRUE(verify_note(note, vector_verifier()));
  note.signatures.back().signature.back() ^= 1U;
  EXPECT_THAT(verify_note(note, vector_verifier()).error().what, HasSubstr("is wrong"));
}

TEST(SignedNote, TakesTheLastBlankLineAsSeparator) {
  const auto note = parse_signed_note("a\n\nb\n\n— x AAAAAAA=\n");
  ASSERT_TRUE(note);
  EXPECT_EQ(note->text, "a\n\nb\n");
}

struct BadNote {
  std::string text;
  const char* why;
};
class SignedNoteRefusal : public testing::TestWithParam<BadNote> {};

TEST_P(SignedNoteRefusal, NamesTheReason) {
  const auto note = parse_signed_note(GetParam().text);
  ASSERT_FALSE(note);
  EXPECT_EQ(note.error().code, ErrorCode::InvalidRequest);
  EXPECT_THAT(note.error().what, HasSubstr(GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(
    Note, SignedNoteRefusal,
    testing::Values(BadNote{"", "no blank line"}, BadNote{"text\n", "no blank line"},
                    BadNote{"text\n\n", "no signature line"}, BadNote{"\n\n— x AAAAAAA=\n", "no text"},
                    BadNote{"text\n\n— x AAAAAAA=", "no end"}, BadNote{"text\n\n- x AAAAAAA=\n", "dash"},
                    BadNote{"text\n\n— x\n", "name"}, BadNote{"text\n\n—  AAAAAAA=\n", "name"},
                    BadNote{"text\n\n— a+b AAAAAAA=\n", "name"}, BadNote{"text\n\n— a\u00a0b AAAAAAA=\n", "name"},
                    BadNote{"text\n\n— a\u3000b AAAAAAA=\n", "name"}, BadNote{"text\n\n— x AAAA AAA=\n", "base64"},
                    BadNote{"text\n\n— x AAAAAAB=\n", "base64"}, BadNote{"text\n\n— x AAAAAA==\n", "base64"},
                    BadNote{"te\rxt\n\n— x AAAAAAA=\n", "control"}, BadNote{"te\txt\n\n— x AAAAAAA=\n", "control"},
                    BadNote{std::string("te\0xt\n\n— x AAAAAAA=\n", 22), "control"},
                    BadNote{"te\xff\n\n— x AAAAAAA=\n", "UTF-8"}));

TEST(SignedNote, HasLimits) {
  std::string text = "text\n\n";
  for (int i = 0; i < 100; ++i) text += "— x AAAAAAA=\n";
  EXPECT_EQ(parse_signed_note(text).value().signatures.size(), 100U);
  EXPECT_EQ(parse_signed_note(text + "— x AAAAAAA=\n").error().code, ErrorCode::LimitExceeded);
  const std::string large(std::size_t{1024} * 1024, 'x');
  EXPECT_EQ(parse_signed_note(large + "\n\n— x AAAAAAA=\n").error().code, ErrorCode::LimitExceeded);
}

class NoteKeys : public testing::TestWithParam<KeyKind> {};

TEST_P(NoteKeys, SignAndVerify) {
  const SoftwareKey key = SoftwareKey::generate(GetParam());
  const auto note = parse_signed_note(key.sign_note("log.test", "text\n")).value();
  EXPECT_TRUE(verify_note(note, key.note_verifier("log.test")));
  const SoftwareKey other = SoftwareKey::generate(GetParam());
  NoteVerifier wrong_key = other.note_verifier("log.test");
  wrong_key.key_id = note.signatures.front().key_id;
  EXPECT_THAT(verify_note(note, wrong_key).error().what, HasSubstr("is wrong"));
}

INSTANTIATE_TEST_SUITE_P(Note, NoteKeys,
                         testing::Values(KeyKind::EcdsaP256, KeyKind::EcdsaP384, KeyKind::Rsa2048, KeyKind::Ed25519));

// Keys of the public logs; expected ids from their trusted roots.
TEST(CheckpointKeyId, IsThatOfRekorV2Logs) {
  const auto id = [](std::string_view name, std::string_view key) {
    const Bytes spki = parse_hex("302a300506032b6570032100" + std::string(key)).value();
    return checkpoint_key_id(name, PublicKey::from_spki(spki).value());
  };
  EXPECT_EQ(encode_base64(
                id("log2025-1.rekor.sigstore.dev", "b7cae5a759271b08df6dc5c060f600927d1788bcf5c7c3b8b7462412189edb8e")),
            "zxGZFVvd0FEmjR8WrFwMdcAJ9vtaY/QXf44Y1wUeP6A=");
  EXPECT_EQ(encode_base64(id("log2025-alpha1.rekor.sigstage.dev",
                             "3e7f804441e805a67bc204b5cc1aa9c662d21a7ca1c578f8945c52756541f28f")),
            "8w1amZ2S5mJIQkQmPxdMuOrL/oJkvFg9MnQXmeOCXck=");
}

TEST(CheckpointKeyId, IsTheFingerprintForEcdsa) {
  const PublicKey key = SoftwareKey::generate(KeyKind::EcdsaP256).public_key();
  EXPECT_EQ(checkpoint_key_id("log.test", key), key.fingerprint());
}

}  // namespace
}  // namespace signet::sigstore
