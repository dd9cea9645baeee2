#include "sigstore/git/evidence_note.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sigstore/bundle/bundle.h"

namespace signet::sigstore {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

// A bundle of the right structure, different for each text.
std::string line(std::string_view text) {
  return encode_bundle({.certificate = to_bytes("certificate"),
                        .public_key_hint = {},
                        .entries = {},
                        .timestamps = {},
                        .content = DsseEnvelope{.payload = to_bytes(text),
                                                .payload_type = "application/vnd.in-toto+json",
                                                .signature = to_bytes("signature"),
                                                .key_id = {}}});
}

void expect_too_large(const std::string& text, std::string_view reason) {
  const auto note = parse_evidence_note(text);
  ASSERT_FALSE(note);
  EXPECT_EQ(note.error().code, ErrorCode::LimitExceeded);
  EXPECT_THAT(note.error().what, HasSubstr(reason));
}

std::string lines(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += line(std::to_string(i)) + "\n";
  return text;
}

TEST(EvidenceNote, HasABundleOnEachLine) {
  const auto note = parse_evidence_note(line("b") + "\n\n" + line("a") + "\n" + line("b") + "\n");
  ASSERT_TRUE(note) << note.error().what;
  EXPECT_THAT(note->lines, ElementsAre(line("a"), line("b")));
  EXPECT_EQ(note->left_out, 0U);
  EXPECT_EQ(encode_evidence_note(note->lines), line("a") + "\n" + line("b") + "\n");
}

TEST(EvidenceNote, KeepsNoLineThatIsNoBundle) {
  const auto note = parse_evidence_note("hello\n{}\n" + line("a") + "\n" + line("a").substr(1));
  ASSERT_TRUE(note);
  EXPECT_THAT(note->lines, ElementsAre(line("a")));
  EXPECT_EQ(note->left_out, 3U);
}

TEST(EvidenceNote, IsNotReadWhereItHasMoreThanItMay) {
  EXPECT_TRUE(parse_evidence_note(lines(kMaxNoteLines)));
  expect_too_large(lines(kMaxNoteLines + 1), "a note with more than 64 lines is not read");
  EXPECT_TRUE(parse_evidence_note(std::string(kMaxNote, '\n')));
  expect_too_large(std::string(kMaxNote + 1, '\n'), "a note with more than 4194304 bytes is not read");
}

TEST(EvidenceNote, OfTwoSidesIsTheSameWhicheverMerges) {
  const EvidenceNote ours{.lines = {line("a"), line("b")}};
  const EvidenceNote theirs{.lines = {line("b"), line("c")}};
  const auto merged = merge_evidence(ours, theirs);
  EXPECT_THAT(merged.lines, ElementsAre(line("a"), line("b"), line("c")));
  EXPECT_EQ(encode_evidence_note(merged.lines), encode_evidence_note(merge_evidence(theirs, ours).lines));
}

TEST(EvidenceNote, KeepsOursWhereThereIsNoRoomForBoth) {
  const auto ours = parse_evidence_note(lines(kMaxNoteLines - 1));
  ASSERT_TRUE(ours);
  const auto merged = merge_evidence(*ours, {.lines = {line("x"), line("y"), line("z")}});
  EXPECT_THAT(merged.lines, SizeIs(kMaxNoteLines));
  EXPECT_EQ(merged.left_out, 2U);
  EXPECT_THAT(merged.lines, testing::IsSupersetOf(ours->lines));
}

TEST(EvidenceNote, NamesTheCommitOfEachLine) {
  const std::string id(40, 'a');
  const std::string commit =
      "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n"
      "author Ada <ada@example.test> 1769860800 +0000\n"
      "committer Ada <ada@example.test> 1769860800 +0000\n\none\n";
  const auto statement = encode_commit_statement(id, bytes_of(commit));
  ASSERT_TRUE(statement) << statement.error().sentence();
  const auto subject = subject_of_evidence(line(*statement));
  ASSERT_TRUE(subject) << subject.error().sentence();
  EXPECT_EQ(subject->id, id);
}

TEST(EvidenceNote, NamesNoCommitWhereALineIsNoEvidence) {
  const auto expect = [](const std::string& text, std::string_view reason) {
    const auto subject = subject_of_evidence(text);
    ASSERT_FALSE(subject);
    EXPECT_THAT(subject.error().sentence(), HasSubstr(reason));
  };
  expect("hello", "InvalidRequest: not JSON");
  expect(line("{}"), "InvalidRequest: ");
  const Digest digest = Digest::from_sha256({});
  expect(encode_bundle({.certificate = to_bytes("certificate"),
                        .public_key_hint = {},
                        .entries = {},
                        .timestamps = {},
                        .content = MessageSignature{.digest = digest, .signature = to_bytes("signature")}}),
         "the bundle is a signature, no attestation");
}

}  // namespace
}  // namespace signet::sigstore
