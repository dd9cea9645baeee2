#include "sigstore/tlog/checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base64.h"
#include "tests/unit/sigstore/software_key.h"

namespace signet::sigstore {
namespace {

using test::SoftwareKey;
using testing::HasSubstr;

constexpr const char* kRoot = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";  // of the empty tree
constexpr const char* kName = "log.test";

std::string text_with(const std::string& origin, const std::string& size, const std::string& more = "") {
  return origin + "\n" + size + "\n" + kRoot + "\n" + more;
}

TEST(Checkpoint, ReadsWhatItWrites) {
  const std::string text = text_with(kName, "18446744", "Timestamp: 1\nmore\n");
  const auto checkpoint = parse_checkpoint_text(text);
  ASSERT_TRUE(checkpoint);
  EXPECT_EQ(checkpoint->origin, kName);
  EXPECT_EQ(checkpoint->size, 18446744U);
  EXPECT_EQ(checkpoint->root, empty_root());
  EXPECT_EQ(checkpoint->extensions, (std::vector<std::string>{"Timestamp: 1", "more"}));
  EXPECT_EQ(encode_checkpoint_text(*checkpoint), text);
}

TEST(Checkpoint, HasSizesUpToInt64) {
  EXPECT_EQ(parse_checkpoint_text(text_with(kName, "0")).value().size, 0U);
  EXPECT_EQ(parse_checkpoint_text(text_with(kName, "9223372036854775807")).value().size, 9223372036854775807U);
}

struct BadCheckpoint {
  std::string text;
  const char* why;
};
class CheckpointRefusal : public testing::TestWithParam<BadCheckpoint> {};

TEST_P(CheckpointRefusal, NamesTheReason) {
  const auto checkpoint = parse_checkpoint_text(GetParam().text);
  ASSERT_FALSE(checkpoint);
  EXPECT_EQ(checkpoint.error().code, ErrorCode::InvalidRequest);
  EXPECT_THAT(checkpoint.error().what, HasSubstr(GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(
    Checkpoint, CheckpointRefusal,
    testing::Values(BadCheckpoint{"", "three lines"}, BadCheckpoint{"log.test\n1\n", "three lines"},
                    BadCheckpoint{std::string("1\n") + kRoot + "\n", "three lines"},
                    BadCheckpoint{std::string("\n1\n") + kRoot + "\n", "empty line"},
                    BadCheckpoint{text_with(kName, "1", "\n"), "empty line"},
                    BadCheckpoint{std::string("log.test\n1\n") + kRoot, "no end"},
                    BadCheckpoint{text_with(kName, "01"), "decimal"}, BadCheckpoint{text_with(kName, "-1"), "decimal"},
                    BadCheckpoint{text_with(kName, "+1"), "decimal"}, BadCheckpoint{text_with(kName, "1 "), "decimal"},
                    BadCheckpoint{text_with(kName, "0x1"), "decimal"},
                    BadCheckpoint{text_with(kName, "9223372036854775808"), "decimal"},
                    BadCheckpoint{"log.test\n1\nAAAA\n", "root"}, BadCheckpoint{"log.test\n1\n!\n", "root"}));

class SignedCheckpoint : public testing::TestWithParam<KeyKind> {
 protected:
  const SoftwareKey key_ = SoftwareKey::generate(GetParam());
  const NoteVerifier log_ = key_.note_verifier(kName);
};

TEST_P(SignedCheckpoint, VerifiesUnderTheLogsKeyAlone) {
  const std::string note = key_.sign_note(kName, text_with(kName, "5"));
  const auto checkpoint = verify_checkpoint(note, log_, kName);
  ASSERT_TRUE(checkpoint);
  EXPECT_EQ(checkpoint->size, 5U);
  const SoftwareKey other = SoftwareKey::generate(GetParam());
  EXPECT_THAT(verify_checkpoint(note, other.note_verifier(kName), kName).error().what, HasSubstr("is not signed by"));
  NoteVerifier same_id = other.note_verifier(kName);
  same_id.key_id = log_.key_id;
  EXPECT_THAT(verify_checkpoint(note, same_id, kName).error().what, HasSubstr("is wrong"));
}

TEST_P(SignedCheckpoint, RefusesAnOriginThatIsNotTheLogs) {
  for (const char* origin : {"other.test", "log.test ", "log.tes", "xlog.test", "log.test - ", "log.test - 12x"}) {
    const auto checkpoint = verify_checkpoint(key_.sign_note(kName, text_with(origin, "5")), log_, kName);
    ASSERT_FALSE(checkpoint) << origin;
    EXPECT_EQ(checkpoint.error().code, ErrorCode::NotVerified);
    EXPECT_THAT(checkpoint.error().what, HasSubstr("origin"));
  }
}

TEST_P(SignedCheckpoint, AcceptsTheTreeIdThatRekorV1Appends) {
  const std::string note = key_.sign_note(kName, text_with("log.test - 2605736670972794746", "5"));
  EXPECT_TRUE(verify_checkpoint(note, log_, kName));
}

TEST_P(SignedCheckpoint, RefusesAChangedSize) {
  std::string note = key_.sign_note(kName, text_with(kName, "5"));
  note.at(note.find("\n5\n") + 1) = '6';
  const auto checkpoint = verify_checkpoint(note, log_, kName);
  EXPECT_EQ(checkpoint.error().code, ErrorCode::NotVerified);
  EXPECT_THAT(checkpoint.error().what, HasSubstr("is wrong"));
}

INSTANTIATE_TEST_SUITE_P(Checkpoint, SignedCheckpoint, testing::Values(KeyKind::EcdsaP256, KeyKind::Ed25519));

}  // namespace
}  // namespace signet::sigstore
