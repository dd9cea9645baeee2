#include "sigstore/tlog/tile_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "common/file.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/sigstore/software_key.h"

namespace signet::sigstore {
namespace {

using test::SoftwareKey;
using test::TemporaryFolder;
using testing::HasSubstr;

constexpr const char* kOrigin = "log.test";

TEST(TilePath, IsThatOfTheSpecification) {
  EXPECT_EQ(tile_path(0, 0), "tile/0/000");
  EXPECT_EQ(tile_path(1, 67, 17), "tile/1/067.p/17");
  EXPECT_EQ(tile_path(0, 1234), "tile/0/x001/234");
  EXPECT_EQ(tile_path(0, 1234067), "tile/0/x001/x234/067");
  EXPECT_EQ(tile_path(2, 1000000, 1), "tile/2/x001/x000/000.p/1");
  EXPECT_EQ(entries_path(1234), "tile/entries/x001/234");
  EXPECT_EQ(entries_path(0, 255), "tile/entries/000.p/255");
}

class TileLogTest : public testing::Test {
 protected:
  Result<TileLog> try_open() {
    const auto sign = [this](std::string_view text) -> Result<std::string> {
      if (signer_fails_) return fail(ErrorCode::Bug, "no key");
      return key_.sign_note(kOrigin, text);
    };
    return TileLog::open(path(), kOrigin, sign, key_.note_verifier(kOrigin));
  }
  TileLog open() {
    auto log = try_open();
    EXPECT_TRUE(log) << log.error().sentence();
    return std::move(log.value());
  }
  [[nodiscard]] std::filesystem::path path() const { return folder_ / "log"; }
  [[nodiscard]] bool exists(const std::string& name) const { return std::filesystem::exists(path() / name); }
  void overwrite(const std::string& name, std::string_view content) const {
    std::ofstream(path() / name, std::ios::trunc | std::ios::binary) << content;
  }
  [[nodiscard]] std::string read(const std::string& name) const { return read_file(path() / name, 1U << 30U).value(); }

  static Bytes entry(std::uint64_t index) { return to_bytes("entry " + std::to_string(index)); }
  static std::vector<Bytes> entries(std::uint64_t from, std::uint64_t to) {
    std::vector<Bytes> all;
    for (; from < to; ++from) all.push_back(entry(from));
    return all;
  }
  // Checkpoint, proof and entry of each index in `indices` fit together.
  void expect_sound(const TileLog& log, const std::vector<std::uint64_t>& indices) const {
    const auto checkpoint = verify_checkpoint(log.checkpoint(), key_.note_verifier(kOrigin), kOrigin);
    ASSERT_TRUE(checkpoint);
    EXPECT_EQ(checkpoint->size, log.size());
    EXPECT_EQ(checkpoint->root, log.root());
    for (const std::uint64_t index : indices) {
      const auto proof = log.inclusion_proof(index);
      ASSERT_TRUE(proof) << proof.error().sentence();
      EXPECT_TRUE(verify_inclusion(index, log.size(), hash_leaf(entry(index)), *proof, log.root())) << index;
      EXPECT_EQ(log.entry(index).value(), entry(index));
    }
  }

