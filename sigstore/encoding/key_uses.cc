#include "sigstore/encoding/key_uses.h"

#include <array>
#include <string>

namespace signet::sigstore {
namespace {

struct Row {
  KeyKind kind;
  bool git;
  bool blob;
  bool statement;
  std::string_view why_not;
};
// The signing configurations of Fulcio and Rekor v2 and the registry of algorithms agree on these. A kind that signs is
// one that all of them take, tokens can use, and the registry does not call unfit for new signatures.
constexpr std::array<Row, 7> kRows = {{
    {.kind = KeyKind::EcdsaP256, .git = true, .blob = true, .statement = true, .why_not = {}},
    {.kind = KeyKind::EcdsaP384, .git = true, .blob = true, .statement = true, .why_not = {}},
    {.kind = KeyKind::EcdsaP521,
     .git = false,
     .blob = false,
     .statement = false,
     .why_not = "signatures of this kind are verified and no longer made"},
    {.kind = KeyKind::Rsa2048,
     .git = false,
     .blob = false,
     .statement = false,
     .why_not = "RSA of 2048 bits is too short for signatures that are to be believed for years"},
    {.kind = KeyKind::Rsa3072, .git = true, .blob = true, .statement = true, .why_not = {}},
    {.kind = KeyKind::Rsa4096, .git = true, .blob = true, .statement = true, .why_not = {}},
    {.kind = KeyKind::Ed25519,
     .git = false,
     .blob = false,
     .statement = false,
     .why_not = "tokens sign whole messages with Ed25519, and the log takes signatures over digests alone"},
}};

constexpr std::array<std::string_view, 3> kNames = {"git", "blob", "statement"};
constexpr std::array<std::string_view, 3> kObjects = {"git objects", "files", "statements"};

const Row& row_of(KeyKind kind) { return kRows.at(static_cast<std::size_t>(kind)); }

bool allows(const Row& row, SignedForm form) {
  switch (form) {
    case SignedForm::Git:
      return row.git;
    case SignedForm::Blob:
      return row.blob;
    case SignedForm::Statement:
      return row.statement;
  }
  return false;
}

}  // namespace

std::string_view signed_form_name(SignedForm form) { return kNames.at(static_cast<std::size_t>(form)); }

std::vector<SignedForm> signed_forms(KeyKind kind) {
  std::vector<SignedForm> forms;
  for (const SignedForm form : {SignedForm::Git, SignedForm::Blob, SignedForm::Statement}) {
    if (allows(row_of(kind), form)) forms.push_back(form);
  }
  return forms;
}

Result<void> check_signs(KeyKind kind, SignedForm form) {
  const Row& row = row_of(kind);
  if (allows(row, form)) return {};
  return fail(ErrorCode::KeyUnsuitable,
              "a key of kind " + std::string(key_kind_name(kind)) + " signs no " +
                  std::string(kObjects.at(static_cast<std::size_t>(form))) + ": " + std::string(row.why_not),
              "use a key of kind p256, p384, rsa3072 or rsa4096: signet key generate --algorithm p256");
}

}  // namespace signet::sigstore
