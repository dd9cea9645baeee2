#include "sigstore/encoding/key_uses.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/expect_refusal.h"

namespace signet::sigstore {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(KeyUses, FollowTheTable) {
  for (const KeyKind kind : {KeyKind::EcdsaP256, KeyKind::EcdsaP384, KeyKind::Rsa3072, KeyKind::Rsa4096}) {
    EXPECT_THAT(signed_forms(kind), ElementsAre(SignedForm::Git, SignedForm::Blob, SignedForm::Statement))
        << key_kind_name(kind);
  }
  for (const KeyKind kind : {KeyKind::EcdsaP521, KeyKind::Rsa2048, KeyKind::Ed25519}) {
    EXPECT_THAT(signed_forms(kind), IsEmpty()) << key_kind_name(kind);
  }
}

TEST(KeyUses, AreRefusedWithTheReasonAndWhatToDo) {
  struct Row {
    KeyKind kind;
    SignedForm form;
    std::string what;
  };
  for (const Row& row : {Row{KeyKind::Rsa2048, SignedForm::Git,
                             "a key of kind rsa2048 signs no git objects: RSA of 2048 bits is too short"},
                         Row{KeyKind::Rsa2048, SignedForm::Blob, "a key of kind rsa2048 signs no files: "},
                         Row{KeyKind::Ed25519, SignedForm::Statement,
                             "a key of kind ed25519 signs no statements: tokens sign whole messages with Ed25519"},
                         Row{KeyKind::EcdsaP521, SignedForm::Blob, "a key of kind p521 signs no files: "}}) {
    const auto checked = check_signs(row.kind, row.form);
    test::expect_refusal(checked, ErrorCode::KeyUnsuitable, row.what);
    EXPECT_THAT(checked.error().remedy, testing::HasSubstr("signet key generate --algorithm p256"));
  }
  EXPECT_TRUE(check_signs(KeyKind::Rsa3072, SignedForm::Git));
}

TEST(KeyKinds, AreFoundByTheirNames) {
  for (const KeyKind kind : {KeyKind::EcdsaP256, KeyKind::EcdsaP384, KeyKind::EcdsaP521, KeyKind::Rsa2048,
                             KeyKind::Rsa3072, KeyKind::Rsa4096, KeyKind::Ed25519}) {
    EXPECT_EQ(key_kind_from_name(key_kind_name(kind)), kind);
  }
  EXPECT_FALSE(key_kind_from_name("P256"));
  EXPECT_FALSE(key_kind_from_name(""));
}

}  // namespace
}  // namespace signet::sigstore
