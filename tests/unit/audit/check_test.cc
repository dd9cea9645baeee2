#include "audit/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "common/file.h"
#include "sigstore/encoding/note_key.h"
#include "sigstore/tlog/tile_files.h"
#include "sigstore/tlog/tile_log.h"
#include "tests/support/expect_refusal.h"
#include "tests/support/temporary_folder.h"

namespace signet::audit {
namespace {

namespace fs = std::filesystem;
using sigstore::LogFinding;
using sigstore::NoteSigner;
using sigstore::TileLog;
using test::expect_refusal;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

std::string line(std::uint64_t sequence, int minute = 0) {
  const std::string time = "2026-01-31T12:" + std::to_string(10 + minute) + ":00Z";
  return R"({"schema":"signet.audit/1","sequence":)" + std::to_string(sequence) + R"(,"time":")" + time +
         R"(","event":"start"})";
}

auto is_finding(const std::string& file, std::optional<std::uint64_t> index, const std::string& what) {
  return AllOf(Field("file", &LogFinding::file, file), Field("index", &LogFinding::index, index),
               Field("what", &LogFinding::what, HasSubstr(what)));
}

class AuditCheck : public ::testing::Test {
 protected:
  AuditCheck() { keep_key(); }
  void keep_key() { write("key.vkey", sigstore::encode_verifier_key(signer_.verifier()) + "\n"); }
  void grow(const std::vector<std::string>& lines) {
    const auto sign = [this](std::string_view text) { return signer_.sign(text); };
    auto log =
        TileLog::open(where_.log(), signer_.verifier().name, sign, signer_.verifier(), sigstore::OldPartials::Remove);
    ASSERT_TRUE(log) << log.error().sentence();
    std::vector<Bytes> entries;
    for (const std::string& text : lines) entries.push_back(to_bytes(text));
    ASSERT_TRUE(log->append(entries));
  }
  void grow(std::uint64_t from, std::uint64_t to) {
    std::vector<std::string> lines;
    for (; from < to; ++from) lines.push_back(line(from));
    grow(lines);
  }
  [[nodiscard]] Report check(const Expectation& expected = {}, const SeeLine& see = {}) const {
    auto report = check_audit_log(where_, expected, see);
    EXPECT_TRUE(report) << report.error().sentence();
    return report ? std::move(*report) : Report();
  }
  void write(const std::string& name, std::string_view content) const {
    std::ofstream(where_.root() / name, std::ios::trunc | std::ios::binary) << content;
  }
  [[nodiscard]] std::string checkpoint() const { return read_current_checkpoint(where_).value().text; }

  test::TemporaryFolder folder_;
  Folder where_{folder_.path()};
  NoteSigner signer_ = NoteSigner::generate(kOriginPrefix).value();
};

TEST_F(AuditCheck, IsContentWithALogAndItsTail) {
  grow(0, 3);
  write("tail-0.jsonl", line(2) + "\n" + line(3) + "\n");
  std::vector<std::string> seen;
  const Report report = check({.checkpoint = checkpoint()}, [&seen](const SeenLine& one) {
    seen.push_back(std::to_string(one.index) + (one.covered ? " covered" : " waiting") + (one.sound ? "" : " unsound"));
    EXPECT_EQ(one.text, line(one.index));
    EXPECT_NE(one.line, nullptr);
  });
  EXPECT_THAT(report.findings, IsEmpty());
  EXPECT_THAT(report.remarks, IsEmpty());
  EXPECT_EQ(report.origin, signer_.verifier().name);
  EXPECT_EQ(report.uncovered, 1U);
  EXPECT_EQ(report.kept_size, 3U);
  EXPECT_THAT(seen, ElementsAre("0 covered", "1 covered", "2 covered", "3 waiting"));
}

TEST_F(AuditCheck, FindsAnEntryThatIsNoLineOrHasAnotherNumber) {
  grow({line(0), "hello", line(5), line(3)});
  EXPECT_THAT(check().findings, ElementsAre(is_finding("tile/entries/000", 1, "is not a line of an audit log"),
                                            is_finding("tile/entries/000", 2, "another number than its place")));
  EXPECT_EQ(check().findings[1].found, "5");
}

TEST_F(AuditCheck, RemarksThatTheClockWasSetBackByMoreThanClocksDiffer) {
  grow({line(0, 30), line(1, 26), line(2, 24), line(3, 25)});
  const Report report = check();
  EXPECT_THAT(report.findings, IsEmpty());
  EXPECT_THAT(report.remarks, IsEmpty()) << "within five minutes of the line before";
  grow({line(4, 19)});
  EXPECT_THAT(check().remarks, ElementsAre(HasSubstr("line 4 says 2026-01-31T12:29:00Z")));
}