  SoftwareKey key_ = SoftwareKey::generate(KeyKind::Ed25519);
  bool signer_fails_ = false;
  TemporaryFolder folder_;
};

TEST_F(TileLogTest, BeginsWithASignedCheckpointOfSizeZero) {
  const TileLog log = open();
  EXPECT_EQ(log.size(), 0U);
  EXPECT_EQ(log.root(), empty_root());
  EXPECT_EQ(log.origin(), kOrigin);
  EXPECT_EQ(read("checkpoint"), log.checkpoint());
  expect_sound(log, {});
  EXPECT_FALSE(exists("tile"));
}

TEST_F(TileLogTest, GrowsOneByOne) {
  TileLog log = open();
  std::vector<RootHash> roots = {log.root()};
  for (std::uint64_t i = 0; i < 20; ++i) {
    EXPECT_EQ(log.append({entry(i)}).value(), i);
    roots.push_back(log.root());
    expect_sound(log, {0, i / 2, i});
  }
  for (std::uint64_t old_size = 1; old_size <= 20; ++old_size) {
    const auto proof = log.consistency_proof(old_size).value();
    EXPECT_TRUE(verify_consistency(old_size, 20, roots[old_size], log.root(), proof)) << old_size;
  }
}

TEST_F(TileLogTest, AppendsNothingWithoutChange) {
  TileLog log = open();
  ASSERT_TRUE(log.append(entries(0, 3)));
  const std::string before = log.checkpoint();
  EXPECT_EQ(log.append({}).value(), 3U);
  EXPECT_EQ(log.checkpoint(), before);
}

class TileBorders : public TileLogTest, public testing::WithParamInterface<std::uint64_t> {};

TEST_P(TileBorders, HoldInOneBatchInTwoAndAfterReopening) {
  const std::uint64_t size = GetParam();
  const std::vector<std::uint64_t> some = {0, size / 3, size - 2, size - 1};
  RootHash root;
  {
    TileLog log = open();
    ASSERT_TRUE(log.append(entries(0, size - 2)));
    ASSERT_TRUE(log.append(entries(size - 2, size)));
    root = log.root();
    expect_sound(log, some);
  }
  TileLog again = open();
  EXPECT_EQ(again.root(), root);
  expect_sound(again, some);
  EXPECT_EQ(again.append({entry(size)}).value(), size);
  expect_sound(again, {0, size - 1, size});
  EXPECT_TRUE(verify_consistency(size, size + 1, root, again.root(), again.consistency_proof(size).value()));
}

INSTANTIATE_TEST_SUITE_P(Sizes, TileBorders, testing::Values(2, 3, 254, 255, 256, 257, 258, 511, 512, 513, 700));

// 65,536 = 256², where level 2 begins; and beyond it.
TEST_F(TileLogTest, HoldsTwoFullLevels) {
  TileLog log = open();
  ASSERT_TRUE(log.append(entries(0, 65535)));
  expect_sound(log, {0, 255, 256, 65534});
  ASSERT_TRUE(log.append(entries(65535, 65536)));
  expect_sound(log, {0, 255, 256, 65534, 65535});
  EXPECT_TRUE(exists("tile/0/255"));
  EXPECT_TRUE(exists("tile/1/000"));
  EXPECT_TRUE(exists("tile/2/000.p/1"));
  EXPECT_FALSE(exists("tile/1/000.p"));
  const RootHash before = log.root();
  ASSERT_TRUE(log.append(entries(65536, 65800)));
  expect_sound(log, {0, 65535, 65536, 65791, 65792, 65799});
  EXPECT_TRUE(verify_consistency(65536, 65800, before, log.root(), log.consistency_proof(65536).value()));
}

TEST_F(TileLogTest, WritesTheFilesOfTheSpecification) {
  TileLog log = open();
  ASSERT_TRUE(log.append({to_bytes("a"), to_bytes("bc")}));
  EXPECT_EQ(read("tile/entries/000.p/2"), std::string("\0\1a\0\2bc", 7));
  EXPECT_EQ(read("tile/0/000.p/2"), std::string(text_of(hash_leaf(to_bytes("a")).value)) +
                                        std::string(text_of(hash_leaf(to_bytes("bc")).value)));
  EXPECT_FALSE(exists("tile/1"));
}

TEST_F(TileLogTest, RemovesPartialTilesOnlyWhenTheFullOneIsCovered) {
  TileLog log = open();
  ASSERT_TRUE(log.append(entries(0, 200)));
  ASSERT_TRUE(log.append(entries(200, 255)));
  EXPECT_TRUE(exists("tile/0/000.p/200"));
  EXPECT_TRUE(exists("tile/0/000.p/255"));
  ASSERT_TRUE(log.append(entries(255, 257)));
  EXPECT_TRUE(exists("tile/0/000"));
  EXPECT_TRUE(exists("tile/entries/000"));
  EXPECT_FALSE(exists("tile/0/000.p"));
  EXPECT_FALSE(exists("tile/entries/000.p"));
  EXPECT_TRUE(exists("tile/0/001.p/1"));
  EXPECT_TRUE(exists("tile/1/000.p/1"));
}

TEST_F(TileLogTest, KeepsOnlyTheLastPartialTilesWhereNobodyFetchesThem) {
  const auto sign = [this](std::string_view text) -> Result<std::string> { return key_.sign_note(kOrigin, text); };
  auto log = TileLog::open(path(), kOrigin, sign, key_.note_verifier(kOrigin), OldPartials::Remove);
  ASSERT_TRUE(log);
  ASSERT_TRUE(log->append(entries(0, 300)));
  overwrite("tile/0/001.p/200", "what a crash left");
  ASSERT_TRUE(log->append(entries(300, 310)));
  EXPECT_FALSE(exists("tile/0/001.p/44"));
  EXPECT_FALSE(exists("tile/0/001.p/200"));
  EXPECT_FALSE(exists("tile/entries/001.p/44"));
  EXPECT_TRUE(exists("tile/0/001.p/54"));
  expect_sound(*log, {0, 299, 309});
}

TEST_F(TileLogTest, TakesTheLongestEntryAndRefusesALongerOne) {
  TileLog log = open();
  EXPECT_EQ(log.append({Bytes(65535, 1)}).value(), 0U);
  EXPECT_EQ(log.entry(0).value().size(), 65535U);
  const auto refused = log.append({entry(1), Bytes(65536, 1)});
  EXPECT_EQ(refused.error().code, ErrorCode::LimitExceeded);
  EXPECT_EQ(log.size(), 1U);
}

TEST_F(TileLogTest, HasOneWriter) {
  const TileLog log = open();
  const auto second = try_open();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::InvalidRequest);
  EXPECT_THAT(second.error().what, HasSubstr("another process"));
}

TEST_F(TileLogTest, CanBeOpenedAgainWhenItsWriterHasGone) {
  {
    const TileLog log = open();
  }
  EXPECT_TRUE(try_open());
}

// A crash before the checkpoint leaves tiles of a larger tree behind.
TEST_F(TileLogTest, IgnoresWhatStandsBeyondItsCheckpoint) {
  std::string head;
  {
    TileLog log = open();
    ASSERT_TRUE(log.append(entries(0, 250)));
    head = log.checkpoint();
    const auto copy = folder_ / "copy";
    std::filesystem::copy(path(), copy, std::filesystem::copy_options::recursive);
    ASSERT_TRUE(log.append({to_bytes("lost")}));
    ASSERT_TRUE(log.append(std::vector<Bytes>(300, to_bytes("lost too"))));
    std::filesystem::copy(copy, path(),
                          std::filesystem::copy_options::recursive | std::filesystem::copy_options::overwrite_existing);
  }
  TileLog log = open();
  EXPECT_EQ(log.size(), 250U);
  EXPECT_EQ(log.checkpoint(), head);
  ASSERT_TRUE(log.append(entries(250, 600)));
  expect_sound(log, {0, 249, 250, 255, 256, 511, 512, 599});
}

TEST_F(TileLogTest, RefusesTilesThatDoNotLeadToItsRoot) {
  {
    TileLog log = open();
    ASSERT_TRUE(log.append(entries(0, 300)));
  }
  std::string tile = read("tile/0/001.p/44");
  tile[100] = static_cast<char>(tile[100] ^ 1);
  const std::string good = read("tile/0/001.p/44");
  overwrite("tile/0/001.p/44", tile);
  const auto log = try_open();
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().code, ErrorCode::InvalidRequest);
  EXPECT_THAT(log.error().what, HasSubstr("do not lead to the root"));
  overwrite("tile/0/001.p/44", good);
  EXPECT_TRUE(try_open());
}

