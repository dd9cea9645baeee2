#include "agent/flow/certificates.h"

#include <algorithm>
#include <exception>
#include <list>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include "agent/flow/deadlines.h"
#include "agent/flow/pin_prompt.h"
#include "agent/flow/place.h"
#include "common/display.h"
#include "common/hex.h"

namespace signet::agent {
namespace {

namespace asio = boost::asio;
using sigstore::VerifiedCertificate;

PinAsker ask_for_certificate(const Report& report, const CertificateWish& wish) {
  const Decision& decision = wish.approval.decision();
  return ask_through(report, decision.peer(), "for a certificate of " + display_text(decision.identity()->san));
}

}  // namespace

/// A certificate on its way, and who waits for it.
struct Certificates::Pending {
  Pending(const asio::any_io_executor& executor, CertificateWish what) : wish(std::move(what)), changed(executor) {}

  CertificateWish wish;
  Bell changed;
  asio::cancellation_signal cancel;
  std::list<Share*> shares;
  std::size_t touches_asked = 0;
  std::string touch_note{};
  std::optional<PinNeed> pin;      // as long as somebody has to enter it
  Share* asked_for_pin = nullptr;  // the one whose client is asked
  std::size_t place = 0;           // in the queue for the token; 0: not there
  std::optional<Result<VerifiedCertificate>> result;
};

/// One request's share in a certificate on its way. Who has the last one and goes takes the whole with him; a request
/// that comes then begins anew.
class Certificates::Share {
 public:
  /// @param asker  how this request's person is asked for a PIN
  Share(Certificates& all, Name name, std::shared_ptr<Pending> pending, PinAsker asker)
      : all_(all), name_(std::move(name)), pending_(std::move(pending)), asker_(std::move(asker)) {
    pending_->shares.push_back(this);
    // Whoever was asked has gone, and nobody else could be.
    if (pending_->pin && pending_->asked_for_pin == nullptr && asker_.can_ask()) pass_on_the_prompt(*pending_);
  }
  ~Share() {
    pending_->shares.remove(this);
    if (pending_->asked_for_pin == this) pass_on_the_prompt(*pending_);
    if (!pending_->shares.empty() || pending_->result) return;
    const auto listed = all_.pending_.find(name_);
    if (listed != all_.pending_.end() && listed->second == pending_) all_.pending_.erase(listed);
    pending_->cancel.emit(asio::cancellation_type::terminal);
  }
  Share(const Share&) = delete;
  Share& operator=(const Share&) = delete;

  Pending* operator->() const { return pending_.get(); }

  /// Asks this request's person, where it is his turn and he was not asked yet.
  ///
  /// @return  false where there was nothing to ask
  Awaitable<bool> ask_for_pin() {
    if (pending_->asked_for_pin != this || std::exchange(was_asked_, true)) co_return false;
    const PinNeed need = *pending_->pin;
    co_await asker_.ask(need);
    co_return true;
  }

  /// Chooses whose person is asked: the first one who was not asked before and can be.
  static void pass_on_the_prompt(Pending& pending) {
    const auto next = std::ranges::find_if(
        pending.shares, [](const Share* share) { return share->asker_.can_ask() && !share->was_asked_; });
    pending.asked_for_pin = next == pending.shares.end() ? nullptr : *next;
    pending.changed.ring();
  }
  static void begin_prompt(Pending& pending, const PinNeed& need) {
    pending.pin = need;
    for (Share* share : pending.shares) share->was_asked_ = false;
    pass_on_the_prompt(pending);
  }
  static bool can_ask(const Pending& pending) {
    return std::ranges::any_of(pending.shares, [](const Share* share) { return share->asker_.can_ask(); });
  }

