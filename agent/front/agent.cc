#include "agent/front/agent.h"

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <optional>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "agent/front/door.h"
#include "agent/front/methods.h"
#include "agent/store/lock_file.h"
#include "agent/store/socket_file.h"
#include "agent/store/state_folder.h"
#include "common/file.h"
#include "sigstore/services/transport.h"

namespace signet::agent {
namespace {

namespace asio = boost::asio;

constexpr int kBacklog = 512;
// Requests are cancelled at the end; what takes longer than this to notice is left behind.
constexpr std::chrono::seconds kGoodbye{5};

/// The folder, the lock and the socket that clients know.
struct Address {
  UniqueFd lock;
  SocketFile socket;
};

Result<Address> take_address(const config::Paths& paths) {
  if (auto made = make_private_folder(paths.socket.parent_path()); !made) return fail(std::move(made.error()));
  const std::filesystem::path lock_path = paths.socket.string() + ".lock";
  auto lock = take_lock(lock_path, "the socket " + paths.socket.string());
  if (!lock) return fail(std::move(lock.error()));
  auto socket = SocketFile::listen(paths.socket, kBacklog);
  if (!socket) return fail(std::move(socket.error()));
  return Address{.lock = std::move(*lock), .socket = std::move(*socket)};
}

}  // namespace

// The order of the members is the order in which each needs those above it.
struct Agent::State {
  State(Settings given, StateFolder folder, Address taken)
      : settings(std::move(given)),
        state(std::move(folder)),
        address(std::move(taken)),
        logins(clock),
        instances(settings.configuration),
        policy(settings.configuration, ::geteuid()) {}
  ~State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  Result<void> build();
  Awaitable<void> wind_up();

  Settings settings;
  StateFolder state;
  Address address;
  SystemClock clock;
  asio::io_context loop{1};
  // From the start: whoever is told that we are ready may end us at once.
  asio::signal_set endings{loop, SIGTERM, SIGINT, SIGHUP};
  Logins logins;
  Instances instances;
  Policy policy;
  std::unique_ptr<sigstore::HttpTransport> transport;
  std::unique_ptr<AuditLog> audit;
  std::unique_ptr<Tokens> tokens;
  std::optional<Certificates> certificates;
  std::optional<SigningFlow> flow;
  std::optional<Methods> methods;
  std::optional<Door> door;
  bool all_gone = false;
};

Result<void> Agent::State::build() {
  const asio::any_io_executor executor = loop.get_executor();
  const Notice& notice = settings.notice;
  AuditLog::Settings audit_settings{.folder = state.audit(), .sync = settings.configuration.audit_sync};
  audit_settings.notice = [notice](const Error& error) { notice(error.sentence()); };
  auto opened = AuditLog::open(executor, std::move(audit_settings), clock);
  if (!opened) return fail(std::move(opened.error()));
  audit = std::move(*opened);
  transport = sigstore::make_curl_transport(executor);
  auto started = Tokens::start(executor, settings.configuration, settings.paths.socket.parent_path(),
                               settings.worker_program, notice);
  if (!started) return fail(std::move(started.error()));
  tokens = std::move(*started);
  certificates.emplace(
      executor,
      IssuerParts{.audit = *audit, .tokens = *tokens, .logins = logins, .transport = *transport, .clock = clock});
  flow.emplace(SigningFlow::Parts{.executor = executor,
                                  .audit = *audit,
                                  .tokens = *tokens,
                                  .certificates = *certificates,
                                  .instances = instances,
                                  .transport = *transport,
                                  .clock = clock});
  methods.emplace(Parts{.executor = executor,
                        .configuration = settings.configuration,
                        .policy = policy,
                        .audit = *audit,
                        .tokens = *tokens,
                        .logins = logins,
                        .certificates = *certificates,
                        .flow = *flow});
  door.emplace(executor, address.socket.fd(), *methods, notice, Door::Limits{});
  return {};
}

Awaitable<void> Agent::State::wind_up() {
  door->close();
  const Deadline goodbye = Deadline::after(kGoodbye);
  const bool none_asks = co_await door->wait_empty(goodbye);
  const bool none_is_certified = co_await certificates->wait_idle(goodbye);
  all_gone = none_asks && none_is_certified;
  tokens->stop();
  loop.stop();
}

Agent::Agent(std::unique_ptr<State> state) : state_(std::move(state)) {}
Agent::~Agent() = default;

Result<std::unique_ptr<Agent>> Agent::make(Settings settings) {
  auto folder = StateFolder::open(settings.paths.state);
  if (!folder) return fail(std::move(folder.error()));
  auto address = take_address(settings.paths);
  if (!address) return fail(std::move(address.error()));
  auto state = std::make_unique<State>(std::move(settings), std::move(*folder), std::move(*address));
  if (auto built = state->build(); !built) return fail(std::move(built.error()));
  return std::unique_ptr<Agent>(new Agent(std::move(state)));
}

Result<void> Agent::run() {
  asio::co_spawn(state_->loop, state_->door->keep_open(), asio::detached);
  state_->endings.async_wait([state = state_.get()](const boost::system::error_code&, int) {
    asio::co_spawn(state->loop, state->wind_up(), asio::detached);
  });
  state_->loop.run();
  if (auto kept = state_->audit->close(); !kept) return kept;
  if (state_->all_gone) return {};
  return fail(ErrorCode::Deadline, "a request did not end when it was cancelled");
}

}  // namespace signet::agent
