// What a client proposes to a Rekor v1 log: the upload, and the body that the log makes of it.
#pragma once

#include <string>
#include <string_view>

#include "common/bytes.h"
#include "sigstore/tlog/log_body.h"

namespace signet::sigstore {

struct LogProposal {
  std::string json;  ///< of POST /api/v1/log/entries
  std::string body;  ///< canonical, byte for byte what the log stores: known beforehand, so that nothing else is taken
};

/// hashedrekord 0.0.1: its upload is its body.
[[nodiscard]] LogProposal propose_hashedrekord(const HashedRekordV1& record);

/// dsse 0.0.1: the upload carries the envelope as a JSON text, whose SHA-256 the body has.
[[nodiscard]] LogProposal propose_dsse(std::string_view payload_type, ByteView payload, RecordedSignature signature);

}  // namespace signet::sigstore
