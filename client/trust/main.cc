// signet-trust: one update of one instance's store, for `signet trust`, which starts it.
//
// It prints JSON, one object on a line: {"note": …} for what should not be and is no error, and then {"done": true}, or
// the error as everywhere ({"error", "what", "remedy", "context"}). Its exit status says the same.
#include <cstdio>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "common/hardening.h"
#include "common/time.h"
#include "json/writer.h"
#include "protocol/varlink.h"
#include "sigstore/services/tuf_fetch.h"
#include "sigstore/tuf/instance_trust.h"

namespace signet {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kHelp =
    "signet-trust: updates the store of one instance from its TUF repository. `signet trust update` starts it.\n\n"
    "usage: signet-trust --name NAME --cache FOLDER                            one that signet ships\n"
    "       signet-trust --name NAME --cache FOLDER --url URL --root FILE      any other\n";
/// Longer than any other program holds the lock: its files have kTufUpdateTime.
constexpr auto kLockTime = 120s;
static_assert(kLockTime > sigstore::kTufUpdateTime + 10s);

void say(json::Object object) {
  (void)std::fputs((json::write(json::Value(std::move(object))) + "\n").c_str(), stdout);
  (void)std::fflush(stdout);
}

Result<std::map<std::string, std::string, std::less<>>> read_options(int argc, char** argv) {
  std::map<std::string, std::string, std::less<>> options = {
      {"--name", ""}, {"--cache", ""}, {"--url", ""}, {"--root", ""}};
  for (int i = 1; i + 1 < argc; i += 2) {
    const auto known = options.find(std::string_view(argv[i]));
    if (known == options.end()) return fail(ErrorCode::InvalidRequest, "wrong arguments", "see --help");
    known->second = argv[i + 1];
  }
  const bool both = options["--url"].empty() == options["--root"].empty();
  if (argc % 2 == 1 && both && !options["--name"].empty() && !options["--cache"].empty()) return options;
  return fail(ErrorCode::InvalidRequest, "wrong arguments", "see --help");
}

Result<void> update(int argc, char** argv) {
  auto options = read_options(argc, argv);
  if (!options) return fail(std::move(options.error()));
  const auto anchor = sigstore::tuf::read_anchor(
      {.name = (*options)["--name"], .url = (*options)["--url"], .root = (*options)["--root"]});
  if (!anchor) return fail(anchor.error());
  const auto folder = sigstore::tuf::store_folder((*options)["--cache"], *anchor);
  const auto done = sigstore::tuf::update_store(
      folder, *anchor, sigstore::fetch_over_http(sigstore::kTufFileTime, sigstore::kTufUpdateTime), SystemClock().now(),
      Deadline::after(kLockTime), [](const std::string& note) { say({{"note", note}}); });
  return done ? Result<void>() : Result<void>(fail(done.error()));
}

}  // namespace
}  // namespace signet

int main(int argc, char** argv) {
  if (const auto settled = signet::settle_standard_streams(); !settled)
    return signet::exit_status(settled.error().code);
  if (argc == 2 && argv[1] == std::string_view("--help")) {
    const bool written = std::fwrite(signet::kHelp.data(), 1, signet::kHelp.size(), stdout) == signet::kHelp.size();
    return written && std::fflush(stdout) == 0 ? 0 : 3;
  }
  const auto hardened = signet::harden_client();
  const auto done = hardened ? signet::update(argc, argv) : hardened;
  if (done) {
    signet::say({{"done", true}});
    return 0;
  }
  signet::say(signet::protocol::encode_error(done.error()));
  return signet::exit_status(done.error().code);
}
