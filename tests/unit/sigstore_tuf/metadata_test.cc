#include "sigstore/tuf/metadata.h"

#include <gtest/gtest.h>

#include <functional>

#include "common/hex.h"
#include "tests/support/expect_refusal.h"

namespace signet::sigstore::tuf {
namespace {

using test::expect_refusal;

// Text in the place of which a test puts another.
std::string with(std::string text, std::string_view old, std::string_view other) {
  const auto at = text.find(old);
  EXPECT_NE(at, std::string::npos) << old;
  return text.replace(at, old.size(), other);
}

constexpr std::string_view kHead = R"("spec_version":"1.0","version":3,"expires":"2030-01-01T00:00:00Z",)";
constexpr std::string_view kHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

std::string file(std::string_view type, std::string_view rest) {
  return R"({"signatures":[{"keyid":"k","sig":""}],"signed":{"_type":")" + std::string(type) + "\"," +
         std::string(kHead) + std::string(rest) + "}}";
}

std::string timestamp_text() { return file("timestamp", R"("meta":{"snapshot.json":{"version":5}})"); }
std::string snapshot_text() {
  return file("snapshot",
              R"("meta":{"targets.json":{"version":5},"a/b.json":{"version":1,"length":7,"hashes":{"sha256":")" +
                  std::string(kHash) + R"("}}})");
}
std::string root_text() {
  return file("root", R"("keys":{"k":{"keytype":"x","scheme":"y","keyval":{}}},"roles":{
      "root":{"keyids":["k"],"threshold":1},"timestamp":{"keyids":["k"],"threshold":1},
      "snapshot":{"keyids":["k"],"threshold":1},"targets":{"keyids":["k"],"threshold":2}})");
}
std::string targets_text() {
  return file("targets", R"("targets":{"dir/f":{"length":0,"hashes":{"odd":"ff","sha256":")" + std::string(kHash) +
                             R"("},"custom":{"a":1}}},"delegations":{"keys":{},"roles":[
      {"name":"r","keyids":["k"],"threshold":1,"terminating":true,"paths":["*"]}]})");
}

TEST(Metadata, OfEachRoleIsRead) {
  const auto root = parse_root(root_text());
  ASSERT_TRUE(root) << root.error().sentence();
  EXPECT_EQ(root->content.header.version, 3);
  EXPECT_FALSE(root->content.consistent_snapshot);
  EXPECT_EQ(root->content.role(Role::Targets).threshold, 2);
  const auto timestamp = parse_timestamp(timestamp_text());
  ASSERT_TRUE(timestamp) << timestamp.error().sentence();
  EXPECT_EQ(timestamp->content.snapshot.version, 5);
  EXPECT_EQ(timestamp->text.canonical,
            R"({"_type":"timestamp","expires":"2030-01-01T00:00:00Z","meta":{"snapshot.json":{"version":5}},)"
            R"("spec_version":"1.0","version":3})");
  const auto snapshot = parse_snapshot(snapshot_text());
  ASSERT_TRUE(snapshot) << snapshot.error().sentence();
  EXPECT_EQ(snapshot->content.meta.at("a/b").length, 7);
  const auto targets = parse_targets(targets_text());
  ASSERT_TRUE(targets) << targets.error().sentence();
  EXPECT_EQ(targets->content.targets.at("dir/f").hashes.first_hex, "ff");
  EXPECT_EQ(targets->content.targets.at("dir/f").hashes.known.size(), 1);
  EXPECT_TRUE(targets->content.delegations.at(0).terminating);
}

TEST(Metadata, OfAnotherRoleIsRefused) {
  expect_refusal(parse_root(timestamp_text()), ErrorCode::InvalidRequest, "\"_type\" is not \"root\"");
  expect_refusal(parse_timestamp(snapshot_text()), ErrorCode::InvalidRequest, "\"_type\" is not \"timestamp\"");
  expect_refusal(parse_snapshot(targets_text()), ErrorCode::InvalidRequest, "\"_type\" is not \"snapshot\"");
  expect_refusal(parse_targets(root_text()), ErrorCode::InvalidRequest, "\"_type\" is not \"targets\"");
}

TEST(Metadata, OfVersion1OfTheSpecificationIsTakenAndOfNoOther) {
  for (const std::string_view version : {"1.0", "1.0.0", "1.0.34", "1.31.7"}) {
    EXPECT_TRUE(parse_timestamp(with(timestamp_text(), "\"1.0\"", '"' + std::string(version) + '"'))) << version;
  }
  for (const std::string_view version : {"", "1", "1.", "2.0", "10.0", "1.0.0.0", "1..0", "1.x", "v1.0"}) {
    expect_refusal(parse_timestamp(with(timestamp_text(), "\"1.0\"", '"' + std::string(version) + '"')),
                   ErrorCode::InvalidRequest, "spec_version");
  }
}

