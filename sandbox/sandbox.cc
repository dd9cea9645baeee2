#include "sandbox/sandbox.h"

#include <utility>
#include <vector>

#include "json/writer.h"
#include "sandbox/ca_api.h"
#include "sandbox/control_api.h"
#include "sandbox/http_server.h"
#include "sandbox/issuer_api.h"
#include "sandbox/rekor_api.h"
#include "sandbox/service_api.h"
#include "sandbox/timestamp_api.h"
#include "sandbox/trust_files.h"

namespace signet::sandbox {

struct Sandbox::Parts {
  Parts(State opened, CtLog ct, RekorLog rekor, const Clock& time)
      : state(std::move(opened)),
        clock(time),
        issuer(state.issuer, endpoints_of(state.ports).issuer),
        ct_log(std::move(ct)),
        ca(state.ca, ct_log, clock),
        rekor_log(std::move(rekor)),
        tsa(state.tsa, clock) {}

  Result<void> keep(Result<HttpServer> server);
  Result<void> listen(const boost::asio::any_io_executor& executor, std::uint16_t port, Service service,
                      ServiceHandler handler);

  State state;
  const Clock& clock;
  OidcIssuer issuer;
  CtLog ct_log;
  CertificateAuthority ca;
  RekorLog rekor_log;
  TimestampAuthority tsa;
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

Result<std::unique_ptr<Sandbox>> Sandbox::open(const std::filesystem::path& folder, const Clock& clock) {
  auto state = State::open(folder, clock.now());
  if (!state) return fail(std::move(state.error()));
  auto ct_log = CtLog::open(folder / "ctlog", state->ct_log);
  if (!ct_log) return fail(std::move(ct_log.error()));
  auto rekor_log = RekorLog::open(folder / "rekor", state->log);
  if (!rekor_log) return fail(std::move(rekor_log.error()));
  if (auto written = write_trust_files(*state); !written) return fail(std::move(written.error()));
  auto parts = std::make_unique<Parts>(std::move(*state), std::move(*ct_log), std::move(*rekor_log), clock);
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
  if (ready) ready = listen(ports.log, Service::Log, make_rekor_api(executor, own.rekor_log, own.counters));
  if (ready) ready = listen(ports.tsa, Service::Tsa, make_timestamp_api(own.tsa, own.clock, own.counters));
  if (ready) {
    HttpHandler control = make_control_api(own.state.secret, own.faults, own.counters);
    ready = own.keep(HttpServer::listen(executor, ports.control, std::move(control)));
  }
  own.state.held_ports.clear();
  if (!ready) close();
  return ready;
}

void Sandbox::close() { parts_->servers.clear(); }

OidcIssuer& Sandbox::oidc_issuer() { return parts_->issuer; }
CtLog& Sandbox::ct_log() { return parts_->ct_log; }
CertificateAuthority& Sandbox::certificate_authority() { return parts_->ca; }
RekorLog& Sandbox::rekor_log() { return parts_->rekor_log; }
TimestampAuthority& Sandbox::timestamp_authority() { return parts_->tsa; }
FaultBoard& Sandbox::faults() { return parts_->faults; }
Counters& Sandbox::counters() { return parts_->counters; }
const State& Sandbox::state() const { return parts_->state; }
Endpoints Sandbox::endpoints() const { return endpoints_of(parts_->state.ports); }
std::string Sandbox::trusted_root() const { return json::write(trusted_root_of(parts_->state)); }
std::string Sandbox::signing_config() const { return json::write(signing_config_of(parts_->state)); }

}  // namespace signet::sandbox
