#include "audit/tail.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace signet::audit {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string line(std::uint64_t sequence) {
  return R"({"schema":"signet.audit/1","sequence":)" + std::to_string(sequence) +
         R"(,"time":"2026-01-31T12:00:00Z","event":"start"})";
}

std::string lines(std::uint64_t from, std::uint64_t to) {
  std::string text;
  for (; from < to; ++from) text += line(from) + "\n";
  return text;
}

TEST(AuditTail, CountsOnFromTheLogInEitherOrderOfItsFiles) {
  for (const bool swapped : {false, true}) {
    TailText text{.files = {lines(2, 4), lines(4, 5)}};
    if (swapped) std::swap(text.files[0], text.files[1]);
    const Tail tail = parse_tail(text, 2);
    EXPECT_THAT(tail.lines, ElementsAre(line(2), line(3), line(4)));
    EXPECT_EQ(tail.rest, "");
  }
}

TEST(AuditTail, PassesOverWhatTheTreeHolds) {
  EXPECT_THAT(parse_tail({.files = {lines(0, 4), ""}}, 3).lines, ElementsAre(line(3)));
  const Tail none = parse_tail({.files = {lines(0, 4), lines(4, 6)}}, 6);
  EXPECT_THAT(none.lines, IsEmpty());
  EXPECT_EQ(none.rest, "");
}

TEST(AuditTail, LeavesATornLineAndWhatFollowsOnAGap) {
  EXPECT_EQ(parse_tail({.files = {lines(0, 2) + "{\"torn", ""}}, 0).rest, "{\"torn");
  const Tail gap = parse_tail({.files = {lines(0, 2), lines(3, 5)}}, 0);
  EXPECT_THAT(gap.lines, ElementsAre(line(0), line(1)));
  EXPECT_EQ(gap.rest, lines(3, 5));
  EXPECT_EQ(parse_tail({.files = {lines(5, 6), ""}}, 0).rest, lines(5, 6));
  const Tail garbage = parse_tail({.files = {line(0) + "\nhello\n" + line(1) + "\n", ""}}, 0);
  EXPECT_THAT(garbage.lines, ElementsAre(line(0)));
  EXPECT_EQ(garbage.rest, "hello\n" + line(1) + "\n");
}

// Killed in the first line of the one file while the other was on its way into the tree.
TEST(AuditTail, KeepsTheWholeLinesOfOneFileBesideATornOneInTheOther) {
  for (const bool swapped : {false, true}) {
    TailText text{.files = {"{\"torn", lines(2, 4)}};
    if (swapped) std::swap(text.files[0], text.files[1]);
    const Tail tail = parse_tail(text, 2);
    EXPECT_THAT(tail.lines, ElementsAre(line(2), line(3)));
    EXPECT_EQ(tail.rest, "{\"torn");
  }
}

TEST(AuditTail, IsEmptyWhereItsFilesAreMissing) {
  const test::TemporaryFolder folder;
  EXPECT_THAT(parse_tail(read_tail(Folder(folder.path())).value(), 0).lines, IsEmpty());
  folder.write("tail-1.jsonl", lines(0, 1));
  EXPECT_THAT(parse_tail(read_tail(Folder(folder.path())).value(), 0).lines, ElementsAre(line(0)));
}

}  // namespace
}  // namespace signet::audit