// Sigstore's first roots have fractions and offsets.
TEST(Metadata, ExpiresAtAnyRfc3339Time) {
  const auto expiry = [](std::string_view text) {
    return parse_timestamp(with(timestamp_text(), "2030-01-01T00:00:00Z", text));
  };
  EXPECT_EQ(encode_rfc3339(expiry("2021-12-18T13:28:12.99008-06:00")->content.header.expires),
            "2021-12-18T19:28:12.990080Z");
  EXPECT_TRUE(expiry("2022-05-11T19:09:02.663975009Z"));
  expect_refusal(expiry("2030-01-01"), ErrorCode::InvalidRequest, "\"expires\" is not an RFC 3339 time");
  expect_refusal(expiry(""), ErrorCode::InvalidRequest, "\"expires\"");
}

TEST(Metadata, HasVersionsFrom1On) {
  for (const std::string_view version : {"0", "-1"}) {
    expect_refusal(parse_root(with(root_text(), "\"version\":3", "\"version\":" + std::string(version))),
                   ErrorCode::InvalidRequest, "\"version\" is less than 1");
  }
  expect_refusal(parse_timestamp(with(timestamp_text(), "\"version\":5", "\"version\":0")), ErrorCode::InvalidRequest,
                 "\"version\" is less than 1");
  expect_refusal(parse_root(with(root_text(), "\"threshold\":2", "\"threshold\":0")), ErrorCode::InvalidRequest,
                 "\"threshold\" is less than 1");
}

TEST(Metadata, WithTwoSignaturesOfOneKeyIdIsRefused) {
  expect_refusal(
      parse_root(with(root_text(), R"({"keyid":"k","sig":""})", R"({"keyid":"k","sig":""},{"keyid":"k","sig":""})")),
      ErrorCode::InvalidRequest, "two signatures of one key id");
}

TEST(Metadata, MustBeStrictJson) {
  EXPECT_FALSE(parse_root(root_text() + "x"));
  EXPECT_FALSE(parse_root(with(root_text(), "\"version\":3", "\"version\":3,\"version\":4")));
  EXPECT_FALSE(parse_root("[]"));
  EXPECT_FALSE(parse_root(""));
  expect_refusal(parse_root(with(root_text(), "\"version\":3", "\"version\":3,\"x\":1.5")), ErrorCode::InvalidRequest,
                 "no integer");
  expect_refusal(parse_root(std::string(kMaxRoot + 1, ' ')), ErrorCode::LimitExceeded, "");
}

TEST(Metadata, OfRootNamesAllFourRoles) {
  for (const std::string role : {"timestamp", "snapshot", "targets"}) {
    expect_refusal(parse_root(with(root_text(), '"' + role + "\":{\"keyids\"", '"' + role + "2\":{\"keyids\"")),
                   ErrorCode::InvalidRequest, role);
  }
}

TEST(Metadata, OfTimestampSpeaksOfSnapshotAlone) {
  expect_refusal(parse_timestamp(with(timestamp_text(), "snapshot.json", "targets.json")), ErrorCode::InvalidRequest,
                 "not about snapshot.json alone");
  expect_refusal(parse_timestamp(with(timestamp_text(), R"("meta":{)", R"("meta":{"root.json":{"version":1},)")),
                 ErrorCode::InvalidRequest, "not about snapshot.json alone");
}

TEST(Metadata, OfSnapshotNamesTargets) {
  expect_refusal(parse_snapshot(with(snapshot_text(), "targets.json", "target.json")), ErrorCode::InvalidRequest,
                 "does not name targets.json");
  expect_refusal(parse_snapshot(with(snapshot_text(), "a/b.json", "a/b")), ErrorCode::InvalidRequest,
                 "does not end in .json");
}

TEST(Metadata, HasHashesThatAreSome) {
  const std::string hashes = R"({"sha256":")" + std::string(kHash) + "\"}";
  for (const std::string_view odd :
       {"{}", "[]", "\"\"", R"({"sha256":"xyz"})", R"({"sha256":1})", R"({"sha256":"ff"})"}) {
    expect_refusal(parse_snapshot(with(snapshot_text(), hashes, odd)), ErrorCode::InvalidRequest, "hashes");
  }
}

TEST(Metadata, NamesNoDelegatedRoleAsARoleOfTheRoot) {
  for (const std::string_view name : {"root", "timestamp", "snapshot", "targets"}) {
    expect_refusal(parse_targets(with(targets_text(), "\"name\":\"r\"", "\"name\":\"" + std::string(name) + '"')),
                   ErrorCode::InvalidRequest, "is that of a role of the root");
  }
  expect_refusal(parse_targets(with(targets_text(), "\"name\":\"r\"", "\"name\":\"\"")), ErrorCode::InvalidRequest,
                 "\"name\" is empty");
}

TEST(Metadata, NamesADelegatedRoleOnce) {
  const std::string role = R"({"name":"r","keyids":["k"],"threshold":1,"terminating":true,"paths":["*"]})";
  expect_refusal(parse_targets(with(targets_text(), role, role + "," + role)), ErrorCode::InvalidRequest,
                 "names a role twice");
}

