#include "agent/front/batch.h"

#include <utility>

namespace signet::agent {
namespace {

using protocol::ItemResult;
using protocol::SignReply;

Report report_through(const protocol::SendMore& more, std::int64_t index) {
  return [&more, index](protocol::ProgressKind kind, std::string text) -> Awaitable<void> {
    SignReply reply;
    reply.progress = protocol::Progress{.kind = kind, .index = index, .text = std::move(text)};
    (void)co_await more(reply.encode());
  };
}

json::Value encode(ItemResult result) {
  SignReply reply;
  reply.result = std::move(result);
  return reply.encode();
}

ItemResult failure(std::int64_t index, Error error) {
  ItemResult result{.index = index};
  result.failure = std::move(error);
  return result;
}

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
  for (std::size_t i = 0;; ++i) {
    const auto index = static_cast<std::int64_t>(i);
    Report report;
    if (batch.streams) report = report_through(more, index);
    auto made = co_await flow.sign(order, std::move(batch.items[i]), index, std::move(report));
    if (!made && (!batch.streams || made.error().code == ErrorCode::Cancelled)) co_return fail(std::move(made.error()));
    const bool last = i + 1 == batch.items.size() || (!made && !batch.continue_on_error);
    json::Value reply = encode(made ? std::move(*made) : failure(index, std::move(made.error())));
    if (last) co_return reply;
    auto sent = co_await more(std::move(reply));
    if (!sent) co_return fail(std::move(sent.error()));
  }
}

}  // namespace signet::agent
