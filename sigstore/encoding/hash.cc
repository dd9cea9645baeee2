#include "sigstore/encoding/hash.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <iostream>

#include "common/display.h"
#include "common/file.h"
#include "common/unique_fd.h"
#include "sigstore/encoding/openssl.h"

namespace signet::sigstore {
namespace {

constexpr std::size_t kReadSize = std::size_t{256} * 1024;

constexpr std::array<std::string_view, 3> kProtoNames = {"SHA2_256", "SHA2_384", "SHA2_512"};

// Without its hashes a library of signatures cannot go on, and no answer would be true.
[[noreturn]] void end_process() {
  std::cerr << "signet: OpenSSL provides no SHA-2\n";
  std::abort();
}

// Fetched once: a fetch for each hash costs more than hashing a Merkle node.
const EVP_MD* implementation(HashAlgorithm algorithm) {
  static const std::array<const EVP_MD*, 3> fetched = {EVP_MD_fetch(nullptr, "SHA2-256", nullptr),
                                                       EVP_MD_fetch(nullptr, "SHA2-384", nullptr),
                                                       EVP_MD_fetch(nullptr, "SHA2-512", nullptr)};
  const EVP_MD* md = fetched.at(static_cast<std::size_t>(algorithm));
  if (md == nullptr) end_process();
  return md;
}

std::unexpected<Error> cannot(std::string_view verb, const std::filesystem::path& path, int error_number) {
  return fail(ErrorCode::InvalidRequest,
              "cannot " + std::string(verb) + " " + display_text(path.native()) + ": " + errno_text(error_number));
}

}  // namespace

std::string_view proto_hash_name(HashAlgorithm algorithm) {
  return kProtoNames.at(static_cast<std::size_t>(algorithm));
}

std::optional<HashAlgorithm> hash_from_proto_name(std::string_view name) {
  const auto* const found = std::ranges::find(kProtoNames, name);
  if (found == kProtoNames.end()) return std::nullopt;
  return static_cast<HashAlgorithm>(found - kProtoNames.begin());
}

struct Hasher::State {
  HashAlgorithm algorithm;
  openssl::DigestContext context;
};

Hasher::Hasher(HashAlgorithm algorithm)
    : state_(std::make_unique<State>(State{algorithm, openssl::DigestContext(EVP_MD_CTX_new())})) {
  if (!state_->context || EVP_DigestInit_ex2(state_->context.get(), implementation(algorithm), nullptr) != 1) {
    end_process();
  }
}

Hasher::~Hasher() = default;
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;

void Hasher::update(ByteView bytes) {
  if (EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) != 1) end_process();
}

Digest Hasher::finish() {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> out{};
  if (EVP_DigestFinal_ex(state_->context.get(), out.data(), nullptr) != 1) end_process();
  auto digest = Digest::make(state_->algorithm, ByteView(out).first(digest_size(state_->algorithm)));
  if (!digest) end_process();
  return std::move(*digest);
}

Digest hash(HashAlgorithm algorithm, ByteView bytes) {
  Hasher hasher(algorithm);
  hasher.update(bytes);
  return hasher.finish();
}

Sha256Hash sha256(ByteView bytes) {
  Sha256Hash out{};
  const EVP_MD* md = implementation(HashAlgorithm::Sha256);
  if (EVP_Digest(bytes.data(), bytes.size(), out.data(), nullptr, md, nullptr) != 1) end_process();
  return out;
}

Result<Digest> hash_file(HashAlgorithm algorithm, const std::filesystem::path& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!file) return cannot("open", path, errno);
  Hasher hasher(algorithm);
  Bytes buffer(kReadSize);
  for (;;) {
    const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
    if (got == 0) return hasher.finish();
    if (got > 0) {
      hasher.update(ByteView(buffer).first(static_cast<std::size_t>(got)));
    } else if (errno != EINTR) {
      return cannot("read", path, errno);
    }
  }
}

}  // namespace signet::sigstore
