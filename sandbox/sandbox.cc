#include "sandbox/sandbox.h"

#include <utility>
#include <vector>

#include "json/writer.h"
#include "sandbox/ca_api.h"
#include "sandbox/control_api.h"
#include "sandbox/http_server.h"
#include "sandbox/issuer_api.h"
#include "sandbox/rekor_api.h"
#include "sandbox/rekor_v1_api.h"
#include "sandbox/service_api.h"
#include "sandbox/timestamp_api.h"
#include "sandbox/trust_files.h"
#include "sandbox/tuf_repository.h"
#include "sigstore/tuf/instance_store.h"

namespace signet::sandbox {

struct Sandbox::Parts {
  Parts(State opened, CtLog ct, const Clock& time)
      : state(std::move(opened)),
        clock(time),
        issuer(state.issuer, endpoints_of(state.ports).issuer),
        ct_log(std::move(ct)),
        ca(state.ca, ct_log, clock) {}

  Result<void> open_logs();
  [[nodiscard]] Result<void> publish_trust() const;
  [[nodiscard]] ServiceHandler log_api(const boost::asio::any_io_executor& executor);
  [[nodiscard]] ServiceHandler timestamp_api();
  Result<void> keep(Result<HttpServer> server);
  Result<void> listen(const boost::asio::any_io_executor& executor, std::uint16_t port, Service service,
                      ServiceHandler handler);

