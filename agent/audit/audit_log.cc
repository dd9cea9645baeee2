#include "agent/audit/audit_log.h"

#include <array>
#include <optional>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include "agent/audit/integrator.h"
#include "agent/audit/log_store.h"
#include "agent/audit/tail_file.h"
#include "agent/loop/bell.h"
#include "audit/check.h"

namespace signet::agent {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::milliseconds kWithin{100};
constexpr std::chrono::milliseconds kRetryAfter{1000};
constexpr std::uint64_t kMaxWaiting = 256;
// So many are worth a checkpoint; while they are on their way as many again may come.
constexpr std::uint64_t kEnough = kMaxWaiting / 2;
constexpr std::chrono::hours kLong{24};

enum class Urgency : bool { MayBeLeftOut, MustBeWritten };

}  // namespace

// Shared with coroutines that may end after the AuditLog.
struct AuditLog::State : std::enable_shared_from_this<AuditLog::State> {
  State(asio::any_io_executor loop, std::array<TailFile, 2> files, Settings given, const Clock& wall_clock,
        std::uint64_t size)
      : executor(std::move(loop)),
        tail(std::move(files)),
        settings(std::move(given)),
        clock(wall_clock),
        written(size),
        integrated(size),
        due(executor),
        tried(executor),
        ended(executor) {}
  ~State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  Result<void> write(json::Object members);
  Awaitable<Result<void>> append(json::Object members, Urgency urgency, Deadline deadline);
  Awaitable<Result<void>> wait_for_room(Deadline deadline);
  Awaitable<Result<void>> wait_until_integrated(std::uint64_t lines, Deadline deadline);
  Awaitable<void> keep_integrating(std::shared_ptr<State> self);
  Awaitable<void> integrate();
  Awaitable<void> keep_telling(std::shared_ptr<State> self);
  void answered(Result<void> result, std::string signed_checkpoint);
  void tell() const;
  void end();
  [[nodiscard]] std::uint64_t waiting() const { return written - integrated; }

  asio::any_io_executor executor;
  std::array<TailFile, 2> tail;
  Settings settings;
  const Clock& clock;
  std::optional<Integrator> integrator;

  std::uint64_t written;      // lines in tree and tail: the number of the next one
  std::uint64_t integrated;   // lines that a checkpoint on the disk covers
  Integrator::Lines fresh;    // lines in the file that takes new ones
  Integrator::Lines at_work;  // lines that the thread brings into the tree, until it says that they are there
  unsigned current = 0;       // the file that takes new lines
  bool thread_works = false;
  std::optional<Error> failing;  // the last attempt failed; the next success ends it
  std::string checkpoint;
  Bell due;    // rings when there is a reason to integrate now
  Bell tried;  // rings after each attempt
  Bell ended;  // rings when nothing more is written
  bool closing = false;
};

Result<void> AuditLog::State::write(json::Object members) {
  std::string line = encode_line(static_cast<std::int64_t>(written), clock.now(), std::move(members));
  if (line.size() > audit::kMaxLine) return fail(ErrorCode::AuditUnavailable, "a line of the audit log is too long");
  if (auto appended = tail[current].append(line); !appended) return appended;
  line.pop_back();
  fresh.texts.push_back(to_bytes(line));
  ++written;
  if (waiting() == 1 || fresh.texts.size() >= kEnough) due.ring();
  return {};
}

// After a failure somebody who asks is a reason to try again: there may be room now.
Awaitable<Result<void>> AuditLog::State::wait_for_room(Deadline deadline) {
  if (failing) {
    due.ring();
    co_await tried.wait_regardless(deadline);
  }
  while (!failing && waiting() >= kMaxWaiting && !deadline.passed()) co_await tried.wait_regardless(deadline);
  if (failing) co_return fail(*failing);
  if (waiting() < kMaxWaiting) co_return Result<void>();
  co_return fail(ErrorCode::Deadline, "the disk of the audit log did not take the lines in time", "look at the disk");
}

Awaitable<Result<void>> AuditLog::State::wait_until_integrated(std::uint64_t lines, Deadline deadline) {
  while (!failing && integrated < lines && !deadline.passed()) co_await tried.wait_regardless(deadline);
  if (integrated >= lines) co_return Result<void>();
  if (failing) co_return fail(*failing);
  co_return fail(ErrorCode::Deadline, "the disk of the audit log did not take the line in time", "look at the disk");
}

Awaitable<Result<void>> AuditLog::State::append(json::Object members, Urgency urgency, Deadline deadline) {
  auto room = co_await wait_for_room(deadline);
  if (!room && urgency == Urgency::MayBeLeftOut) co_return room;
  auto done = write(std::move(members));
  if (!done || !room) co_return done ? room : done;
  if (settings.sync == config::AuditSync::Batch) co_return done;
  co_return co_await wait_until_integrated(written, deadline);
}

