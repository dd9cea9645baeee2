#include "sandbox/checkpoint_signer.h"

#include "sigstore/encoding/hash.h"
#include "tests/support/expect_refusal.h"

namespace signet::sandbox {
namespace {

constexpr std::string_view kOrigin = "log.sandbox.test";

std::string text_of_size(std::uint64_t size) {
  return sigstore::encode_checkpoint_text(
      {.origin = std::string(kOrigin), .size = size, .root = sigstore::empty_root()});
}

TEST(CheckpointSigner, MakesANoteThatItsKeyVerifies) {
  const auto key = SoftwareKey::generate();
  const auto checkpoint = sigstore::verify_checkpoint(sign_checkpoint(text_of_size(7), kOrigin, key),
                                                      checkpoint_verifier(kOrigin, key), kOrigin);
  ASSERT_TRUE(checkpoint.has_value()) << checkpoint.error().sentence();
  EXPECT_EQ(checkpoint->size, 7U);
}

TEST(CheckpointSigner, NamesTheKeyByTheStartOfTheHashOfItsSpki) {
  const auto key = SoftwareKey::generate();
  const auto note = sigstore::parse_signed_note(sign_checkpoint(text_of_size(7), kOrigin, key));
  ASSERT_TRUE(note.has_value());
  const Sha256Hash hash = sigstore::sha256(key.public_key().spki());
  EXPECT_TRUE(equal(note->signatures.at(0).key_id, ByteView(hash).first(4)));
  EXPECT_EQ(note->signatures.at(0).name, kOrigin);
}

TEST(CheckpointSigner, IsNotTakenForAnotherKey) {
  const auto key = SoftwareKey::generate();
  auto verifier = checkpoint_verifier(kOrigin, key);
  verifier.key = SoftwareKey::generate().public_key();
  test::expect_refusal(sigstore::verify_checkpoint(sign_checkpoint(text_of_size(7), kOrigin, key), verifier, kOrigin),
                       ErrorCode::NotVerified, "the signature of log.sandbox.test on the note is wrong");
}

TEST(CheckpointSigner, DoesTheSameAsTileLogCallsIt) {
  const auto key = SoftwareKey::generate();
  const auto note = checkpoint_signer(kOrigin, key)(text_of_size(7));
  ASSERT_TRUE(note.has_value());
  EXPECT_TRUE(sigstore::verify_checkpoint(*note, checkpoint_verifier(kOrigin, key), kOrigin).has_value());
}

}  // namespace
}  // namespace signet::sandbox
