#include "tests/unit/services/with_log.h"

#include <vector>

#include "sigstore/encoding/hash.h"
#include "sigstore/verify/log_check.h"

namespace signet::test {
namespace {

using sigstore::EntryVerifier;
using sigstore::HashedRekord;

HashedRekord record_of(const sandbox::SoftwareKey& key, std::string_view artifact) {
  const Digest digest = Digest::from_sha256(sigstore::sha256(bytes_of(artifact)));
  return {.digest = digest,
          .signature = key.sign_digest(digest),
          .verifier = {.kind = EntryVerifier::Kind::PublicKey, .der = to_bytes(key.public_key().spki())},
          .key_details = "PKIX_ECDSA_P256_SHA_256"};
}

}  // namespace

WithLog::WithLog() : record_(record_of(key_, "artifact")) {}

Result<sigstore::LogEntry> WithLog::upload(Deadline deadline) {
  return await(sigstore::upload_record(transport_, urls_.log, record_, root_, deadline));
}

void WithLog::expect_verified(const Result<sigstore::LogEntry>& entry) {
  ASSERT_TRUE(entry.has_value()) << entry.error().sentence();
  EXPECT_EQ(text_of(entry->canonicalized_body), sigstore::encode_hashedrekord_v2(record_));
  const auto verified = sigstore::verify_log_entry(*entry, root_);
  EXPECT_TRUE(verified.has_value()) << verified.error().what;
}

void WithLog::expect_lie_refused(std::string_view lie, std::string_view part) {
  fault(sandbox::Service::Log, "lie:" + std::string(lie), 1);
  expect_error(upload(), ErrorCode::LogRefused, urls_.log, part);
}

void WithLog::grow(int entries) {
  sandbox_->with([&](sandbox::Sandbox& all) {
    std::vector<Bytes> bodies;
    for (int i = 0; i < entries; ++i) bodies.push_back(to_bytes("filler " + std::to_string(grown_++)));
    ASSERT_TRUE(all.rekor_log().append(bodies).has_value());
  });
}

std::int64_t WithLog::log_size() {
  std::int64_t size = 0;
  sandbox_->with([&](sandbox::Sandbox& all) { size = static_cast<std::int64_t>(all.rekor_log().size()); });
  return size;
}

}  // namespace signet::test
