// Each way to tamper with a log on disk, and where it shows.
#include "sigstore/tlog/stored_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "common/file.h"
#include "sigstore/encoding/note_key.h"
#include "sigstore/tlog/tile_log.h"
#include "tests/support/temporary_folder.h"

namespace signet::sigstore {
namespace {

namespace fs = std::filesystem;
using test::TemporaryFolder;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

auto is_finding(const std::string& file, std::optional<std::uint64_t> index, const std::string& what) {
  return AllOf(Field("file", &LogFinding::file, file), Field("index", &LogFinding::index, index),
               Field("what", &LogFinding::what, HasSubstr(what)));
}

class StoredLogTest : public ::testing::Test {
 protected:
  static Bytes entry(std::uint64_t index, std::string_view word = "entry ") {
    return to_bytes(std::string(word) + std::to_string(index));
  }
  static std::vector<Bytes> entries(std::uint64_t from, std::uint64_t to, std::string_view word = "entry ") {
    std::vector<Bytes> all;
    for (; from < to; ++from) all.push_back(entry(from, word));
    return all;
  }
  [[nodiscard]] TileLog open(const fs::path& folder) const {
    const auto sign = [this](std::string_view text) { return signer_.sign(text); };
    auto log = TileLog::open(folder, signer_.verifier().name, sign, signer_.verifier(), OldPartials::Remove);
    EXPECT_TRUE(log) << log.error().sentence();
    return std::move(*log);
  }
  void grow(std::uint64_t to) {
    TileLog log = open(path_);
    ASSERT_TRUE(log.append(entries(log.size(), to)));
  }
  [[nodiscard]] StoredLog check(const std::optional<Checkpoint>& kept = std::nullopt, const SeeEntry& see = {}) const {
    return check_stored_log(path_, signer_.verifier(), kept, see);
  }
  [[nodiscard]] Checkpoint head() const { return check().checkpoint; }
  [[nodiscard]] std::string read(const std::string& name) const { return read_file(path_ / name, 1U << 24U).value(); }
  void write(const std::string& name, std::string_view content) const {
    std::ofstream(path_ / name, std::ios::trunc | std::ios::binary) << content;
  }
  void flip(const std::string& name, std::size_t at) const {
    std::string content = read(name);
    content.at(at) = static_cast<char>(content.at(at) ^ 1);
    write(name, content);
  }
  // The bytes of an entry in a bundle of entries(…) as they stand there, with their length.
  [[nodiscard]] std::string stored(std::uint64_t index) const {
    std::string bundle;
    append_bundle_entry(bundle, entry(index));
    return bundle;
  }

