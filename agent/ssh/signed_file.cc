#include "agent/ssh/signed_file.h"

#include <filesystem>
#include <mutex>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include <boost/asio/post.hpp>

#include "agent/loop/bell.h"
#include "common/bytes.h"
#include "common/file.h"
#include "common/owned_path.h"
#include "common/time.h"
#include "protocol/limits.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/git/object.h"

namespace signet::agent {
namespace {

constexpr std::size_t kMaxCommandLine = std::size_t{16} * 1024;

bool is_ssh_keygen(const protocol::Peer& peer) {
  return peer.exe && std::filesystem::path(*peer.exe).filename() == "ssh-keygen";
}

// Each word of a command line ends in a NUL (proc(5)).
std::optional<std::filesystem::path> last_word_of(const protocol::Peer& peer) {
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

std::optional<std::string> read_signed_file(const protocol::Peer& peer) {
  const auto file = last_word_of(peer);
  if (!file) return std::nullopt;
  auto content = read_owned_file(*file, protocol::kMaxGitObject);
  if (!content) return std::nullopt;
  return std::move(*content);
}

// What the thread shares with us: it may outlive the loop and all that waits there.
struct SignedFiles::Desk {
  explicit Desk(Read given) : read(std::move(given)) {}

  const Read read;
  std::mutex mutex;
  bool at_work = false;        // under mutex
  std::function<void()> tell;  // under mutex: that something was read; empty where nobody is left to hear it
};

// Under the mutex of the desk.
struct SignedFiles::Reading {
  bool done = false;
  std::optional<std::string> content;
};

SignedFiles::SignedFiles(boost::asio::any_io_executor executor, Read read, std::chrono::milliseconds patience)
    : patience_(patience),
      turns_(executor, 1),
      answered_(std::make_shared<Bell>(executor)),
      desk_(std::make_shared<Desk>(std::move(read))) {
  desk_->tell = [executor, weak = std::weak_ptr(answered_)] {
    boost::asio::post(executor, [weak] {
      if (const auto bell = weak.lock()) bell->ring();
    });
  };
}

SignedFiles::~SignedFiles() {
  const std::lock_guard lock(desk_->mutex);
  desk_->tell = nullptr;
}

bool SignedFiles::begin(const std::shared_ptr<Desk>& desk, const protocol::Peer& peer,
                        const std::shared_ptr<Reading>& reading) {
  {
    const std::lock_guard lock(desk->mutex);
    if (std::exchange(desk->at_work, true)) return false;
  }
  try {
    std::thread([desk, peer, reading] {
      auto content = desk->read(peer);
      const std::lock_guard lock(desk->mutex);
      reading->content = std::move(content);
      reading->done = true;
      desk->at_work = false;
      // Under the lock: until it is given back there is a loop to tell.
      if (desk->tell) desk->tell();
    }).detach();
  } catch (const std::system_error&) {  // no more threads
    const std::lock_guard lock(desk->mutex);
    desk->at_work = false;
    return false;
  }
  return true;
}

Awaitable<std::optional<std::string>> SignedFiles::read(const protocol::Peer& peer) {
  const Deadline deadline = Deadline::after(patience_);
  Turnstile::Guest guest;
  guest.client = peer.pid;
  const auto turn = co_await turns_.enter(deadline, std::move(guest));
  if (!turn) co_return std::nullopt;
  const auto reading = std::make_shared<Reading>();
  if (!begin(desk_, peer, reading)) co_return std::nullopt;
  for (;;) {
    {
      const std::lock_guard lock(desk_->mutex);
      if (reading->done) co_return std::move(reading->content);
    }
    const auto heard = co_await answered_->wait(deadline);
    if (!heard) co_return std::nullopt;
  }
}

// What costs time without waiting is done on the loop: a thread that is left to itself calls nothing that the end of
// the process takes down.
Awaitable<std::optional<std::string>> SignedFiles::summary_of(const protocol::Peer& peer,
                                                              const ssh::SshsigRequest& request) {
  if (request.name_space != ssh::kGitNamespace || !is_ssh_keygen(peer)) co_return std::nullopt;
  const auto content = co_await read(peer);
  if (!content) co_return std::nullopt;
  const ByteView bytes = bytes_of(*content);
  if (sigstore::hash(request.message.algorithm(), bytes) != request.message) co_return std::nullopt;
  const auto object = sigstore::parse_git_object(bytes, protocol::kMaxGitObject);
  if (!object) co_return std::nullopt;
  co_return object->summary();
}

}  // namespace signet::agent
