#include "client/cli/verify_question.h"

#include <algorithm>
#include <utility>

#include "client/cli/bundle_file.h"
#include "client/cli/predicate.h"
#include "sigstore/encoding/hash.h"

namespace signet::cli {
namespace {

Result<void> check_operands(const Arguments& arguments) {
  const auto& operands = arguments.operands();
  if (operands.empty()) {
    return fail(ErrorCode::InvalidRequest, "no file to verify", "for example: signet verify app.tar.gz");
  }
  if (!arguments.has("bundle") && std::ranges::any_of(operands, sigstore::is_digest_operand)) {
    return fail(ErrorCode::InvalidRequest, "a digest has no file beside which its bundle could lie",
                "name the bundle: --bundle FILE");
  }
  return {};
}

}  // namespace

std::filesystem::path Question::bundle_of(const std::string& operand) const {
  if (bundle) return *bundle;
  return find_bundle(attestation ? operand + ".intoto" : operand);
}

Result<Question> read_question(const Arguments& arguments) {
  if (auto ok = check_operands(arguments); !ok) return fail(std::move(ok.error()));
  Question question;
  if (const auto type = arguments.text("type")) {
    question.attestation = true;
    auto uri = *type == "any" ? Result<std::string>() : predicate_type_from(*type);
    if (!uri) return fail(std::move(uri.error()));
    if (*type != "any") question.type = std::move(*uri);
  }
  question.bundle = arguments.text("bundle");
  const auto wish = trust_wish(arguments);
  if (!wish) return fail(wish.error());
  auto choices = choose_trust(*wish);
  if (!choices) return fail(std::move(choices.error()));
  question.choices = std::move(*choices);
  return question;
}

}  // namespace signet::cli
