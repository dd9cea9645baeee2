// An in-toto statement from anywhere: what may be signed can be written and read back as the same.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "common/bytes.h"
#include "sigstore/encoding/statement.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  using namespace signet::sigstore;
  const ByteView payload(data, size);
  const auto statement = parse_statement_to_sign(payload);
  if (!statement) return 0;
  if (!parse_statement(payload)) std::abort();
  Statement known{.predicate_type = statement->predicate_type, .subjects = {}};
  for (const StatementSubject& subject : statement->subjects) {
    if (!subject.digests.empty()) known.subjects.push_back(subject);
  }
  if (known.subjects.empty()) return 0;
  const auto again = parse_statement_to_sign(bytes_of(encode_statement(known, "{}")));
  if (!again || again->subjects.size() != known.subjects.size()) std::abort();
  if (find_subject(*again, known.subjects.front().digests) == nullptr) std::abort();
  return 0;
}
