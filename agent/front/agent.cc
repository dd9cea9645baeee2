#include "agent/front/agent.h"

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "agent/front/address.h"
#include "agent/front/door.h"
#include "agent/front/methods.h"
#include "agent/front/varlink_speech.h"
#include "agent/service/heartbeat.h"
#include "agent/ssh/ssh_service.h"
#include "agent/store/state_folder.h"
#include "sigstore/services/transport.h"

namespace signet::agent {
namespace {

namespace asio = boost::asio;

// Between connecting and the first call of a client that the scheduler treats badly.
constexpr std::chrono::seconds kFirstCall{1};
// A touch may take twenty seconds (D15), and the log's answer ten.
constexpr std::chrono::seconds kGoodbye{20};
// Requests that were cancelled; what takes longer than this to notice is left behind.
constexpr std::chrono::seconds kLastWord{5};
constexpr std::chrono::milliseconds kNotifyTime{1000};
// What a disk may take for the last lines of the audit log.
constexpr std::chrono::seconds kLastLines{10};

// Beside the agent's own socket, or in our own folder where that one's is not ours.
Result<std::optional<Address>> make_ssh_address(Agent::Settings& settings, const Address& address) {
  constexpr std::string_view kName = "ssh.sock";
  if (!settings.ssh_socket && !SshService::is_wanted(settings.configuration)) return std::nullopt;
  auto made = settings.ssh_socket ? adopt_address(std::move(*settings.ssh_socket), settings.paths.state)
                                  : make_address(address.runtime / kName);
  if (!made) return fail(std::move(made.error()).during("making the socket for ssh"));
  return std::move(*made);
}

// Programs that nohup(1) starts shall outlive their terminal.
bool is_ignored(int signal) {
  struct sigaction action{};
  return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

std::string counted(std::int64_t number, const char* what) {
  return std::to_string(number) + " " + what + (number == 1 ? "" : "s");
}

}  // namespace

// The order of the members is the order in which each needs those above it.
struct Agent::State {
  State(Settings given, StateFolder folder, Address taken, std::optional<Address> taken_for_ssh)
      : settings(std::move(given)),
        state(std::move(folder)),
        address(std::move(taken)),
        ssh_address(std::move(taken_for_ssh)),
        logins(clock),
        instances(settings.configuration, settings.notice),
        policy(settings.configuration, ::geteuid()) {
    if (!is_ignored(SIGHUP)) endings.add(SIGHUP);
  }
  ~State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  Result<void> build();
  void build_front();
  [[nodiscard]] std::vector<Door*> doors();
  [[nodiscard]] std::int64_t handed_out() const;
  [[nodiscard]] std::string describe() const;
  void end_at_signal();
  Awaitable<void> wind_up();