  TemporaryFolder folder_;
  fs::path path_ = folder_ / "log";
  NoteSigner signer_ = NoteSigner::generate("log.test/").value();
};

class WholeLogs : public StoredLogTest, public ::testing::WithParamInterface<std::uint64_t> {};

TEST_P(WholeLogs, HaveNoFindingAndAllTheirEntries) {
  const std::uint64_t size = GetParam();
  Checkpoint kept;
  {
    TileLog log = open(path_);
    ASSERT_TRUE(log.append(entries(0, size / 2)));
    kept = head();
    ASSERT_TRUE(log.append(entries(size / 2, size)));
  }
  std::uint64_t seen = 0;
  const StoredLog log = check(kept, [&](std::uint64_t index, ByteView bytes, bool sound) {
    EXPECT_EQ(index, seen++);
    EXPECT_EQ(to_bytes(bytes), entry(index));
    EXPECT_TRUE(sound);
  });
  EXPECT_THAT(log.findings, IsEmpty());
  EXPECT_EQ(log.checkpoint.size, size);
  EXPECT_EQ(log.signed_checkpoint, read("checkpoint"));
  EXPECT_EQ(seen, size);
  EXPECT_THAT(log.beyond, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Sizes, WholeLogs, testing::Values(0, 1, 2, 255, 256, 257, 300, 511, 512, 65536, 66000));

TEST_F(StoredLogTest, FindsAnEntryThatWasChanged) {
  grow(600);
  std::vector<std::uint64_t> unsound;
  flip("tile/entries/001", read("tile/entries/001").find("entry 300"));
  flip("tile/entries/002.p/88", read("tile/entries/002.p/88").find("entry 599"));
  const StoredLog log = check(std::nullopt, [&](std::uint64_t index, ByteView, bool sound) {
    if (!sound) unsound.push_back(index);
  });
  EXPECT_THAT(log.findings, ElementsAre(is_finding("tile/entries/001", 300, "the entry was changed"),
                                        is_finding("tile/entries/002.p/88", 599, "the entry was changed")));
  EXPECT_THAT(unsound, ElementsAre(300, 599));
  EXPECT_THAT(log.findings[0].expected, AllOf(HasSubstr("hash "), testing::Ne(log.findings[0].found)));
}

TEST_F(StoredLogTest, FindsAHashThatWasChangedInEachKindOfTile) {
  grow(66000);
  flip("tile/0/003", 5 * 32);
  flip("tile/0/257.p/208", 7 * 32);
  flip("tile/1/000", 9 * 32);
  flip("tile/1/001.p/1", 0);
  EXPECT_THAT(check().findings,
              ElementsAre(is_finding("tile/0/003", 3 * 256 + 5, "the hash in the tile was changed"),
                          is_finding("tile/1/000", std::nullopt, "hash 9 of the tile was changed"),
                          is_finding("tile/0/257.p/208", 257 * 256 + 7, "the hash in the tile was changed"),
                          is_finding("tile/1/001.p/1", std::nullopt, "hash 0 of the tile was changed")));
}

TEST_F(StoredLogTest, FindsAChangedCheckpoint) {
  grow(300);
  const std::string good = read("checkpoint");
  flip("checkpoint", good.find("\n300\n") + 3);  // 301
  EXPECT_THAT(check().findings[0], is_finding("checkpoint", std::nullopt, "does not verify"));
  write("checkpoint", good);
  std::string other_signature = good;
  char& letter = other_signature.at(good.size() - 10);
  letter = letter == 'A' ? 'B' : 'A';
  write("checkpoint", other_signature);
  EXPECT_THAT(check().findings, ElementsAre(is_finding("checkpoint", std::nullopt, "does not verify")));
  write("checkpoint", "nonsense");
  EXPECT_THAT(check().findings, ElementsAre(is_finding("checkpoint", std::nullopt, "the checkpoint is none")));
  fs::remove(path_ / "checkpoint");
  EXPECT_THAT(check().findings, ElementsAre(is_finding("checkpoint", std::nullopt, "cannot be read")));
  write("checkpoint", good);
  EXPECT_THAT(check().findings, IsEmpty());
}

TEST_F(StoredLogTest, FindsEachFileThatIsMissing) {
  grow(66000);
  for (const auto& [file, index] : std::initializer_list<std::pair<std::string, std::optional<std::uint64_t>>>{
           {"tile/entries/002", 512},
           {"tile/entries/257.p/208", 257 * 256},
           {"tile/0/002", 512},
           {"tile/0/257.p/208", 257 * 256},
           {"tile/1/000", std::nullopt},
           {"tile/1/001.p/1", std::nullopt},
           {"tile/2/000.p/1", std::nullopt}}) {
    const std::string content = read(file);
    fs::remove(path_ / file);
    EXPECT_THAT(check().findings, ElementsAre(is_finding(file, index, "cannot be read"))) << file;
    write(file, content);
  }
  fs::remove(path_ / "tile/entries/002");
  fs::remove(path_ / "tile/0/002");
  EXPECT_THAT(check().findings, SizeIs(2)) << "without both nothing is known of the root";
}

TEST_F(StoredLogTest, FindsABundleThatIsCutOffOrGoesOn) {
  grow(300);
  const std::string good = read("tile/entries/001.p/44");
  write("tile/entries/001.p/44", good.substr(0, good.find("entry 290") + 4));
  EXPECT_THAT(check().findings, ElementsAre(is_finding("tile/entries/001.p/44", 290, "the entries are cut off")));
  EXPECT_EQ(check().findings[0].expected, "44 entries");
  write("tile/entries/001.p/44", good + "x");
  EXPECT_THAT(check().findings, ElementsAre(is_finding("tile/entries/001.p/44", 300, "behind the entries")));
  write("tile/entries/001.p/44", good + stored(300));
  EXPECT_THAT(check().findings, ElementsAre(is_finding("tile/entries/001.p/44", 300, "behind the entries")));
}

TEST_F(StoredLogTest, FindsEntriesThatWereSwappedOrRepeated) {
  grow(20);
  const std::string good = read("tile/entries/000.p/20");
  std::string swapped = good;
  const auto at3 = good.find(stored(3));
  const auto at7 = good.find(stored(7));
  swapped.replace(at3, stored(3).size(), stored(7));
  swapped.replace(at7, stored(7).size(), stored(3));
  write("tile/entries/000.p/20", swapped);
  EXPECT_THAT(check().findings,
              ElementsAre(is_finding("tile/entries/000.p/20", 3, "another entry stands in its place"),
                          is_finding("tile/entries/000.p/20", 7, "another entry stands in its place")));
  EXPECT_EQ(check().findings[0].found, "entry 7");
  std::string repeated = good;
  repeated.replace(at3, stored(3).size(), stored(7));
  write("tile/entries/000.p/20", repeated);
  EXPECT_THAT(check().findings, ElementsAre(is_finding("tile/entries/000.p/20", 3, "another entry stands")));
}

TEST_F(StoredLogTest, FindsADeletedEntryWhereEveryFileWasAdjusted) {
  grow(20);
  std::string bundle = read("tile/entries/000.p/20");
  std::string tile = read("tile/0/000.p/20");
  bundle.erase(bundle.find(stored(5)), stored(5).size());
  tile.erase(std::size_t{5} * 32, 32);
  fs::remove(path_ / "tile/entries/000.p/20");
  fs::remove(path_ / "tile/0/000.p/20");
  write("tile/entries/000.p/19", bundle);
  write("tile/0/000.p/19", tile);
  EXPECT_THAT(check().findings, ElementsAre(is_finding("tile/0/000.p/20", 0, "cannot be read"),
                                            is_finding("tile/entries/000.p/20", 0, "cannot be read")));
}

// Entry, tile and all above it made to fit: only the signed root tells.
TEST_F(StoredLogTest, FindsAChangeThatWasMadeToFitByTheRoot) {
  grow(20);
  const auto changed = entry(5, "ENTRY ");
  std::string bundle = read("tile/entries/000.p/20");
  bundle.replace(bundle.find("entry 5"), 7, "ENTRY 5");
  std::string tile = read("tile/0/000.p/20");
  tile.replace(std::size_t{5} * 32, 32, text_of(hash_leaf(changed).value));
  write("tile/entries/000.p/20", bundle);
  write("tile/0/000.p/20", tile);
  EXPECT_THAT(check().findings, ElementsAre(is_finding("checkpoint", std::nullopt, "do not lead to the checkpoint's")));
}

TEST_F(StoredLogTest, KnowsAnOlderCopyByTheKeptCheckpointAlone) {
  grow(200);
  fs::copy(path_, folder_ / "copy", fs::copy_options::recursive);
  grow(300);
  const Checkpoint kept = head();
  fs::remove_all(path_);
  fs::rename(folder_ / "copy", path_);
  EXPECT_THAT(check().findings, IsEmpty()) << "in itself an older copy is perfect";
  const auto findings = check(kept).findings;
  EXPECT_THAT(findings, ElementsAre(is_finding("checkpoint", 200, "older or shorter than the kept checkpoint")));
  EXPECT_EQ(findings[0].expected, "at least 300 entries");
  EXPECT_EQ(findings[0].found, "200 entries");
}

TEST_F(StoredLogTest, KnowsAHistoryThatWasSignedAnewByTheKeptCheckpointAlone) {
  grow(300);
  const Checkpoint kept = head();
  for (const std::uint64_t size : {std::uint64_t{300}, std::uint64_t{301}, std::uint64_t{700}}) {
    fs::remove_all(path_);
    {
      TileLog forged = open(path_);
      auto all = entries(0, size);
      all[17] = to_bytes("nothing to see");
      ASSERT_TRUE(forged.append(all));
    }
    EXPECT_THAT(check().findings, IsEmpty()) << "in itself it is perfect";
    EXPECT_THAT(check(kept).findings,
                ElementsAre(is_finding("checkpoint", std::nullopt, "did not grow from the kept checkpoint")));
  }
}

TEST_F(StoredLogTest, RefusesTheCheckpointOfAnotherKey) {
  grow(3);
  signer_ = NoteSigner::generate("log.test/").value();
  EXPECT_THAT(check().findings, ElementsAre(is_finding("checkpoint", std::nullopt, "does not verify")));
}

TEST_F(StoredLogTest, ShowsWhatStandsBeyondTheCheckpoint) {
  grow(250);
  fs::copy(path_ / "checkpoint", folder_ / "old");
  fs::copy(path_ / "tile/0/000.p/250", folder_ / "tile");
  fs::copy(path_ / "tile/entries/000.p/250", folder_ / "entries");
  grow(253);
  fs::copy(folder_ / "old", path_ / "checkpoint", fs::copy_options::overwrite_existing);
  fs::copy(folder_ / "tile", path_ / "tile/0/000.p/250");
  fs::copy(folder_ / "entries", path_ / "tile/entries/000.p/250");
  const StoredLog log = check();
  EXPECT_THAT(log.findings, IsEmpty());
  EXPECT_THAT(log.beyond, ElementsAre(entry(250), entry(251), entry(252)));
}

TEST_F(StoredLogTest, StopsWhereNothingIsRight) {
  grow(3);
  std::string text = read("checkpoint");
  text.replace(text.find("\n3\n"), 3, "\n1152921504606846976\n");
  write("checkpoint", text);
  const StoredLog log = check();
  EXPECT_THAT(log.findings, SizeIs(kMaxFindings));
  EXPECT_TRUE(log.stopped_early);
}

// Beside a writer: what goes with the next checkpoint is never taken for missing.
TEST_F(StoredLogTest, CanBeReadWhileItGrows) {
  grow(1);
  std::atomic<bool> done = false;
  std::jthread writer([&] {
    TileLog log = open(path_);
    for (std::uint64_t i = 1; i < 400; ++i) ASSERT_TRUE(log.append(entries(i, i + 1)));
    done = true;
  });
  std::uint64_t before = 0;
  while (!done) {
    const StoredLog log = check();
    EXPECT_THAT(log.findings, IsEmpty());
    EXPECT_GE(log.checkpoint.size, before);
    before = log.checkpoint.size;
    if (!log.findings.empty()) break;
  }
}

}  // namespace
}  // namespace signet::sigstore
