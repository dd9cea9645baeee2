#include "sigstore/verify/timestamp.h"

#include "common/display.h"
#include "sigstore/encoding/der.h"
#include "sigstore/git/cms_layout.h"
#include "sigstore/verify/timestamp_token.h"

namespace signet::sigstore {
namespace {

constexpr std::uint8_t kTrue = 0xff;
constexpr std::uint8_t kGranted = 0;

}  // namespace

Bytes encode_timestamp_request(const Digest& imprint, ByteView nonce) {
  const Bytes message_imprint = encode_der(
      der_tag::kSequence,
      std::vector{cms::digest_algorithm(imprint.algorithm()), encode_der(der_tag::kOctetString, imprint.bytes())});
  return encode_der(der_tag::kSequence,
                    std::vector{encode_der_unsigned(Bytes{1}), message_imprint, encode_der_unsigned(nonce),
                                encode_der(der_tag::kBoolean, Bytes{kTrue})});
}

Result<void> check_timestamp_reply(ByteView response, ByteView nonce) {
  const auto reply = parse_timestamp_reply(response);
  if (!reply) return fail(reply.error());
  if (!reply->granted) {
    const std::string why = reply->status_text.empty() ? "without a reason" : display_text(reply->status_text);
    return fail(ErrorCode::TimestampRefused, "the timestamp authority refused: " + why);
  }
  const auto token = parse_timestamp_token(*reply->token);
  if (!token) return fail(token.error());
  if (!token->info.nonce || !equal(*token->info.nonce, encode_der_unsigned(nonce))) {
    return fail(ErrorCode::TimestampRefused, "the timestamp's nonce is not the one that was sent");
  }
  return {};
}

Result<Bytes> timestamp_token(ByteView response) {
  const auto reply = parse_timestamp_reply(response);
  if (!reply) return fail(reply.error());
  if (!reply->granted) return fail(ErrorCode::InvalidRequest, "a refusal holds no timestamp");
  return to_bytes(*reply->token);
}

Bytes timestamp_response_from_token(ByteView token) {
  const Bytes status = encode_der(der_tag::kSequence, encode_der(der_tag::kInteger, Bytes{kGranted}));
  return encode_der(der_tag::kSequence, std::vector{status, to_bytes(token)});
}

}  // namespace signet::sigstore
