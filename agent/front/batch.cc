#include "agent/front/batch.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include <boost/asio/this_coro.hpp>

#include "agent/loop/together.h"
#include "agent/loop/turnstile.h"

namespace signet::agent {
namespace {

using protocol::ItemResult;
using protocol::SignReply;

Report report_through(const protocol::SendMore& more, std::int64_t index) {
  return Report([&more, index](protocol::Progress news) -> Awaitable<void> {
    news.index = index;
    SignReply reply;
    reply.progress = std::move(news);
    (void)co_await more(reply.encode());
  });
}

json::Value encode(ItemResult result) {
  SignReply reply;
  reply.result = std::move(result);
  return reply.encode();
}

void say_what_next(Error& error) {
  if (error.code == ErrorCode::Deadline && error.remedy.empty()) error.remedy = "ask again, with more time";
}

ItemResult failure(std::int64_t index, Error error) {
  ItemResult result{.index = index};
  result.failure = std::move(error);
  return result;
}

/// One batch while it is signed.
class BatchRun {
 public:
  BatchRun(boost::asio::any_io_executor executor, SigningFlow& flow, const SigningOrder& order, Batch batch,
           const protocol::SendMore& more)
      : executor_(std::move(executor)),
        flow_(flow),
        order_(order),
        batch_(std::move(batch)),
        more_(more),
        token_(executor_, 1),
        made_(batch_.items.size()) {}

  Awaitable<Result<json::Value>> run() {
    std::vector<Job> lanes(std::min(kItemsAtWork, batch_.items.size()), [this] { return sign_next_ones(); });
    if (lanes.size() == 1) {
      co_await sign_next_ones();
    } else {
      co_await run_together(executor_, std::move(lanes));
    }
    if (!end_) co_return fail(ErrorCode::Bug, "a batch ended without an answer");
    co_return std::move(*end_);
  }

 private:
  [[nodiscard]] bool is_wanted(std::size_t i) const { return !end_ && i < batch_.items.size() && i <= stop_at_; }

  // False where the others need not go on.
  Awaitable<bool> sign_next_ones() {
    while (is_wanted(next_)) {
      const std::size_t i = next_++;
      auto turn = co_await token_.enter(order_.deadline);
      if (!is_wanted(i)) co_return true;
      if (turn) {
        made_[i] = co_await sign_item(i, std::move(*turn));
      } else {
        made_[i] = fail(std::move(turn.error()).during("waiting for the items before it"));
      }
      if (!*made_[i] && made_[i]->error().code == ErrorCode::Cancelled) {
        if (!end_) end_ = fail(std::move(made_[i]->error()));  // else it is the end that cancelled it
        co_return false;
      }
      if (!*made_[i]) say_what_next(made_[i]->error());
      if (!*made_[i] && !batch_.continue_on_error) stop_at_ = std::min(stop_at_, i);
      if (!co_await deliver()) co_return false;
    }
    co_return true;
  }

  Awaitable<Result<ItemResult>> sign_item(std::size_t i, Turnstile::Pass pass) {
    const auto index = static_cast<std::int64_t>(i);
    std::optional<Turnstile::Pass> at_token(std::move(pass));
    SigningOrder order = order_;
    order.on_signed = [&at_token] { at_token.reset(); };
    Report report;
    if (batch_.streams) report = report_through(more_, index);
    co_return co_await flow_.sign(order, std::move(batch_.items[i]), index, std::move(report));
  }

  // Sends what is next in order, as far as it is there. False after the last reply. One at a time: whoever comes while
  // another one sends leaves his own to him.
  Awaitable<bool> deliver() {
    if (delivering_) co_return true;
    delivering_ = true;
    for (; delivered_ < made_.size() && made_[delivered_]; ++delivered_) {
      Result<ItemResult> made = std::move(*made_[delivered_]);
      const bool last = delivered_ + 1 == made_.size() || (!made && !batch_.continue_on_error);
      if (!made && !batch_.streams) {
        end_ = fail(std::move(made.error()));
        co_return false;
      }
      json::Value reply =
          encode(made ? std::move(*made) : failure(static_cast<std::int64_t>(delivered_), std::move(made.error())));
      if (last) {
        end_ = std::move(reply);
        co_return false;
      }
      auto sent = co_await more_(std::move(reply));
      if (!sent) {
        end_ = fail(std::move(sent.error()));
        co_return false;
      }
    }
    delivering_ = false;
    co_return true;
  }

  boost::asio::any_io_executor executor_;
  SigningFlow& flow_;
  const SigningOrder& order_;
  Batch batch_;
  const protocol::SendMore& more_;
  Turnstile token_;
  std::vector<std::optional<Result<ItemResult>>> made_;
  std::size_t next_ = 0;
  std::size_t delivered_ = 0;
  std::size_t stop_at_ = std::numeric_limits<std::size_t>::max();  // the first that failed: none behind it is wanted
  bool delivering_ = false;                                        // and for good once the last reply is there
  std::optional<Result<json::Value>> end_;
};

}  // namespace

SigningWish Batch::wish() const {
  return SigningWish{.identity = identity, .items = items, .output = output, .log = log};
}

Result<Batch> read_batch(protocol::SignRequest request, bool streams) {
  if (!streams && request.items.size() != 1) {
    return fail(ErrorCode::InvalidRequest, "several items need several replies", "send the call with \"more\": true");
  }
  Batch batch{.identity = std::move(request.identity), .items = {}};
  batch.output = request.output;
  batch.log = request.log;
  batch.continue_on_error = request.continue_on_error;
  batch.streams = streams;
  batch.items.reserve(request.items.size());
  for (protocol::Content& content : request.items) {
    auto item = read_item(std::move(content));
    if (!item) return fail(std::move(item.error()).during("reading items[" + std::to_string(batch.items.size()) + "]"));
    batch.items.push_back(std::move(*item));
  }
  return batch;
}

Awaitable<Result<json::Value>> sign_batch(SigningFlow& flow, const SigningOrder& order, Batch batch,
                                          const protocol::SendMore& more) {
  BatchRun run(co_await boost::asio::this_coro::executor, flow, order, std::move(batch), more);
  co_return co_await run.run();
}

}  // namespace signet::agent
