#include "agent/audit/audit_log.h"

#include <chrono>
#include <optional>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "agent/audit/log_file.h"
#include "agent/loop/bell.h"

namespace signet::agent {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::milliseconds kSyncWithin{100};
constexpr std::int64_t kMaxUnsynced = 256;
constexpr std::chrono::hours kLong{24};

Awaitable<Result<void>> sync_here(const LogFile& file) { co_return file.sync(); }

}  // namespace

// Shared with the coroutine that syncs, which may end after the AuditLog.
struct AuditLog::State {
  State(asio::any_io_executor loop, LogFile opened, Settings given, const Clock& wall_clock)
      : executor(std::move(loop)),
        file(std::move(opened)),
        settings(std::move(given)),
        clock(wall_clock),
        written(executor),
        synced(executor) {}
  ~State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  Result<void> write(json::Object members);
  Awaitable<Result<void>> append(json::Object members);
  Awaitable<Result<void>> wait_for_sync(std::int64_t lines);
  Awaitable<void> keep_synced(std::shared_ptr<State> self);
  [[nodiscard]] std::int64_t unsynced() const { return written_lines - synced_lines; }

  asio::any_io_executor executor;
  LogFile file;
  Settings settings;
  const Clock& clock;
  asio::thread_pool disk{1};
  Bell written;  // rings when the number of lines that are not on the disk has reached a threshold
  Bell synced;   // rings after each sync
  std::int64_t written_lines = 0;
  std::int64_t synced_lines = 0;
  std::optional<Error> broken;
  bool closing = false;
};

Result<void> AuditLog::State::write(json::Object members) {
  if (broken) return fail(*broken);
  auto appended = file.append(encode_line(file.next_sequence(), clock.now(), std::move(members)));
  if (!appended) return appended;
  ++written_lines;
  if (unsynced() == 1 || unsynced() == kMaxUnsynced) written.ring();
  return {};
}

// What is not known to be on the disk after an fdatasync() that failed may never get there.
Awaitable<Result<void>> AuditLog::State::wait_for_sync(std::int64_t lines) {
  while (!broken && synced_lines < lines) co_await synced.wait_regardless(Deadline::after(kLong));
  if (broken) co_return fail(*broken);
  co_return Result<void>();
}

Awaitable<Result<void>> AuditLog::State::append(json::Object members) {
  while (unsynced() >= kMaxUnsynced) {
    auto room = co_await wait_for_sync(written_lines - kMaxUnsynced + 1);
    if (!room) co_return room;
  }
  auto done = write(std::move(members));
  if (!done || settings.sync == config::AuditSync::Batch) co_return done;
  co_return co_await wait_for_sync(written_lines);
}

Awaitable<void> AuditLog::State::keep_synced([[maybe_unused]] std::shared_ptr<State> self) {
  while (!closing && !broken) {
    if (unsynced() == 0) co_await written.wait_regardless(Deadline::after(kLong));
    if (settings.sync == config::AuditSync::Batch && unsynced() < kMaxUnsynced) {
      co_await written.wait_regardless(Deadline::after(kSyncWithin));
    }
    if (closing) co_return;
    const std::int64_t lines = written_lines;
    auto done = co_await asio::co_spawn(disk, sync_here(file), asio::use_awaitable);
    if (done) {
      synced_lines = lines;
    } else {
      broken = done.error();
      settings.notice(*broken);
    }
    synced.ring();
  }
}

AuditLog::AuditLog(std::shared_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<AuditLog>> AuditLog::open(asio::any_io_executor executor, Settings settings,
                                                 const Clock& clock) {
  auto file = LogFile::open(settings.folder);
  if (!file) return fail(std::move(file.error()));
  const std::size_t set_aside = file->set_aside();
  auto state = std::make_shared<State>(executor, std::move(*file), std::move(settings), clock);
  if (auto begun = state->write(encode_start(set_aside)); !begun) return fail(std::move(begun.error()));
  asio::co_spawn(executor, state->keep_synced(state), asio::detached);
  return std::unique_ptr<AuditLog>(new AuditLog(std::move(state)));
}

AuditLog::~AuditLog() {
  state_->closing = true;
  state_->written.ring();
}

Awaitable<Result<Intent>> AuditLog::intent(Approval approval, Subject subject) {
  auto written = co_await state_->append(encode_intent(approval, subject));
  if (!written) co_return fail(std::move(written.error()));
  co_return Intent(std::move(approval), std::move(subject));
}

Awaitable<Result<void>> AuditLog::outcome(const Intent& intent, Outcome outcome) {
  return state_->append(encode_outcome(intent.approval_, intent.subject_, outcome));
}

Awaitable<Result<void>> AuditLog::denied(const Decision& decision) { return state_->append(encode_denial(decision)); }

Result<void> AuditLog::close() {
  state_->closing = true;
  state_->written.ring();
  state_->disk.join();
  if (state_->broken) return fail(*state_->broken);
  return state_->file.sync();
}

}  // namespace signet::agent