TEST_F(AuditCheck, RemarksWhatDoesNotFollowOnTheLog) {
  grow(0, 2);
  write("tail-0.jsonl", line(2) + "\n{\"torn");
  EXPECT_THAT(check().remarks, ElementsAre(HasSubstr("6 bytes of the tail do not follow on the log")));
  EXPECT_EQ(check().uncovered, 1U);
}

// A checkpoint that was replaced by an older one, while newer entries are still there.
TEST_F(AuditCheck, RemarksEntriesBeyondTheCheckpointUnlessTheyWaitInTheTail) {
  grow(0, 250);
  fs::copy(where_.log(), folder_ / "copy", fs::copy_options::recursive);
  grow(250, 252);
  fs::copy(folder_ / "copy", where_.log(), fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  EXPECT_THAT(check().remarks, ElementsAre(HasSubstr("entries from 250 on stand beyond the checkpoint")));
  write("tail-1.jsonl", line(250) + "\n" + line(251) + "\n");
  EXPECT_THAT(check().remarks, IsEmpty()) << "a crash between tiles and checkpoint";
}

TEST_F(AuditCheck, HoldsAKeptCheckpointAgainstTheLogInBothForms) {
  grow(0, 3);
  const std::string kept = checkpoint();
  const std::string journal = "12:00 agent: " + checkpoint_line(kept) + "\n12:01 agent: something else\n";
  EXPECT_EQ(kept_note(kept), kept);
  EXPECT_EQ(kept_note(journal), kept);
  fs::remove_all(where_.log());
  grow({line(0), line(1), line(2, 1), line(3)});
  for (const std::string& text : {kept, journal}) {
    EXPECT_THAT(check({.checkpoint = text}).findings,
                ElementsAre(is_finding("checkpoint", std::nullopt, "did not grow from the kept checkpoint")));
  }
  EXPECT_THAT(check().findings, IsEmpty());
}

TEST_F(AuditCheck, HoldsAKeptKeyAgainstTheLog) {
  grow(0, 3);
  const std::string kept = sigstore::encode_verifier_key(signer_.verifier());
  EXPECT_THAT(check({.verifier_key = kept}).findings, IsEmpty());
  // Everything made anew with a key of one's own.
  fs::remove_all(where_.log());
  signer_ = NoteSigner::generate(kOriginPrefix).value();
  keep_key();
  grow(0, 3);
  EXPECT_THAT(check().findings, IsEmpty()) << "in itself it is perfect";
  EXPECT_THAT(check({.verifier_key = kept}).findings,
              ElementsAre(is_finding("key.vkey", std::nullopt, "another one than the one that was kept"),
                          is_finding("checkpoint", std::nullopt, "does not verify")));
}

TEST_F(AuditCheck, RefusesWhatItCannotBegin) {
  grow(0, 3);
  expect_refusal(check_audit_log(where_, {.checkpoint = "nonsense"}, {}), ErrorCode::InvalidRequest,
                 "not a signed note");
  expect_refusal(check_audit_log(where_, {.verifier_key = "nonsense"}, {}), ErrorCode::InvalidRequest, "verifier key");
  const auto other = NoteSigner::generate(kOriginPrefix).value().sign("other\n1\n" + std::string(43, 'A') + "=\n");
  expect_refusal(check_audit_log(where_, {.checkpoint = *other}, {}), ErrorCode::NotVerified, "origin is other");
  expect_refusal(check_audit_log(Folder(folder_ / "nowhere"), {}, {}), ErrorCode::AuditUnavailable,
                 "there is no audit log at");
  fs::remove(where_.verifier_key());
  const auto lost = check_audit_log(where_, {}, {});
  expect_refusal(lost, ErrorCode::AuditUnavailable, "key.vkey");
  EXPECT_THAT(lost.error().remedy, HasSubstr("--key"));
}

TEST_F(AuditCheck, ReadsNoCheckpointThatDoesNotVerify) {
  grow(0, 3);
  EXPECT_THAT(checkpoint(), StartsWith("audit.signet/"));
  std::string text = checkpoint();
  text[text.find("\n3\n") + 1] = '2';
  write("log/checkpoint", text);
  expect_refusal(read_current_checkpoint(where_), ErrorCode::NotVerified, "");
}

}  // namespace
}  // namespace signet::audit