 private:
  Certificates& all_;
  Name name_;
  std::shared_ptr<Pending> pending_;
  PinAsker asker_;
  bool was_asked_ = false;
};

Certificates::Certificates(asio::any_io_executor executor, const IssuerParts& parts)
    : executor_(std::move(executor)), parts_(parts), ended_(executor_) {}
Certificates::~Certificates() = default;

// A clock that was set back does not make an old certificate young: it is then one that has not begun.
bool Certificates::is_fresh(const VerifiedCertificate& certificate) const {
  const WallTime now = parts_.clock.now();
  return certificate.certificate().not_after() - now >= kCertificateReserve &&
         certificate.certificate().not_before() - now <= kClockDifference;
}

const VerifiedCertificate* Certificates::find_fresh(const Name& name) const {
  const auto kept = kept_.find(name);
  return kept != kept_.end() && is_fresh(kept->second) ? &kept->second : nullptr;
}

// A coroutine of its own: it belongs to no single request. It holds `pending` for as long as it runs.
Awaitable<void> Certificates::run(const IssuerParts& parts, std::shared_ptr<Pending> pending) {
  co_await asio::this_coro::throw_if_cancelled(false);
  Attendance attendance;
  attendance.on_touch = [pending](std::string note) -> Awaitable<void> {
    ++pending->touches_asked;
    pending->touch_note = std::move(note);
    pending->changed.ring();
    co_return;
  };
  attendance.on_place = [pending](std::size_t place) -> Awaitable<void> {
    pending->place = place;
    pending->changed.ring();
    co_return;
  };
  const Report nobody;
  attendance.pin = ask_for_certificate(nobody, pending->wish);
  attendance.pin.can = [pending] { return Share::can_ask(*pending); };
  attendance.pin.ask = [pending](const PinNeed& need) -> Awaitable<void> {
    Share::begin_prompt(*pending, need);
    co_return;
  };
  attendance.pin.over = [pending] {
    pending->pin.reset();
    pending->asked_for_pin = nullptr;
  };
  auto certificate = co_await obtain_certificate(parts, pending->wish, std::move(attendance));
  pending->result = std::move(certificate);
}

std::shared_ptr<Certificates::Pending> Certificates::join(const Name& name, CertificateWish wish) {
  if (const auto known = pending_.find(name); known != pending_.end()) return known->second;
  auto pending = std::make_shared<Pending>(executor_, std::move(wish));
  pending_[name] = pending;
  auto done = [this, name, pending](const std::exception_ptr& thrown) {
    if (thrown) pending->result = fail(ErrorCode::Bug, "obtaining a certificate ended in an exception");
    finish(name, pending);
  };
  ++running_;
  asio::co_spawn(executor_, run(parts_, pending),
                 asio::bind_cancellation_slot(pending->cancel.slot(), std::move(done)));
  return pending;
}

void Certificates::finish(const Name& name, const std::shared_ptr<Pending>& pending) {
  --running_;
  ended_.ring();
  if (*pending->result) ++obtained_;
  if (const auto listed = pending_.find(name); listed != pending_.end() && listed->second == pending) {
    pending_.erase(listed);
    if (*pending->result) kept_.insert_or_assign(name, **pending->result);
  }
  pending->changed.ring();
}

Awaitable<bool> Certificates::wait_idle(Deadline deadline) {
  while (running_ > 0 && !deadline.passed()) co_await ended_.wait_regardless(deadline);
  co_return running_ == 0;
}

Awaitable<Result<VerifiedCertificate>> Certificates::get(CertificateWish wish, Report report, Deadline deadline) {
  const config::Identity& identity = *wish.approval.decision().identity();
  const Name name(identity.name, encode_hex(wish.key.public_key.fingerprint()), wish.ca);
  if (const VerifiedCertificate* fresh = find_fresh(name)) co_return *fresh;
  if (report) co_await report(protocol::ProgressKind::Certificate, "obtaining a certificate for " + identity.san);
  const std::string token = wish.key.token;
  PinAsker asker = ask_for_certificate(report, wish);
  auto pending = join(name, std::move(wish));
  Share share(*this, name, std::move(pending), std::move(asker));
  std::size_t place = 0;
  for (std::size_t told = 0; !share->result;) {
    if (std::exchange(told, share->touches_asked) != share->touches_asked && report) {
      co_await report(protocol::ProgressKind::TouchNeeded,
                      "touch 1 of 2: certificate for " + identity.san + " (token " + token + ")" + share->touch_note);
      continue;
    }
    if (told == 0 && std::exchange(place, share->place) != share->place && report) {
      co_await report_place(report, token, place);
      continue;
    }
    // After the place: a client takes what follows on its item for the end of the prompt.
    if (co_await share.ask_for_pin()) continue;
    auto woken = co_await share->changed.wait(deadline);
    if (!woken)
      co_return fail(
          std::move(woken.error()).during("waiting for a certificate of " + display_text(std::get<2>(name))));
  }
  co_return *share->result;
}

Awaitable<Result<VerifiedCertificate>> Certificates::get_once(CertificateWish wish, Report report) {
  const std::string& san = wish.approval.decision().identity()->san;
  if (report) co_await report(protocol::ProgressKind::Certificate, "obtaining a certificate for " + san);
  Attendance attendance;
  attendance.pin = ask_for_certificate(report, wish);
  if (report) {
    const std::string touch = "touch 1 of 2: certificate for " + san + " (token " + wish.key.token + ")";
    attendance.on_touch = [&report, touch](const std::string& note) {
      return report(protocol::ProgressKind::TouchNeeded, touch + note);
    };
  }
  auto certificate = co_await obtain_certificate(parts_, wish, std::move(attendance));
  if (certificate) ++obtained_;
  co_return certificate;
}

std::optional<WallTime> Certificates::until(const std::string& identity) const {
  for (const auto& [name, certificate] : kept_) {
    if (std::get<0>(name) == identity && is_fresh(certificate)) return certificate.certificate().not_after();
  }
  return std::nullopt;
}

void Certificates::forget(const std::string& identity) {
  const auto is_its = [&identity](const auto& entry) { return std::get<0>(entry.first) == identity; };
  std::erase_if(kept_, is_its);
  std::erase_if(pending_, is_its);
}

void Certificates::forget_all() {
  kept_.clear();
  pending_.clear();
}

}  // namespace signet::agent