TEST_F(TileLogTest, RefusesAnEntryBundleThatFitsNotItsTile) {
  {
    TileLog log = open();
    ASSERT_TRUE(log.append(entries(0, 3)));
  }
  std::string bundle = read("tile/entries/000.p/3");
  bundle.back() = 'x';
  overwrite("tile/entries/000.p/3", bundle);
  EXPECT_THAT(try_open().error().what, HasSubstr("fits not its tile"));
}

TEST_F(TileLogTest, GivesNoProofAndNoEntryFromADamagedTile) {
  TileLog log = open();
  ASSERT_TRUE(log.append(entries(0, 300)));
  EXPECT_TRUE(log.inclusion_proof(5));
  EXPECT_TRUE(log.entry(7));
  std::string tile = read("tile/0/000");
  tile[5 * 32] = static_cast<char>(tile[5 * 32] ^ 1);
  overwrite("tile/0/000", tile);
  EXPECT_THAT(log.inclusion_proof(5).error().what, HasSubstr("do not lead to its root"));
  EXPECT_THAT(log.inclusion_proof(4).error().what, HasSubstr("do not lead to its root"));
  EXPECT_THAT(log.consistency_proof(7).error().what, HasSubstr("do not lead to its root"));
  EXPECT_THAT(log.entry(5).error().what, HasSubstr("fits not its tile"));
  overwrite("tile/0/000", "short");
  EXPECT_THAT(log.inclusion_proof(4).error().what, HasSubstr("not 256 hashes"));
}

