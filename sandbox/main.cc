// signet-sandbox: a whole Sigstore on loopback, to try signet and to test it.
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "common/file.h"
#include "common/hardening.h"
#include "sandbox/control_client.h"
#include "sandbox/oidc_issuer.h"
#include "sandbox/options.h"
#include "sandbox/sandbox.h"

namespace signet::sandbox {
namespace {

constexpr int kUsage = 2;
constexpr int kEnvironment = 3;

void say(std::FILE* where, std::string_view text) {
  (void)std::fwrite(text.data(), 1, text.size(), where);
  (void)std::fflush(where);
}

int explain(const Error& error, int status) {
  say(stderr, "signet-sandbox: " + error.sentence() + "\n");
  if (!error.remedy.empty()) say(stderr, "  " + error.remedy + "\n");
  return status;
}

int print(std::string_view text) {
  say(stdout, text);
  return std::ferror(stdout) == 0 ? EXIT_SUCCESS : kEnvironment;
}

void announce(const Options& options, const Endpoints& urls) {
  say(stderr, "signet-sandbox: ready; issuer " + urls.issuer + ", CA " + urls.ca + ", log " + urls.log + ", TSA " +
                  urls.tsa + "; source " + (options.folder / "env").string() + "\n");
  if (options.ready_fd < 0) return;
  constexpr std::string_view kReady = "ready\n";
  [[maybe_unused]] const ssize_t written = ::write(options.ready_fd, kReady.data(), kReady.size());
  ::close(options.ready_fd);
}

int serve(const Options& options) {
  const SystemClock clock;
  boost::asio::io_context loop{1};
  const auto sandbox = Sandbox::open(options.folder, clock, options.offer);
  if (!sandbox) return explain(sandbox.error(), kEnvironment);
  boost::asio::signal_set signals(loop, SIGTERM, SIGINT);
  signals.async_wait([&](const boost::system::error_code&, int) {
    (*sandbox)->close();
    loop.stop();
  });
  if (auto serving = (*sandbox)->serve(loop.get_executor()); !serving) return explain(serving.error(), kEnvironment);
  announce(options, (*sandbox)->endpoints());
  loop.run();
  return EXIT_SUCCESS;
}

int token(const Options& options, const Access& access) {
  const OidcIssuer issuer(access.issuer, endpoints_of(access.ports).issuer);
  const Secret minted = issuer.mint({.email = options.email, .lifetime = options.lifetime}, SystemClock().now());
  if (options.out.empty()) return print(std::string(minted.reveal()) + "\n");
  if (auto written = write_file_atomic(options.out, minted.reveal(), 0600); !written) {
    return explain(written.error(), kEnvironment);
  }
  return EXIT_SUCCESS;
}

int fault(const Options& options, const Access& access) {
  const auto switched = ask_for_fault(access, options.service, options.mode, options.count);
  if (switched) return EXIT_SUCCESS;
  return explain(switched.error(), switched.error().code == ErrorCode::InvalidRequest ? kUsage : kEnvironment);
}

int counters(const Access& access) {
  const auto counted = ask_for_counters(access);
  return counted ? print(*counted + "\n") : explain(counted.error(), kEnvironment);
}

int run(std::span<char* const> arguments) {
  if (auto hardened = harden_client(); !hardened) return explain(hardened.error(), kEnvironment);
  const auto options = parse_options(arguments);
  if (!options) return explain(options.error(), kUsage);
  if (options->command == Command::Help) return print(help_text());
  if (options->command == Command::Version) return print("signet-sandbox " SIGNET_VERSION "\n");
  if (options->command == Command::Serve) return serve(*options);
  const auto access = Access::read(options->folder);
  if (!access) return explain(access.error(), kEnvironment);
  if (options->command == Command::Token) return token(*options, *access);
  if (options->command == Command::Fault) return fault(*options, *access);
  return counters(*access);
}

}  // namespace
}  // namespace signet::sandbox

int main(int argc, char** argv) {
  const std::span<char* const> all(argv, static_cast<std::size_t>(argc));
  return signet::sandbox::run(all.subspan(all.empty() ? 0 : 1));
}