// As many as a file can name, which any mirror may serve before anybody knows who signed it.
TEST(Metadata, NamesManyDelegatedRolesAndEachOnce) {
  std::string roles;
  for (int i = 0; i < 39'000; ++i) {
    roles += R"({"name":"r)" + std::to_string(i) + R"(","keyids":[],"threshold":1,"terminating":true},)";
  }
  const auto targets = [&](std::string_view last) {
    return parse_targets(file("targets", R"("targets":{},"delegations":{"keys":{},"roles":[)" + roles + R"({"name":")" +
                                             std::string(last) +
                                             R"(","keyids":[],"threshold":1,"terminating":true}]})"));
  };
  const auto all = targets("last");
  ASSERT_TRUE(all) << all.error().sentence();
  EXPECT_EQ(all->content.delegations.size(), 39'001);
  expect_refusal(targets("r0"), ErrorCode::InvalidRequest, "\"roles\" names a role twice");
}

// "1","2",… or what `item` makes of each number.
std::string list_of(std::size_t count, const std::function<std::string(const std::string&)>& item) {
  std::string list;
  for (std::size_t i = 0; i < count; ++i) list += (i == 0 ? "" : ",") + item('"' + std::to_string(i) + '"');
  return list;
}

TEST(Metadata, HoldsNoMoreThan1000Keys) {
  const std::string key = R"({"keytype":"x","scheme":"y","keyval":{}})";
  const auto holds = [&](std::size_t count) {
    return parse_root(with(root_text(), R"("keys":{"k":)" + key + "}",
                           R"("keys":{)" + list_of(count, [&](const auto& id) { return id + ":" + key; }) + "}"));
  };
  EXPECT_TRUE(holds(kMaxKeys));
  expect_refusal(holds(kMaxKeys + 1), ErrorCode::InvalidRequest, "\"keys\" holds more than 1000 keys");
}

TEST(Metadata, GivesARoleNoMoreThan100KeyIds) {
  const auto gives = [](std::size_t count) {
    return parse_targets(with(targets_text(), R"("keyids":["k"])",
                              R"("keyids":[)" + list_of(count, [](const auto& id) { return id; }) + "]"));
  };
  EXPECT_TRUE(gives(kMaxRoleKeys));
  expect_refusal(gives(kMaxRoleKeys + 1), ErrorCode::InvalidRequest, "\"keyids\" holds more than 100 key ids");
}

TEST(Metadata, DelegatesByPathsOrByHashesAndNotByBoth) {
  expect_refusal(parse_targets(with(targets_text(), R"("paths":["*"])", R"("paths":["*"],"path_hash_prefixes":["a"])")),
                 ErrorCode::InvalidRequest, "stand together");
}

TEST(Metadata, HasSuccinctRolesInThePlaceOfOthers) {
  const auto bits = [](std::string_view bit_length) {
    return file("targets", R"("targets":{},"delegations":{"keys":{},"succinct_roles":{"keyids":["k"],"threshold":1,
        "name_prefix":"bin","bit_length":)" +
                               std::string(bit_length) + "}}");
  };
  ASSERT_TRUE(parse_targets(bits("32")));
  expect_refusal(parse_targets(bits("0")), ErrorCode::InvalidRequest, "not 1 to 32");
  expect_refusal(parse_targets(bits("33")), ErrorCode::InvalidRequest, "not 1 to 32");
  expect_refusal(parse_targets(with(bits("8"), R"("keys":{},)", R"("keys":{},"roles":[],)")), ErrorCode::InvalidRequest,
                 "stand together");
}

// TAP 15: SHA-256("a") begins with ca97 8112 (binary 1100 1010 1…).
TEST(SuccinctRoles, NamesTheBinByTheFirstBitsOfThePathsHash) {
  const auto bin = [](std::int64_t bits) {
    return SuccinctRoles{.keys = {}, .bit_length = bits, .name_prefix = "bin"}.bin_of("a").role;
  };
  EXPECT_EQ(bin(1), "bin-1");
  EXPECT_EQ(bin(4), "bin-c");
  EXPECT_EQ(bin(5), "bin-19");
  EXPECT_EQ(bin(8), "bin-ca");
  EXPECT_EQ(bin(10), "bin-32a");
  EXPECT_EQ(bin(32), "bin-ca978112");
}

TEST(Hashes, AreAllChecked) {
  const Digest right = Digest::make(HashAlgorithm::Sha256, parse_hex(kHash).value()).value();
  const Digest wrong = Digest::make(HashAlgorithm::Sha512, Bytes(64, 1)).value();
  EXPECT_TRUE((Hashes{.known = {right}, .first_hex = ""}).check("", "it"));
  expect_refusal((Hashes{.known = {right}, .first_hex = ""}).check("x", "it"), ErrorCode::NotVerified,
                 "it is not the file that was signed: its sha256 is another");
  expect_refusal((Hashes{.known = {right, wrong}, .first_hex = ""}).check("", "it"), ErrorCode::NotVerified,
                 "its sha512 is another");
  expect_refusal((Hashes{.known = {}, .first_hex = "ff"}).check("", "it"), ErrorCode::NotVerified,
                 "kinds that are unknown");
}

}  // namespace
}  // namespace signet::sigstore::tuf
