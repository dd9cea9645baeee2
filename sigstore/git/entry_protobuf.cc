#include <algorithm>
#include <optional>

#include "common/display.h"
#include "sigstore/git/cms.h"

// The wire format of protocol buffers (protobuf.dev, "Encoding"), as far as this message needs it: varints and
// length-delimited fields.
namespace signet::sigstore {
namespace {

constexpr std::size_t kMaxProofHashes = 63;

// Field numbers of dev.sigstore.rekor.v1 (protobuf-specs, sigstore_rekor.proto).
namespace entry_field {
constexpr unsigned kLogIndex = 1;
constexpr unsigned kLogId = 2;
constexpr unsigned kKindVersion = 3;
constexpr unsigned kIntegratedTime = 4;
constexpr unsigned kInclusionPromise = 5;
constexpr unsigned kInclusionProof = 6;
}  // namespace entry_field
namespace proof_field {
constexpr unsigned kLogIndex = 1;
constexpr unsigned kRootHash = 2;
constexpr unsigned kTreeSize = 3;
constexpr unsigned kHashes = 4;
constexpr unsigned kCheckpoint = 5;
}  // namespace proof_field

enum class WireType : std::uint8_t { Varint = 0, Bytes = 2 };

std::unexpected<Error> malformed(std::string_view why) {
  return fail(ErrorCode::InvalidRequest, "not a log entry in protobuf form: " + std::string(why));
}

void write_varint(Bytes& out, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7U) out.push_back(static_cast<std::uint8_t>(0x80U | (number & 0x7fU)));
  out.push_back(static_cast<std::uint8_t>(number));
}

void write_key(Bytes& out, unsigned field, WireType type) {
  write_varint(out, field << 3U | static_cast<unsigned>(type));
}

// Defaults are left out (proto3).
void write_integer(Bytes& out, unsigned field, std::int64_t number) {
  if (number == 0) return;
  write_key(out, field, WireType::Varint);
  write_varint(out, static_cast<std::uint64_t>(number));
}

void write_message(Bytes& out, unsigned field, ByteView content) {
  write_key(out, field, WireType::Bytes);
  write_varint(out, content.size());
  append(out, content);
}

void write_bytes(Bytes& out, unsigned field, ByteView content) {
  if (!content.empty()) write_message(out, field, content);
}

// A message with one field of bytes: LogId, InclusionPromise, Checkpoint.
Bytes wrapped(ByteView content) {
  Bytes out;
  write_bytes(out, 1, content);
  return out;
}

Bytes encode_proof(const InclusionProof& proof) {
  Bytes out;
  write_integer(out, proof_field::kLogIndex, proof.log_index);
  write_bytes(out, proof_field::kRootHash, proof.root.value);
  write_integer(out, proof_field::kTreeSize, proof.tree_size);
  for (const NodeHash& hash : proof.hashes) write_bytes(out, proof_field::kHashes, hash);
  if (!proof.checkpoint.empty()) write_message(out, proof_field::kCheckpoint, wrapped(bytes_of(proof.checkpoint)));
  return out;
}

struct Field {
  unsigned number = 0;
  WireType type = WireType::Varint;
  std::int64_t integer = 0;
  ByteView bytes;
};

// Minimal and at most int64, so that a number has one form.
std::optional<std::int64_t> take_varint(ByteView& rest) {
  std::uint64_t number = 0;
  for (unsigned shift = 0; shift < 63; shift += 7) {
    if (rest.empty()) return std::nullopt;
    const std::uint8_t byte = rest.front();
    rest = rest.subspan(1);
    number |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
    if ((byte & 0x80U) != 0) continue;
    if (byte == 0 && shift != 0) return std::nullopt;
    return static_cast<std::int64_t>(number);
  }
  return std::nullopt;
}

std::optional<Field> take_field(ByteView& rest) {
  const auto key = take_varint(rest);
  if (!key || *key > 127) return std::nullopt;  // field numbers up to 15 have one byte
  Field field;
  field.number = static_cast<unsigned>(*key) >> 3U;
  field.type = static_cast<WireType>(*key & 7);
  const auto number = take_varint(rest);
  if (!number || (field.type != WireType::Varint && field.type != WireType::Bytes)) return std::nullopt;
  field.integer = *number;
  if (field.type == WireType::Varint) return field;
  if (static_cast<std::uint64_t>(*number) > rest.size()) return std::nullopt;
  field.bytes = rest.first(static_cast<std::size_t>(*number));
  rest = rest.subspan(field.bytes.size());
  return field;
}

// The fields of one message: each known one at most once (but the repeated one), of its type; no others.
class Message {
 public:
  struct Known {
    unsigned number = 0;
    WireType type = WireType::Varint;
    bool repeated = false;
  };

  static Result<Message> parse(ByteView bytes, std::initializer_list<Known> known) {
    Message message;
    while (!bytes.empty()) {
      const auto field = take_field(bytes);
      if (!field) return malformed("a field is cut off, or not in its shortest form");
      const auto* const row = std::ranges::find(known, field->number, &Known::number);
      if (row == known.end()) return malformed("field " + std::to_string(field->number) + " is not known here");
      if (row->type != field->type) return malformed("field " + std::to_string(field->number) + " is of another type");
      if (!row->repeated && message.find(field->number) != nullptr) {
        return malformed("field " + std::to_string(field->number) + " is repeated");
      }
      message.fields_.push_back(*field);
    }
    return message;
  }

