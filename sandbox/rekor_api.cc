#include "sandbox/rekor_api.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "common/file.h"
#include "sandbox/log_lies.h"
#include "sandbox/rekor_upload.h"

namespace signet::sandbox {
namespace {

namespace asio = boost::asio;
using sigstore::LogEntry;

constexpr std::string_view kPrefix = "/api/v2/";
constexpr std::size_t kMaxFile = std::size_t{32} * 1024 * 1024;  // 256 entries of 64 KiB, and room

/// What became of one upload.
struct Stored {
  std::optional<LogEntry> entry;
  std::optional<std::uint64_t> duplicate_of;
};

/// Uploads that wait to be stored together.
class Batch : public std::enable_shared_from_this<Batch> {
 public:
  Batch(asio::any_io_executor executor, RekorLog& log) : executor_(std::move(executor)), log_(log) {}

  Awaitable<Stored> store(Bytes body) {
    const auto waiting = std::make_shared<Waiting>(executor_, std::move(body));
    if (waiting_.empty()) asio::post(executor_, [self = shared_from_this()] { self->flush(); });
    waiting_.push_back(waiting);
    (void)co_await waiting->done.async_wait(asio::as_tuple(asio::use_awaitable));
    co_return std::move(waiting->stored);
  }

 private:
  struct Waiting {
    Waiting(const asio::any_io_executor& executor, Bytes what)
        : body(std::move(what)), done(executor, asio::steady_timer::time_point::max()) {}
    Bytes body;
    Stored stored;
    asio::steady_timer done;  ///< cancelled when `stored` is there
  };

  void flush() {
    const auto all = std::exchange(waiting_, {});
    std::vector<Bytes> bodies;
    std::vector<Waiting*> fresh;
    for (const auto& one : all) {
      const bool twice = std::ranges::find(bodies, one->body) != bodies.end();
      if (log_.find(one->body) || twice) continue;
      bodies.push_back(one->body);
      fresh.push_back(one.get());
    }
    auto entries = log_.append(bodies);
    for (std::size_t i = 0; entries && i < fresh.size(); ++i) fresh[i]->stored.entry = std::move((*entries)[i]);
    for (const auto& one : all) {
      if (!one->stored.entry) one->stored.duplicate_of = log_.find(one->body);
      one->done.cancel();
    }
  }

  asio::any_io_executor executor_;
  RekorLog& log_;
  std::vector<std::shared_ptr<Waiting>> waiting_;
};

/// "tile/0/x001/234.p/5" or "tile/entries/…" (C2SP tlog-tiles): behind the kind only digits and the few signs that
/// numbers and widths are written with, and no way out of the folder.
bool is_tile_path(std::string_view path) {
  constexpr std::string_view kTile = "tile/";
  constexpr std::string_view kEntries = "entries/";
  if (!path.starts_with(kTile) || path.find("..") != std::string_view::npos) return false;
  path.remove_prefix(kTile.size());
  if (path.starts_with(kEntries)) path.remove_prefix(kEntries.size());
  return path.find_first_not_of("0123456789xp./") == std::string_view::npos;
}

class RekorApi {
 public:
  RekorApi(const asio::any_io_executor& executor, RekorLog& log, Counters& counters)
      : log_(log), counters_(counters), batch_(std::make_shared<Batch>(executor, log)) {}

  Awaitable<HttpReply> answer(const HttpCall& call, const Fault& fault) {
    if (call.method == "POST" && call.path == "/api/v2/log/entries") co_return co_await upload(call, fault);
    if (call.method == "GET" && call.path == "/healthz") co_return HttpReply{.body = R"({"status":"SERVING"})"};
    if (call.method == "GET" && call.path.starts_with(kPrefix)) co_return file(call.path.substr(kPrefix.size()));
    co_return not_found();
  }

 private:
  Awaitable<HttpReply> upload(const HttpCall& call, const Fault& fault) {
    if (fault.mode == FaultMode::Frozen) {
      co_return HttpReply{.status = 405,
                          .content_type = "text/plain",
                          .body = "This log has been frozen, please switch to the latest log."};
    }
    const auto record = parse_upload(call.body);
    if (!record) co_return grpc_error(400, 3, record.error().what);
    if (auto checked = check_record(*record); !checked) {
      co_return grpc_error(400, 3, "invalid hashedrekord request");
    }
    const Stored stored = co_await batch_->store(to_bytes(sigstore::encode_hashedrekord_v2(*record)));
    if (stored.entry) {
      ++counters_.entries;
      co_return HttpReply{.status = 201, .body = encode_upload_reply(shown(*stored.entry, fault))};
    }
    if (!stored.duplicate_of) co_return grpc_error(503, 14, "the log cannot be written");
    const std::string index = std::to_string(*stored.duplicate_of);
    HttpReply conflict = grpc_error(409, 6, "an equivalent entry already exists with index " + index);
    conflict.headers.emplace_back("x-log-index", index);
    co_return conflict;
  }

  LogEntry shown(const LogEntry& entry, const Fault& fault) const {
    LogEntry told = fault.lies("other-body") ? log_.entry(0).value_or(entry) : entry;
    return with_bad_proof(std::move(told), fault, log_.name());
  }

  // Checkpoint and tiles are files of the log's folder.
  HttpReply file(std::string_view path) const {
    const bool tile = is_tile_path(path);
    if (path != "checkpoint" && !tile) return not_found();
    auto content = read_file(log_.folder() / path, kMaxFile);
    if (!content) return not_found();
    return {.content_type = tile ? "application/octet-stream" : "text/plain; charset=utf-8",
            .body = std::move(*content)};
  }

  RekorLog& log_;
  Counters& counters_;
  std::shared_ptr<Batch> batch_;
};

}  // namespace

ServiceHandler make_rekor_api(asio::any_io_executor executor, RekorLog& log, Counters& counters) {
  auto api = std::make_shared<RekorApi>(executor, log, counters);
  return [api](const HttpCall& call, const Fault& fault) { return api->answer(call, fault); };
}

}  // namespace signet::sandbox
