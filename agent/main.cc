// signet-agent: see front/options.cc. Hardened before anything else, even before its arguments are read.
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/front/agent.h"
#include "agent/front/options.h"
#include "agent/service/handed_socket.h"
#include "agent/service/notifier.h"
#include "common/display.h"
#include "common/hardening.h"
#include "common/process.h"
#include "config/configuration.h"
#include "json/writer.h"
#include "protocol/version.h"
#include "sigstore/encoding/library_version.h"
#include "sigstore/services/transport.h"

namespace {

using signet::Error;
using signet::Result;
using signet::agent::HandedSocket;
using signet::agent::Notifier;

constexpr int kUsage = 2;
constexpr int kEnvironment = 3;

void write_line(const std::string& line) { (void)std::fputs((line + "\n").c_str(), stderr); }

void say(const std::string& text) { write_line("signet-agent: " + signet::display_text(text, 2000)); }

int refuse(const Error& error, int status) {
  say(error.sentence());
  if (!error.remedy.empty()) write_line("  " + signet::display_text(error.remedy, 1000));
  return status;
}

// The exit status for text that was asked for.
int show(std::string_view text) {
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0 ? 0 : kEnvironment;
}

// What whoever started us left open is not for the workers. As many descriptors as the limits on connections need, if
// the system lets us. A file that grows too large is an error that append() sees, not a signal.
void prepare_process() {
  (void)::close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
  constexpr rlim_t kWanted = 4096;
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < kWanted) {
    files.rlim_cur = std::min(kWanted, files.rlim_max);
    (void)::setrlimit(RLIMIT_NOFILE, &files);
  }
  (void)std::signal(SIGXFSZ, SIG_IGN);
  // A fixed bound: by default malloc raises it with the largest block that was ever freed, and keeps such blocks then.
  constexpr int kOwnMapping = 128 * 1024;
  (void)::mallopt(M_MMAP_THRESHOLD, kOwnMapping);
}

// What was given, else the default, as an absolute path.
Result<std::filesystem::path> place(const std::optional<std::filesystem::path>& given,
                                    Result<std::filesystem::path> (*otherwise)()) {
  auto path = given ? Result<std::filesystem::path>(*given) : otherwise();
  if (path) return std::filesystem::absolute(*path);
  return path;
}

// A service manager chose the path of its socket; the command line must not say otherwise, and whoever looks at other
// places will not find it.
Result<std::filesystem::path> path_of(const HandedSocket& handed, const signet::agent::Options& options) {
  const auto said = place(options.socket, signet::config::default_socket);
  if (!said || said->lexically_normal() == handed.path.lexically_normal()) return handed.path;
  if (!options.socket) {
    say("serving at " + handed.path.string() +
        ", which the service manager chose; programs with this environment look at " + said->string());
    return handed.path;
  }
  return signet::fail(
      signet::ErrorCode::InvalidRequest,
      "the service manager listens at " + handed.path.string() + ", and --socket says " + said->string(),
      "leave --socket away, or change ListenStream= of the socket unit");
}

Result<signet::config::Paths> paths_for(const signet::agent::Options& options,
                                        const std::optional<HandedSocket>& handed) {
  auto socket = handed ? path_of(*handed, options) : place(options.socket, signet::config::default_socket);
  if (!socket) return signet::fail(std::move(socket.error()));
  auto state = place(options.state, signet::config::default_state);
  if (!state) return signet::fail(std::move(state.error()));
  return signet::config::Paths{.socket = std::move(*socket), .state = std::move(*state)};
}

std::string version(bool json) {
  using namespace signet;
  const std::vector<protocol::Library> libraries = {{.name = "OpenSSL", .version = sigstore::openssl_version()},
                                                    {.name = "libcurl", .version = sigstore::curl_library_version()}};
  if (!json) return protocol::version_text("signet-agent", libraries);
  return json::write(protocol::describe_version("signet-agent", libraries)) + "\n";
}

// What the service manager that started us, if one did, hands over and wants to hear.
struct Manager {
  signet::agent::HandedSockets sockets;
  Notifier notifier;
};

Result<Manager> find_manager() {
  const auto listen = signet::agent::take_listen_variables();
  const auto notify = signet::agent::take_notify_variables();
  auto sockets = signet::agent::take_handed_sockets(listen, ::getpid());
  if (!sockets) return signet::fail(std::move(sockets.error()));
  auto notifier = Notifier::make(notify, ::getpid());
  if (!notifier) return signet::fail(std::move(notifier.error()));
  return Manager{.sockets = std::move(*sockets), .notifier = std::move(*notifier)};
}

int run(const signet::agent::Options& options) {
  using signet::agent::Agent;
  auto manager = find_manager();
  if (!manager) return refuse(manager.error(), kEnvironment);
  const auto path =
      options.config ? Result<std::filesystem::path>(*options.config) : signet::config::default_configuration_path();
  if (!path) return refuse(path.error(), kUsage);
  auto configuration = signet::config::read_configuration(*path);
  if (!configuration) return refuse(configuration.error(), kUsage);
  auto paths = paths_for(options, manager->sockets.varlink);
  if (!paths) return refuse(paths.error(), kEnvironment);
  auto worker = signet::libexec_program("signet-token");
  if (!worker) return refuse(worker.error(), kEnvironment);
  auto agent = Agent::make(Agent::Settings{.configuration = std::move(*configuration),
                                           .paths = std::move(*paths),
                                           .worker_program = std::move(*worker),
                                           .notice = say,
                                           .socket = std::move(manager->sockets.varlink),
                                           .ssh_socket = std::move(manager->sockets.ssh),
                                           .notifier = std::move(manager->notifier)});
  if (!agent) return refuse(agent.error(), kEnvironment);
  if (options.ready_fd) {
    (void)!::write(*options.ready_fd, "ready\n", 6);
    ::close(*options.ready_fd);
  }
  const auto ended = (*agent)->run();
  if (ended) return 0;
  (void)refuse(ended.error(), kEnvironment);
  if (ended.error().code == signet::ErrorCode::Deadline) ::_exit(kEnvironment);
  return kEnvironment;
}

}  // namespace

int main(int argc, char** argv) {
  if (auto hard = signet::harden_process(); !hard) return refuse(hard.error(), kEnvironment);
  prepare_process();
  const std::vector<std::string_view> arguments(argv + 1, argv + argc);
  const auto options = signet::agent::parse_options(arguments);
  if (!options) return refuse(options.error(), kUsage);
  if (options->help) return show(signet::agent::help_text());
  if (options->version) return show(version(options->json));
  return run(*options);
}
