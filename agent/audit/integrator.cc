#include "agent/audit/integrator.h"

#include <utility>

namespace signet::agent {
namespace {

Result<void> integrate(LogStore& store, const Integrator::Lines& lines) {
  auto done = store.append(lines.first, lines.texts);
  return done ? lines.file->clear() : done;
}

}  // namespace

Integrator::Integrator(LogStore store, Done done) : store_(std::move(store)), done_(std::move(done)) {
  thread_ = std::thread([this] { work(); });
}

Integrator::~Integrator() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Integrator::begin(Lines lines) {
  {
    const std::lock_guard lock(mutex_);
    task_ = std::move(lines);
  }
  changed_.notify_all();
}

void Integrator::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return task_.has_value() || ending_; });
    if (ending_) break;
    const Lines lines = std::move(*task_);
    task_.reset();
    lock.unlock();
    auto result = integrate(store_, lines);
    done_(std::move(result), store_.checkpoint());
    lock.lock();
  }
  const std::vector<Lines> rest = std::move(rest_);
  lock.unlock();
  Result<std::string> last;
  for (const Lines& lines : rest) {
    if (auto done = integrate(store_, lines); !done) last = fail(std::move(done.error()));
    if (!last) break;
  }
  if (last) last = store_.checkpoint();
  lock.lock();
  last_ = std::move(last);
  changed_.notify_all();
}

Result<std::string> Integrator::finish(std::vector<Lines> rest, Deadline deadline) {
  std::unique_lock lock(mutex_);
  rest_ = std::move(rest);
  task_.reset();
  ending_ = true;
  changed_.notify_all();
  if (changed_.wait_until(lock, deadline.point(), [this] { return last_.has_value(); })) return *last_;
  return fail(ErrorCode::Deadline, "the disk of the audit log does not answer",
              "look at the disk; the last lines are in the tail and are read at the next start");
}

}  // namespace signet::agent
