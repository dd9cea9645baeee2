#include "agent/ssh/signed_file.h"

#include <filesystem>
#include <string_view>

#include "common/bytes.h"
#include "common/file.h"
#include "common/owned_path.h"
#include "protocol/limits.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/git/object.h"

namespace signet::agent {
namespace {

constexpr std::size_t kMaxCommandLine = std::size_t{16} * 1024;

// The file that ssh-keygen signs, as far as its command line says so: each word ends in a NUL (proc(5)).
std::optional<std::filesystem::path> last_word_of(const protocol::Peer& peer) {
  const bool is_ssh_keygen = peer.exe && std::filesystem::path(*peer.exe).filename() == "ssh-keygen";
  if (!is_ssh_keygen) return std::nullopt;
  const auto line = read_file("/proc/" + std::to_string(peer.pid) + "/cmdline", kMaxCommandLine);
  if (!line || line->empty() || line->back() != '\0') return std::nullopt;
  std::string_view words(*line);
  words.remove_suffix(1);
  const auto before = words.rfind('\0');
  std::filesystem::path file = std::string(words.substr(before == std::string_view::npos ? 0 : before + 1));
  if (!file.is_absolute()) return std::nullopt;
  return file;
}

}  // namespace

std::optional<std::string> summary_of_signed_file(const protocol::Peer& peer, const ssh::SshsigRequest& request) {
  if (request.name_space != "git") return std::nullopt;
  const auto file = last_word_of(peer);
  if (!file) return std::nullopt;
  const auto content = read_owned_file(*file, protocol::kMaxGitObject);
  if (!content) return std::nullopt;
  const ByteView bytes = bytes_of(*content);
  if (sigstore::hash(request.message.algorithm(), bytes) != request.message) return std::nullopt;
  const auto object = sigstore::parse_git_object(bytes, protocol::kMaxGitObject);
  if (!object) return std::nullopt;
  return object->summary();
}

}  // namespace signet::agent