Awaitable<void> AuditLog::State::keep_integrating([[maybe_unused]] std::shared_ptr<State> self) {
  while (!closing) {
    if (waiting() == 0) co_await due.wait_regardless(Deadline::after(kLong));
    if (closing) co_return;
    if (failing) {
      co_await due.wait_regardless(Deadline::after(kRetryAfter));
    } else if (settings.sync == config::AuditSync::Batch && waiting() < kEnough) {
      co_await due.wait_regardless(Deadline::after(kWithin));
    }
    if (closing || waiting() == 0) continue;
    co_await integrate();
  }
}

// One attempt. The files of the tail change places unless the last one failed: then the same lines come first.
Awaitable<void> AuditLog::State::integrate() {
  if (at_work.texts.empty()) {
    at_work = std::exchange(fresh, Integrator::Lines());
    at_work.first = integrated;
    at_work.file = &tail.at(current);
    current = 1 - current;
  }
  thread_works = true;
  integrator->begin(at_work);
  while (thread_works && !closing) co_await tried.wait_regardless(Deadline::after(kLong));
}

// On the event loop, whatever the thread did.
void AuditLog::State::answered(Result<void> result, std::string signed_checkpoint) {
  thread_works = false;
  checkpoint = std::move(signed_checkpoint);
  if (result) {
    integrated += at_work.texts.size();
    at_work = {};
    failing.reset();
  } else {
    const bool is_news = !failing;
    failing = std::move(result.error());
    if (is_news && settings.notice) settings.notice(*failing);
  }
  tried.ring();
}

void AuditLog::State::end() {
  closing = true;
  for (Bell* bell : {&due, &tried, &ended}) bell->ring();
}

void AuditLog::State::tell() const {
  if (settings.tell_checkpoint) settings.tell_checkpoint(audit::checkpoint_line(checkpoint));
}

Awaitable<void> AuditLog::State::keep_telling([[maybe_unused]] std::shared_ptr<State> self) {
  while (!closing) {
    co_await ended.wait_regardless(Deadline::after(settings.tell_every));
    if (!closing) tell();
  }
}

AuditLog::AuditLog(std::shared_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<AuditLog>> AuditLog::open(asio::any_io_executor executor, Settings settings,
                                                 const Clock& clock) {
  const audit::Folder folder(settings.folder);
  auto store = LogStore::open(folder);
  if (!store) return fail(std::move(store.error()));
  auto first = TailFile::open(folder.tail(0));
  if (!first) return fail(std::move(first.error()));
  auto second = TailFile::open(folder.tail(1));
  if (!second) return fail(std::move(second.error()));
  std::array<TailFile, 2> files{std::move(*first), std::move(*second)};
  auto state = std::make_shared<State>(executor, std::move(files), std::move(settings), clock, store->size());
  state->checkpoint = store->checkpoint();
  if (auto begun = state->write(encode_start(store->set_aside())); !begun) return fail(std::move(begun.error()));
  state->integrator.emplace(std::move(*store), [raw = state.get()](Result<void> result, std::string checkpoint) {
    // The thread ends before the state does, and what it posts may come later.
    asio::post(raw->executor, [weak = raw->weak_from_this(), result = std::move(result),
                               checkpoint = std::move(checkpoint)]() mutable {
      if (const auto alive = weak.lock()) alive->answered(std::move(result), std::move(checkpoint));
    });
  });
  asio::co_spawn(executor, state->keep_integrating(state), asio::detached);
  asio::co_spawn(executor, state->keep_telling(state), asio::detached);
  return std::unique_ptr<AuditLog>(new AuditLog(std::move(state)));
}

AuditLog::~AuditLog() {
  state_->end();
  state_->integrator.reset();
}

Awaitable<Result<Intent>> AuditLog::intent(Approval approval, Subject subject, Deadline deadline) {
  auto written = co_await state_->append(encode_intent(approval, subject), Urgency::MayBeLeftOut, deadline);
  if (!written) co_return fail(std::move(written.error()));
  co_return Intent(std::move(approval), std::move(subject));
}

Awaitable<Result<void>> AuditLog::outcome(const Intent& intent, Outcome outcome, Deadline deadline) {
  return state_->append(encode_outcome(intent.approval_, intent.subject_, outcome), Urgency::MustBeWritten, deadline);
}

Awaitable<Result<void>> AuditLog::denied(const Decision& decision, Deadline deadline) {
  return state_->append(encode_denial(decision), Urgency::MayBeLeftOut, deadline);
}

Result<void> AuditLog::close(Deadline deadline) {
  State& state = *state_;
  state.end();
  std::vector<Integrator::Lines> rest;
  if (!state.at_work.texts.empty()) rest.push_back(state.at_work);
  if (!state.fresh.texts.empty()) {
    state.fresh.first = state.written - state.fresh.texts.size();
    state.fresh.file = &state.tail.at(state.current);
    rest.push_back(state.fresh);
  }
  auto last = state.integrator->finish(std::move(rest), deadline);
  if (!last) return fail(std::move(last.error()));
  state.checkpoint = std::move(*last);
  state.tell();
  return {};
}

}  // namespace signet::agent
