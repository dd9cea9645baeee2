#include "sigstore/services/stored_entry.h"

#include <chrono>
#include <limits>
#include <string>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "sigstore/services/tile_proof.h"
#include "sigstore/tlog/checkpoint.h"
#include "sigstore/tlog/tile_files.h"

namespace signet::sigstore {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kMaxCheckpoint = std::size_t{1024} * 1024;  // signed notes are not longer
constexpr std::size_t kMaxTile = kTileWidth * sizeof(NodeHash);
/// Rekor publishes every few seconds.
constexpr std::chrono::milliseconds kBetweenCheckpoints{500};
constexpr long kNotFound = 404;

/// A checkpoint and the log of the trusted root that signed it.
struct SignedHead {
  const TransparencyLog* log = nullptr;
  Checkpoint checkpoint;
  std::string note;
};

class LogReader {
 public:
  LogReader(HttpTransport& transport, const CalledService& log, const TrustedRoot& root, Deadline deadline)
      : transport_(transport), log_(log), root_(root), deadline_(deadline) {}

  Awaitable<Result<SignedHead>> head_that_covers(std::uint64_t index) {
    while (true) {
      auto head = co_await head_now();
      if (!head || head->checkpoint.size > index) co_return head;
      if (deadline_.passed()) {
        co_return fail(ErrorCode::Deadline, log_.name + " published no checkpoint that covers the entry in time");
      }
      asio::steady_timer timer(co_await asio::this_coro::executor, deadline_.within(kBetweenCheckpoints).point());
      const auto [ended] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
      if (ended) co_return fail(ErrorCode::Cancelled, "waiting for a checkpoint was cancelled");
    }
  }

  Awaitable<Result<Tiles>> tiles(std::vector<TileName> names) {
    Tiles tiles;
    for (const TileName& name : names) {
      auto tile = co_await one_tile(name);
      if (!tile) co_return fail(std::move(tile.error()));
      tiles.emplace(name, std::move(*tile));
    }
    co_return tiles;
  }

 private:
  Awaitable<Result<HttpResponse>> get(std::string path, std::size_t max_reply) {
    HttpRequest request;
    request.url = url_under(log_.url, "api/v2/" + path);
    request.max_reply = max_reply;
    co_return co_await call_service(transport_, log_, std::move(request), deadline_);
  }

  Awaitable<Result<SignedHead>> head_now() {
    const auto response = co_await get("checkpoint", kMaxCheckpoint);
    if (!response) co_return fail(response.error());
    if (!is_success(*response)) co_return fail(error_of_reply(log_, *response));
    std::string note(text_of(response->body));
    for (const TransparencyLog& log : root_.logs) {
      auto checkpoint = verify_checkpoint(note, log.note_verifier(), log.name());
      if (!checkpoint) continue;
      if (checkpoint->size > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) break;
      co_return SignedHead{.log = &log, .checkpoint = std::move(*checkpoint), .note = std::move(note)};
    }
    co_return fail(error_of_answer(log_, "is not a checkpoint of a log of the trusted root"));
  }

  Awaitable<Result<TileHashes>> one_tile(TileName name) {
    auto response = co_await get(tile_path(name.level, name.index, name.width), kMaxTile);
    if (response && response->status == kNotFound && name.width < kTileWidth) {
      response = co_await get(tile_path(name.level, name.index), kMaxTile);
    }
    if (!response) co_return fail(std::move(response.error()));
    if (!is_success(*response)) co_return fail(error_of_reply(log_, *response));
    auto tile = parse_tile(response->body, name.width);
    if (!tile) co_return fail(error_of_answer(log_, "is " + tile.error().what));
    co_return tile;
  }

  HttpTransport& transport_;
  const CalledService& log_;
  const TrustedRoot& root_;
  Deadline deadline_;
};

Result<LogEntry> assemble(const CalledService& log, std::uint64_t index, std::string_view body, const SignedHead& head,
                          const Tiles& tiles) {
  auto hashes = prove_from_tiles(index, head.checkpoint.size, tiles);
  if (!hashes) return fail(error_of_answer(log, "gives no proof: " + hashes.error().what));
  LogEntry entry;
  entry.log_index = static_cast<std::int64_t>(index);
  entry.log_id = head.log->log_id;
  entry.kind = "hashedrekord";
  entry.version = "0.0.2";
  entry.canonicalized_body = to_bytes(body);
  entry.proof = InclusionProof{.log_index = entry.log_index,
                               .tree_size = static_cast<std::int64_t>(head.checkpoint.size),
                               .root = head.checkpoint.root,
                               .hashes = std::move(*hashes),
                               .checkpoint = head.note};
  return entry;
}

}  // namespace

Awaitable<Result<LogEntry>> fetch_stored_entry(HttpTransport& transport, const CalledService& log, std::uint64_t index,
                                               std::string_view body, const TrustedRoot& root, Deadline deadline) {
  LogReader reader(transport, log, root, deadline);
  const auto head = co_await reader.head_that_covers(index);
  if (!head) co_return fail(head.error());
  const auto tiles = co_await reader.tiles(tiles_of_proof(index, head->checkpoint.size));
  if (!tiles) co_return fail(tiles.error());
  co_return assemble(log, index, body, *head, *tiles);
}

}  // namespace signet::sigstore
