// A serving sandbox and one-line requests to it.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/unit/services/with_sandbox.h"

namespace signet::sandbox {

class AskedSandbox : public test::WithSandbox {
 protected:
  using Headers = std::vector<std::pair<std::string, std::string>>;

  /// Fails the test, and yields status 0, where no answer comes.
  sigstore::HttpResponse ask(std::string_view method, const std::string& url, std::string_view body = {},
                             Headers headers = {});
  sigstore::HttpResponse get(const std::string& url) { return ask("GET", url); }
  /// What the transport says in place of an answer.
  std::string trouble(const std::string& url, std::string_view body, Deadline deadline);

  /// A token of the sandbox's own issuer, on the machine's clock.
  std::string mint(const TokenOptions& options);
  [[nodiscard]] Headers with_secret() const;
  [[nodiscard]] std::int64_t counted(const std::atomic<std::int64_t> Counters::* counter);
};

/// The SAN of tokens and certificates.
inline constexpr std::string_view kAddress = "a@sandbox.test";

}  // namespace signet::sandbox