  [[nodiscard]] const Field* find(unsigned number) const {
    const auto found = std::ranges::find(fields_, number, &Field::number);
    return found == fields_.end() ? nullptr : &*found;
  }
  [[nodiscard]] std::int64_t integer(unsigned number) const {
    const Field* field = find(number);
    return field == nullptr ? 0 : field->integer;
  }
  [[nodiscard]] ByteView bytes(unsigned number) const {
    const Field* field = find(number);
    return field == nullptr ? ByteView() : field->bytes;
  }
  [[nodiscard]] const std::vector<Field>& all() const { return fields_; }

 private:
  std::vector<Field> fields_;
};

Result<Bytes> unwrap(ByteView message) {
  const auto fields = Message::parse(message, {{1, WireType::Bytes}});
  if (!fields) return fail(fields.error());
  return to_bytes(fields->bytes(1));
}

bool take_hash(ByteView bytes, Sha256Hash& out) {
  if (bytes.size() != out.size()) return false;
  std::ranges::copy(bytes, out.begin());
  return true;
}

Result<InclusionProof> parse_proof(ByteView bytes) {
  const auto fields = Message::parse(bytes, {{proof_field::kLogIndex, WireType::Varint},
                                             {proof_field::kRootHash, WireType::Bytes},
                                             {proof_field::kTreeSize, WireType::Varint},
                                             {proof_field::kHashes, WireType::Bytes, true},
                                             {proof_field::kCheckpoint, WireType::Bytes}});
  if (!fields) return fail(fields.error());
  InclusionProof proof;
  proof.log_index = fields->integer(proof_field::kLogIndex);
  proof.tree_size = fields->integer(proof_field::kTreeSize);
  if (proof.tree_size <= proof.log_index) return malformed("its tree does not hold its index");
  if (!take_hash(fields->bytes(proof_field::kRootHash), proof.root.value)) return malformed("its root is not a hash");
  for (const Field& field : fields->all()) {
    if (field.number != proof_field::kHashes) continue;
    NodeHash hash{};
    if (!take_hash(field.bytes, hash)) return malformed("its proof holds something other than hashes");
    proof.hashes.push_back(hash);
  }
  if (proof.hashes.size() > kMaxProofHashes) return malformed("its proof has more than 63 hashes");
  const auto checkpoint = unwrap(fields->bytes(proof_field::kCheckpoint));
  if (!checkpoint) return fail(checkpoint.error());
  proof.checkpoint = text_of(*checkpoint);
  if (!is_utf8(proof.checkpoint)) return malformed("its checkpoint is not UTF-8");
  return proof;
}

Result<void> parse_kind(ByteView bytes, LogEntry& entry) {
  const auto fields = Message::parse(bytes, {{1, WireType::Bytes}, {2, WireType::Bytes}});
  if (!fields) return fail(fields.error());
  entry.kind = text_of(fields->bytes(1));
  entry.version = text_of(fields->bytes(2));
  if (entry.kind.empty() || entry.version.empty() || !is_utf8(entry.kind) || !is_utf8(entry.version)) {
    return malformed("its kind or version is missing");
  }
  return {};
}

}  // namespace

Bytes encode_entry_protobuf(const LogEntry& entry) {
  Bytes kind;
  write_bytes(kind, 1, bytes_of(entry.kind));
  write_bytes(kind, 2, bytes_of(entry.version));
  Bytes out;
  write_integer(out, entry_field::kLogIndex, entry.log_index);
  write_message(out, entry_field::kLogId, wrapped(entry.log_id));
  write_message(out, entry_field::kKindVersion, kind);
  write_integer(out, entry_field::kIntegratedTime, entry.integrated_time);
  if (!entry.inclusion_promise.empty()) {
    write_message(out, entry_field::kInclusionPromise, wrapped(entry.inclusion_promise));
  }
  if (entry.proof) write_message(out, entry_field::kInclusionProof, encode_proof(*entry.proof));
  return out;
}

Result<LogEntry> parse_entry_protobuf(ByteView bytes) {
  const auto fields = Message::parse(bytes, {{entry_field::kLogIndex, WireType::Varint},
                                             {entry_field::kLogId, WireType::Bytes},
                                             {entry_field::kKindVersion, WireType::Bytes},
                                             {entry_field::kIntegratedTime, WireType::Varint},
                                             {entry_field::kInclusionPromise, WireType::Bytes},
                                             {entry_field::kInclusionProof, WireType::Bytes}});
  if (!fields) return fail(fields.error());
  LogEntry entry;
  entry.log_index = fields->integer(entry_field::kLogIndex);
  entry.integrated_time = fields->integer(entry_field::kIntegratedTime);
  auto log_id = unwrap(fields->bytes(entry_field::kLogId));
  auto promise = unwrap(fields->bytes(entry_field::kInclusionPromise));
  if (!log_id || !promise) return fail(!log_id ? log_id.error() : promise.error());
  if (log_id->size() != sizeof(Sha256Hash)) return malformed("its log id is not 32 bytes long");
  entry.log_id = std::move(*log_id);
  entry.inclusion_promise = std::move(*promise);
  if (auto kind = parse_kind(fields->bytes(entry_field::kKindVersion), entry); !kind) return fail(kind.error());
  if (const Field* field = fields->find(entry_field::kInclusionProof)) {
    auto proof = parse_proof(field->bytes);
    if (!proof) return fail(std::move(proof.error()));
    entry.proof = std::move(*proof);
  }
  return entry;
}

}  // namespace signet::sigstore