TEST_F(TileLogTest, RefusesTheCheckpointOfAnotherLogOrKey) {
  {
    const TileLog log = open();
  }
  const auto sign = [this](std::string_view text) -> Result<std::string> { return key_.sign_note("other.test", text); };
  const auto other = TileLog::open(path(), "other.test", sign);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::NotVerified);
  EXPECT_THAT(other.error().what, HasSubstr("another one"));
  key_ = SoftwareKey::generate(KeyKind::Ed25519);
  EXPECT_EQ(try_open().error().code, ErrorCode::NotVerified);
}

TEST_F(TileLogTest, DoesNotBeginAnewWhereItsCheckpointIsLost) {
  {
    TileLog log = open();
    ASSERT_TRUE(log.append({entry(0)}));
  }
  std::filesystem::remove(path() / "checkpoint");
  EXPECT_THAT(try_open().error().what, HasSubstr("no checkpoint"));
}

TEST_F(TileLogTest, RefusesAFolderThatOthersMayEnter) {
  {
    const TileLog log = open();
  }
  ASSERT_EQ(::chmod(path().c_str(), 0755), 0);
  EXPECT_THAT(try_open().error().what, HasSubstr("open to group or others"));
}

TEST_F(TileLogTest, StandsStillWhereTheSignerRefuses) {
  TileLog log = open();
  ASSERT_TRUE(log.append({entry(0)}));
  const std::string before = log.checkpoint();
  signer_fails_ = true;
  EXPECT_THAT(log.append({entry(1)}).error().what, HasSubstr("no key"));
  EXPECT_EQ(log.size(), 1U);
  EXPECT_EQ(log.checkpoint(), before);
  signer_fails_ = false;
  EXPECT_EQ(log.append({entry(1)}).value(), 1U);
  expect_sound(log, {0, 1});
}

TEST_F(TileLogTest, RefusesASignerThatSignsSomethingElse) {
  const auto sign = [this](std::string_view) -> Result<std::string> { return key_.sign_note(kOrigin, "x\n"); };
  const auto log = TileLog::open(path(), kOrigin, sign);
  EXPECT_EQ(log.error().code, ErrorCode::Bug);
}

// A file in the place of a folder: the next tile cannot be written, by nobody.
TEST_F(TileLogTest, StandsAtItsLastCheckpointWhereATileCannotBeWritten) {
  TileLog log = open();
  ASSERT_TRUE(log.append(entries(0, 255)));
  overwrite("tile/1", "in the way");
  const auto refused = log.append(entries(255, 256));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::LogUnavailable);
  EXPECT_EQ(log.size(), 255U);
  expect_sound(log, {0, 254});
  std::filesystem::remove(path() / "tile/1");
  EXPECT_EQ(log.append(entries(255, 256)).value(), 255U);
  expect_sound(log, {0, 254, 255});
}

// The outcome of a failed write of the checkpoint is unknown: what is on disk decides.
TEST_F(TileLogTest, GoesOnFromTheCheckpointOnDiskAfterAFailedWriteOfIt) {
  TileLog log = open();
  ASSERT_TRUE(log.append({entry(0)}));
  const std::string before = log.checkpoint();
  std::filesystem::remove(path() / "checkpoint");
  std::filesystem::create_directory(path() / "checkpoint");
  EXPECT_EQ(log.append({entry(1)}).error().code, ErrorCode::LogUnavailable);
  EXPECT_EQ(log.checkpoint(), before);
  EXPECT_FALSE(log.append({entry(1)})) << "no checkpoint on disk: nothing to go on from";
  std::filesystem::remove(path() / "checkpoint");
  overwrite("checkpoint", before);
  EXPECT_EQ(log.append({entry(1)}).value(), 1U);
  expect_sound(log, {0, 1});
}

TEST_F(TileLogTest, AnswersNothingBeyondItsEnd) {
  TileLog log = open();
  ASSERT_TRUE(log.append(entries(0, 3)));
  EXPECT_EQ(log.inclusion_proof(3).error().code, ErrorCode::InvalidRequest);
  EXPECT_EQ(log.entry(3).error().code, ErrorCode::InvalidRequest);
  EXPECT_EQ(log.consistency_proof(4).error().code, ErrorCode::InvalidRequest);
}

}  // namespace
}  // namespace signet::sigstore