  Settings settings;
  StateFolder state;
  Address address;
  std::optional<Address> ssh_address;  // until there is an SshService
  SystemClock clock;
  asio::io_context loop{1};
  // From the start: whoever is told that we are ready may end us at once.
  asio::signal_set endings{loop, SIGTERM, SIGINT};
  Logins logins;
  Instances instances;
  Policy policy;
  std::unique_ptr<sigstore::HttpTransport> transport;
  std::unique_ptr<AuditLog> audit;
  std::unique_ptr<Tokens> tokens;
  std::optional<Certificates> certificates;
  std::optional<SigningFlow> flow;
  std::optional<RequestPlaces> places;
  std::optional<KeyCheck> key_check;
  std::optional<Strangers> strangers;
  std::optional<SshService> ssh;
  std::optional<Methods> methods;
  std::optional<Door> door;
  bool all_gone = false;
};

Result<void> Agent::State::build() {
  const asio::any_io_executor executor = loop.get_executor();
  const Notice& notice = settings.notice;
  AuditLog::Settings audit_settings{.folder = state.audit(), .sync = settings.configuration.audit_sync};
  audit_settings.notice = [notice](const Error& error) { notice(error.sentence()); };
  audit_settings.tell_checkpoint = notice;
  auto opened = AuditLog::open(executor, std::move(audit_settings), clock);
  if (!opened) return fail(std::move(opened.error()));
  audit = std::move(*opened);
  transport = sigstore::make_curl_transport(executor);
  // libcurl opens its own pair of sockets without that flag.
  (void)::close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
  auto started =
      Tokens::start(executor, settings.configuration, address.runtime, state, settings.worker_program, notice);
  if (!started) return fail(std::move(started.error()));
  tokens = std::move(*started);
  certificates.emplace(
      executor,
      IssuerParts{.audit = *audit, .tokens = *tokens, .logins = logins, .transport = *transport, .clock = clock});
  places.emplace(executor);
  flow.emplace(SigningFlow::Parts{.executor = executor,
                                  .places = *places,
                                  .audit = *audit,
                                  .tokens = *tokens,
                                  .certificates = *certificates,
                                  .instances = instances,
                                  .transport = *transport,
                                  .clock = clock});
  key_check.emplace(executor, settings.configuration, *tokens);
  build_front();
  return {};
}

void Agent::State::build_front() {
  const asio::any_io_executor executor = loop.get_executor();
  strangers.emplace(executor, policy, *audit, settings.notice, Strangers::Limits{});
  if (ssh_address) {
    ssh.emplace(SshService::Needs{.executor = executor,
                                  .configuration = settings.configuration,
                                  .policy = policy,
                                  .audit = *audit,
                                  .tokens = *tokens,
                                  .places = *places,
                                  .key_check = *key_check,
                                  .strangers = *strangers,
                                  .notice = settings.notice},
                std::move(*ssh_address));
    ssh_address.reset();
  }
  methods.emplace(Parts{.executor = executor,
                        .configuration = settings.configuration,
                        .policy = policy,
                        .audit = *audit,
                        .tokens = *tokens,
                        .logins = logins,
                        .certificates = *certificates,
                        .places = *places,
                        .flow = *flow,
                        .key_check = *key_check,
                        .ssh = ssh ? &*ssh : nullptr});
  door.emplace(executor, address.socket->fd(), speak_varlink(*methods), *strangers, settings.notice, Door::Limits{});
}

std::vector<Door*> Agent::State::doors() {
  std::vector<Door*> all = {&*door};
  if (ssh) all.push_back(&ssh->door());
  return all;
}

std::int64_t Agent::State::handed_out() const { return flow->handed_out() + (ssh ? ssh->handed_out() : 0); }

// For `systemctl status`.
std::string Agent::State::describe() const {
  return "serving " + counted(static_cast<std::int64_t>(tokens->all().size()), "token") + "; " +
         counted(handed_out(), "signature") + ", " + counted(certificates->obtained(), "certificate");
}

// The first signal asks, the second insists.
void Agent::State::end_at_signal() {
  endings.async_wait([this](const boost::system::error_code& trouble, int) {
    if (trouble) return;
    asio::co_spawn(loop, wind_up(), asio::detached);
    endings.async_wait([this](const boost::system::error_code& none, int) {
      if (none) return;
      for (Door* each : doors()) each->close();
    });
  });
}

Awaitable<void> Agent::State::wind_up() {
  std::ignore = settings.notifier.tell("STOPPING=1\nSTATUS=finishing what is at work", Deadline::after(kNotifyTime));
  if (!address.handed) address.socket.reset();
  if (ssh) ssh->take_down();
  for (Door* each : doors()) each->finish();
  strangers->close();
  tokens->end_prompts();
  const Deadline goodbye = Deadline::after(kGoodbye);
  const Deadline first_call = goodbye.within(kFirstCall);
  for (Door* each : doors()) {
    if (!co_await each->wait_empty(first_call)) each->finish_silent();
  }
  for (Door* each : doors()) {
    if (!co_await each->wait_empty(goodbye)) each->close();
  }
  const Deadline last_word = Deadline::after(kLastWord);
  bool none_asks = true;
  for (Door* each : doors()) {
    const bool empty = co_await each->wait_empty(last_word);
    none_asks = none_asks && empty;
  }
  const bool none_is_certified = co_await certificates->wait_idle(last_word);
  const bool none_is_read = co_await key_check->stop(last_word);
  co_await strangers->wait_idle(last_word);
  all_gone = none_asks && none_is_certified && none_is_read;
  tokens->stop();
  loop.stop();
}

Agent::Agent(std::unique_ptr<State> state) : state_(std::move(state)) {}
Agent::~Agent() = default;

Result<std::unique_ptr<Agent>> Agent::make(Settings settings) {
  auto folder = StateFolder::open(settings.paths.state);
  if (!folder) return fail(std::move(folder.error()));
  auto address = settings.socket ? adopt_address(std::move(*settings.socket), settings.paths.state)
                                 : make_address(settings.paths.socket);
  if (!address) return fail(std::move(address.error()));
  auto ssh_address = make_ssh_address(settings, *address);
  if (!ssh_address) return fail(std::move(ssh_address.error()));
  auto state =
      std::make_unique<State>(std::move(settings), std::move(*folder), std::move(*address), std::move(*ssh_address));
  if (auto built = state->build(); !built) return fail(std::move(built.error()));
  return std::unique_ptr<Agent>(new Agent(std::move(state)));
}

Result<void> Agent::run() {
  for (Door* door : state_->doors()) asio::co_spawn(state_->loop, door->keep_open(), asio::detached);
  state_->key_check->start(state_->settings.notice);
  state_->end_at_signal();
  std::function<std::string()> status = [state = state_.get()] { return state->describe(); };
  asio::co_spawn(state_->loop, keep_telling(state_->settings.notifier, std::move(status), state_->settings.notice),
                 asio::detached);
  state_->loop.run();
  auto kept = state_->audit->close(Deadline::after(kLastLines));
  // What runs still would look for what is destroyed next: Deadline says to end without that.
  if (!state_->all_gone) return fail(ErrorCode::Deadline, "a request did not end when it was cancelled");
  return kept;
}

}  // namespace signet::agent