  State state;
  const Clock& clock;
  OidcIssuer issuer;
  CtLog ct_log;
  CertificateAuthority ca;
  std::vector<RekorLog> rekor_logs;
  std::vector<RekorV1Log> rekor_v1_logs;
  std::vector<TimestampAuthority> tsas;
  FaultBoard faults;
  Counters counters;
  std::vector<HttpServer> servers;
};

Result<void> Sandbox::Parts::keep(Result<HttpServer> server) {
  if (!server) return fail(std::move(server.error()));
  servers.push_back(std::move(*server));
  return {};
}

Result<void> Sandbox::Parts::listen(const boost::asio::any_io_executor& executor, std::uint16_t port, Service service,
                                    ServiceHandler handler) {
  return keep(HttpServer::listen(executor, port, under_faults(service, std::move(handler), faults, counters),
                                 [this, service] { return faults.take_refusal(service); }));
}

Sandbox::Sandbox(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Sandbox::~Sandbox() = default;

// All of them are opened before any is referred to: vectors move what they hold.
Result<void> Sandbox::Parts::open_logs() {
  for (std::size_t i = 0; i < state.logs.size(); ++i) {
    auto log = RekorLog::open(state.folder / ("rekor" + number_suffix(i)), state.logs[i], log_name(i));
    if (!log) return fail(std::move(log.error()));
    rekor_logs.push_back(std::move(*log));
    auto v1_log =
        RekorV1Log::open(state.folder / ("rekor-v1" + number_suffix(i)), state.v1_logs[i], v1_log_name(i), clock);
    if (!v1_log) return fail(std::move(v1_log.error()));
    rekor_v1_logs.push_back(std::move(*v1_log));
  }
  for (const Hierarchy& each : state.tsas) tsas.emplace_back(each, clock);
  return {};
}

Result<void> Sandbox::Parts::publish_trust() const {
  const TufContent content{
      .key = state.tuf,
      .created = state.created,
      .targets = {{std::string(sigstore::tuf::kTrustedRootTarget), json::write_indented(trusted_root_of(state))},
                  {std::string(sigstore::tuf::kSigningConfigTarget), json::write_indented(signing_config_of(state))}}};
  return publish_tuf_repository(state.folder / "tuf", content, clock.now());
}

// One host has both of Rekor's APIs, and a log for each.
ServiceHandler Sandbox::Parts::log_api(const boost::asio::any_io_executor& executor) {
  std::vector<ServiceHandler> hosts;
  hosts.reserve(rekor_logs.size());
  for (std::size_t i = 0; i < rekor_logs.size(); ++i) {
    hosts.emplace_back([v2 = make_rekor_api(executor, rekor_logs[i], counters),
                        v1 = make_rekor_v1_api(rekor_v1_logs[i], counters)](const HttpCall& call, const Fault& fault) {
      return call.path.starts_with("/api/v1/") ? v1(call, fault) : v2(call, fault);
    });
  }
  return behind_numbers(std::move(hosts));
}

ServiceHandler Sandbox::Parts::timestamp_api() {
  std::vector<ServiceHandler> authorities;
  authorities.reserve(tsas.size());
  for (const TimestampAuthority& each : tsas) authorities.push_back(make_timestamp_api(each, clock, counters));
  return behind_numbers(std::move(authorities));
}

Result<std::unique_ptr<Sandbox>> Sandbox::open(const std::filesystem::path& folder, const Clock& clock,
                                               const Offer& offer) {
  auto state = State::open(folder, clock.now(), offer);
  if (!state) return fail(std::move(state.error()));
  auto ct_log = CtLog::open(folder / "ctlog", state->ct_log);
  if (!ct_log) return fail(std::move(ct_log.error()));
  auto parts = std::make_unique<Parts>(std::move(*state), std::move(*ct_log), clock);
  if (auto opened = parts->open_logs(); !opened) return fail(std::move(opened.error()));
  if (auto written = write_trust_files(parts->state); !written) return fail(std::move(written.error()));
  if (auto published = parts->publish_trust(); !published) return fail(std::move(published.error()));
  return std::unique_ptr<Sandbox>(new Sandbox(std::move(parts)));
}

Result<void> Sandbox::serve(const boost::asio::any_io_executor& executor) {
  Parts& own = *parts_;
  const Ports& ports = own.state.ports;
  const auto listen = [&](std::uint16_t port, Service service, ServiceHandler handler) {
    return own.listen(executor, port, service, std::move(handler));
  };
  auto ready =
      listen(ports.issuer, Service::Oidc, make_issuer_api(own.issuer, own.state.secret, own.clock, own.counters));
  if (ready) {
    ready = listen(ports.ca, Service::Ca, make_ca_api(own.ca, own.issuer, own.faults, own.clock, own.counters));
  }
  if (ready) ready = listen(ports.log, Service::Log, own.log_api(executor));
  if (ready) ready = listen(ports.tsa, Service::Tsa, own.timestamp_api());
  if (ready) {
    HttpHandler control = make_control_api(own.state.secret, own.faults, own.counters);
    ready = own.keep(HttpServer::listen(executor, ports.control, std::move(control)));
  }
  if (ready) {
    ready = own.keep(HttpServer::listen(executor, ports.tuf, make_tuf_api(own.state.folder / "tuf")));
  }
  own.state.held_ports.clear();
  if (!ready) close();
  return ready;
}

void Sandbox::close() { parts_->servers.clear(); }

OidcIssuer& Sandbox::oidc_issuer() { return parts_->issuer; }
CtLog& Sandbox::ct_log() { return parts_->ct_log; }
CertificateAuthority& Sandbox::certificate_authority() { return parts_->ca; }
RekorLog& Sandbox::rekor_log(std::size_t place) { return parts_->rekor_logs.at(place); }
RekorV1Log& Sandbox::rekor_v1_log(std::size_t place) { return parts_->rekor_v1_logs.at(place); }
TimestampAuthority& Sandbox::timestamp_authority(std::size_t place) { return parts_->tsas.at(place); }
FaultBoard& Sandbox::faults() { return parts_->faults; }
Counters& Sandbox::counters() { return parts_->counters; }
const State& Sandbox::state() const { return parts_->state; }
Endpoints Sandbox::endpoints() const { return endpoints_of(parts_->state.ports); }
std::string Sandbox::trusted_root() const { return json::write(trusted_root_of(parts_->state)); }
std::string Sandbox::signing_config() const { return json::write(signing_config_of(parts_->state)); }

}  // namespace signet::sandbox
