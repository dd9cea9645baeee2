#include "ssh/sshsig.h"

#include <algorithm>
#include <optional>

#include "common/display.h"
#include "common/git_armor.h"
#include "common/pem.h"
#include "sigstore/encoding/hash.h"
#include "ssh/key.h"
#include "ssh/signature.h"
#include "ssh/wire.h"

namespace signet::ssh {
namespace {

constexpr std::string_view kWhatRequest = "the signed data of an SSH signature";
constexpr std::string_view kWhatFile = "an SSH signature";
constexpr std::size_t kLineLength = 70;
constexpr std::uint32_t kVersion = 1;

bool is_namespace(std::string_view text) {
  if (text.empty() || text.size() > kMaxNamespace) return false;
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

std::string_view read_namespace(Reader& reader) {
  const std::string_view name = reader.text();
  if (!is_namespace(name)) reader.refuse("its namespace is empty, too long, or not printable ASCII");
  return name;
}

HashAlgorithm read_hash(Reader& reader) {
  const auto hash = hash_from_name(reader.text());
  if (!hash || *hash == HashAlgorithm::Sha384) reader.refuse("its hash is neither sha256 nor sha512");
  return hash.value_or(HashAlgorithm::Sha512);
}

}  // namespace

Result<SshsigRequest> parse_sshsig_request(ByteView data) {
  Reader reader(data, kWhatRequest);
  reader.magic(kSshsigMagic);
  const std::string_view name_space = read_namespace(reader);
  if (!reader.string().empty()) reader.refuse("its reserved field is not empty");
  const HashAlgorithm algorithm = read_hash(reader);
  const auto message = Digest::make(algorithm, reader.string());
  if (!message) reader.refuse("its hash has the wrong length");
  if (auto whole = reader.finish(); !whole) return fail(std::move(whole.error()));
  return SshsigRequest{.name_space = std::string(name_space), .message = *message};
}

Bytes encode_sshsig_request(const SshsigRequest& request) {
  return Writer()
      .raw(kSshsigMagic)
      .string(request.name_space)
      .string(std::string_view())
      .string(hash_name(request.message.algorithm()))
      .string(request.message.bytes())
      .take();
}

std::string encode_sshsig_file(const Sshsig& signature) {
  const Bytes blob = Writer()
                         .raw(kSshsigMagic)
                         .uint32(kVersion)
                         .string(encode_key_blob(signature.key))
                         .string(signature.name_space)
                         .string(std::string_view())
                         .string(hash_name(signature.hash))
                         .string(signature.signature)
                         .take();
  return encode_pem(kSshArmor, blob, kLineLength);
}

Result<Sshsig> parse_sshsig_file(std::string_view text) {
  if (text.size() > kMaxSshsigFile) return fail(ErrorCode::InvalidRequest, "not an SSH signature: it is too long");
  const auto blob = parse_pem(kSshArmor, text);
  if (!blob) return fail(blob.error());
  Reader reader(*blob, kWhatFile);
  reader.magic(kSshsigMagic);
  if (reader.uint32() != kVersion) reader.refuse("it is of another version than 1");
  const ByteView key_blob = reader.string();
  const std::string_view name_space = read_namespace(reader);
  reader.string();  // reserved: readers pass over it
  const HashAlgorithm hash = read_hash(reader);
  const ByteView value = reader.string();
  if (auto whole = reader.finish(); !whole) return fail(std::move(whole.error()));
  auto key = parse_key_blob(key_blob);
  if (!key) return fail(std::move(key.error()));
  return Sshsig{
      .key = std::move(*key), .name_space = std::string(name_space), .hash = hash, .signature = to_bytes(value)};
}

Result<void> verify_sshsig(const Sshsig& signature, std::string_view name_space, const Digest& message) {
  if (signature.name_space != name_space) {
    return fail(ErrorCode::NotVerified, "the SSH signature is for namespace " + quoted_text(signature.name_space) +
                                            ", expected " + quoted_text(name_space));
  }
  if (message.algorithm() != signature.hash) {
    return fail(ErrorCode::InvalidRequest,
                "the SSH signature is over a " + std::string(hash_name(signature.hash)) + " hash, given is another");
  }
  return verify_signature(signature.key, signature.signature,
                          encode_sshsig_request({.name_space = signature.name_space, .message = message}));
}

Result<void> verify_sshsig(const Sshsig& signature, std::string_view name_space, ByteView message) {
  return verify_sshsig(signature, name_space, sigstore::hash(signature.hash, message));
}

}  // namespace signet::ssh
