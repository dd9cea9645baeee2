#include "sigstore/services/log_search.h"

#include <exception>
#include <memory>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "sigstore/services/rekor_v1_search.h"
#include "sigstore/services/transport.h"

namespace signet::sigstore {

Result<std::optional<LogEntry>> search_log(const std::string& base_url, const Bytes& certificate, const Digest& digest,
                                           Deadline deadline) {
  boost::asio::io_context loop;
  const auto http = make_curl_transport(loop.get_executor());
  std::optional<Result<std::optional<LogEntry>>> found;
  boost::asio::co_spawn(loop, find_entry(*http, base_url, certificate, digest, deadline),
                        [&](const std::exception_ptr& bug, Result<std::optional<LogEntry>> answer) {
                          if (!bug) found = std::move(answer);
                          loop.stop();
                        });
  loop.run();
  if (found) return std::move(*found);
  return fail(ErrorCode::Bug, "the search for a log entry ended without an answer");
}

}  // namespace signet::sigstore
