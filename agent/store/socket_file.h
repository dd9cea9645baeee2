// A listening socket and its file (socket-file rules of docs/threat-model.md): for its owner alone, never in the place
// of something that is not ours.
#pragma once

#include <chrono>
#include <filesystem>
#include <utility>

#include "common/error.h"
#include "common/time.h"
#include "common/unique_fd.h"

namespace signet::agent {

/// Owns both; the destructor removes the file if listen() made it and it is still this one.
class SocketFile {
 public:
  /// Listens at `path`, whose folder exists and is private. A socket file of ours on which nobody listens any more is
  /// replaced; the caller holds a lock, so that nobody else does the same at once.
  ///
  /// @param backlog   connections that may wait to be accepted
  /// @param patience  until then it waits, with the whole thread, for whoever listens there to end
  /// @error InvalidRequest  the path is not absolute or longer than 107 bytes; something stands there that is no socket
  ///                        or not ours; somebody listens there; the system refused
  [[nodiscard]] static Result<SocketFile> listen(const std::filesystem::path& path, int backlog,
                                                 Deadline patience = Deadline::after(std::chrono::milliseconds(0)));

  /// A socket whose file is somebody else's, who listened there: the destructor leaves the file alone.
  [[nodiscard]] static SocketFile adopt(std::filesystem::path path, UniqueFd listening) {
    return {std::move(path), std::move(listening)};
  }

  SocketFile(SocketFile&& other) noexcept;
  SocketFile& operator=(SocketFile&&) = delete;
  SocketFile(const SocketFile&) = delete;
  SocketFile& operator=(const SocketFile&) = delete;
  ~SocketFile();

  /// The listening descriptor: close-on-exec, does not block. Stays ours.
  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  SocketFile(std::filesystem::path path, UniqueFd fd) : path_(std::move(path)), fd_(std::move(fd)) {}
  std::filesystem::path path_;
  UniqueFd fd_;
  unsigned long device_ = 0;
  unsigned long inode_ = 0;
};

}  // namespace signet::agent
