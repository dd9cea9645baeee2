#include "sigstore/encoding/hash.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <iostream>
#include <utility>

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
  std::cerr << "signet: OpenSSL lacks a hash\n";
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

std::string_view remedy_for(int error_number) {
  if (error_number == ENOENT || error_number == ENOTDIR) return "look whether the name and the folder are right";
  if (error_number == EACCES || error_number == EPERM) return "ask its owner for permission to read it";
  return "";
}

std::unexpected<Error> cannot(std::string_view verb, const std::filesystem::path& path, int error_number) {
  return fail(ErrorCode::InvalidRequest,
              "cannot " + std::string(verb) + " " + display_text(path.native()) + ": " + errno_text(error_number),
              std::string(remedy_for(error_number)));
}

std::string_view kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

// O_NONBLOCK so that the open of a FIFO does not wait for a writer.
Result<UniqueFd> open_regular(const std::filesystem::path& path, std::uint64_t& size) {
  UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!file) return cannot("open", path, errno);
  struct stat facts{};
  if (::fstat(file.get(), &facts) != 0) return cannot("read", path, errno);
  size = static_cast<std::uint64_t>(facts.st_size);
  if (S_ISREG(facts.st_mode)) return file;
  return fail(ErrorCode::InvalidRequest,
              display_text(path.native()) + " is " + std::string(kind_of(facts.st_mode)) + ", not a regular file",
              S_ISDIR(facts.st_mode) ? "name the files in it" : "write its content to a file first, and name that");
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

Sha1Hash sha1(ByteView bytes) {
  Sha1Hash out{};
  if (EVP_Digest(bytes.data(), bytes.size(), out.data(), nullptr, EVP_sha1(), nullptr) != 1) end_process();
  return out;
}

bool is_digest_operand(const std::string& operand) {
  const std::size_t colon = operand.find(':');
  if (colon == std::string::npos || !hash_from_name(std::string_view(operand).substr(0, colon))) return false;
  std::error_code ignored;
  return !std::filesystem::exists(std::filesystem::symlink_status(operand, ignored));
}

Result<std::vector<Digest>> hash_file(const std::vector<HashAlgorithm>& algorithms, const std::filesystem::path& path,
                                      const OnHashed& on_hashed) {
  std::uint64_t size = 0;
  const auto file = open_regular(path, size);
  if (!file) return fail(file.error());
  std::vector<Hasher> hashers;
  hashers.reserve(algorithms.size());
  for (const HashAlgorithm algorithm : algorithms) hashers.emplace_back(algorithm);
  Bytes buffer(kReadSize);
  std::uint64_t done = 0;
  while (done <= size) {
    const ssize_t got = ::read(file->get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return cannot("read", path, errno);
    if (got == 0) break;
    const ByteView read = ByteView(buffer).first(static_cast<std::size_t>(got));
    for (Hasher& hasher : hashers) hasher.update(read);
    done += read.size();
    if (on_hashed) on_hashed(done, size);
  }
  if (done != size) {
    return fail(ErrorCode::InvalidRequest, display_text(path.native()) + " changed its size while it was read",
                "try again when nobody writes to it any more");
  }
  std::vector<Digest> digests;
  digests.reserve(hashers.size());
  for (Hasher& hasher : hashers) digests.push_back(hasher.finish());
  return digests;
}

Result<Digest> hash_file(HashAlgorithm algorithm, const std::filesystem::path& path, const OnHashed& on_hashed) {
  auto digests = hash_file(std::vector<HashAlgorithm>{algorithm}, path, on_hashed);
  if (!digests) return fail(std::move(digests.error()));
  return std::move(digests->front());
}

}  // namespace signet::sigstore
