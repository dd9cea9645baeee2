#include "tests/unit/agent/agent_parts.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "agent/store/state_folder.h"
#include "tests/support/audit_lines.h"

namespace signet::agent {
namespace {

template <typename T>
T must(Result<T> result) {
  if (result) return std::move(*result);
  std::fprintf(stderr, "agent parts: %s\n", result.error().sentence().c_str());
  std::abort();
}

std::string in_quotes(std::string_view text) { return "\"" + std::string(text) + "\""; }

}  // namespace

Awaitable<Result<sigstore::HttpResponse>> GatedTransport::send(sigstore::HttpRequest request, Deadline deadline) {
  ++waiting_;
  Result<void> passed;
  while (passed && !open_) passed = co_await opened_.wait(deadline);
  --waiting_;
  if (!passed) co_return fail(std::move(passed.error()));
  if (hook_) hook_(request.url);
  co_return co_await real_->send(std::move(request), deadline);
}

void GatedTransport::release() {
  open_ = true;
  opened_.ring();
}

AgentParts::AgentParts() {
  token_.make_key("EC:prime256v1", "01", "maintainer");
  std::filesystem::create_directory(folder_ / "sandbox");
  std::filesystem::create_directory(folder_ / "audit");
  std::filesystem::permissions(folder_ / "sandbox", std::filesystem::perms::owner_all);
  std::filesystem::permissions(folder_ / "audit", std::filesystem::perms::owner_all);
  sandbox_ = must(sandbox::BackgroundSandbox::start(folder_ / "sandbox", &clock_));
  configure();
  start();
}

AgentParts::~AgentParts() {
  transport_.release();
  EXPECT_TRUE(await(certificates_->wait_idle(Deadline::after(std::chrono::seconds(30)))));
}

void AgentParts::configure() {
  const std::string text =
      "[instance.sandbox]\ntrusted_root = \"sandbox/trusted_root.json\"\n"
      "signing_config = \"sandbox/signing_config.v0.2.json\"\nsandbox = true\n"
      "[module.softhsm]\npath = " +
      in_quotes(test::kSoftHsmModule) + "\nenv = { SOFTHSM2_CONF = " + in_quotes(token_.configuration().string()) +
      " }\n[token.desk]\nmodule = \"softhsm\"\nlabel = " + in_quotes(token_.label()) +
      "\npin = { source = \"file\", path = " + in_quotes(token_.pin_file().string()) +
      " }\n[identity.maintainer]\ninstance = \"sandbox\"\nkey = \"pkcs11:id=%01\"\nsan = " + in_quotes(kSan) +
      "\nissuer = " + in_quotes(sandbox_->facts().endpoints().issuer) +
      "\nuse = [\"git\", \"statement\", \"blob\", \"raw\"]\n";
  configuration_ = must(config::parse_configuration(text, folder_ / "config.toml"));
}

void AgentParts::start() {
  audit_ = must(AuditLog::open(loop_.get_executor(), {.folder = folder_ / "audit"}, clock_));
  const auto state = must(StateFolder::open(folder_ / "state"));
  tokens_ = must(Tokens::start(loop_.get_executor(), configuration_, folder_.path(), state,
                               std::string(SIGNET_BIN_DIR) + "/signet-token", [](const std::string&) {}));
  certificates_.emplace(
      loop_.get_executor(),
      IssuerParts{.audit = *audit_, .tokens = *tokens_, .logins = logins_, .transport = transport_, .clock = clock_});
  flow_.emplace(SigningFlow::Parts{.executor = loop_.get_executor(),
                                   .places = places_,
                                   .audit = *audit_,
                                   .tokens = *tokens_,
                                   .certificates = *certificates_,
                                   .instances = instances_,
                                   .transport = transport_,
                                   .clock = clock_});
  const auto keys = must(await(must(tokens_->find("desk"))->keys(Deadline::after(std::chrono::seconds(30)))));
  identity().public_key = must(parse_digest(fingerprint_of(keys.at(0).public_key)));
  (void)must(logins_.keep(id_token(), identity()));
}

bool AgentParts::becomes(const std::function<bool()>& condition) {
  const Deadline deadline = Deadline::after(std::chrono::seconds(30));
  while (!condition() && !deadline.passed()) {
    loop_.restart();
    loop_.run_for(std::chrono::milliseconds(2));
  }
  return condition();
}

protocol::Peer AgentParts::owner() const { return {.uid = ::geteuid(), .gid = ::getegid(), .pid = ::getpid()}; }

Approval AgentParts::approval(std::span<const Item> items, protocol::Output output) const {
  return must(approve(policy_->decide_sign(owner(), {.items = items, .output = output})));
}

void AgentParts::fault(sandbox::Service service, std::string_view mode) {
  sandbox_->faults().set(service, must(sandbox::parse_fault(service, mode)));
}

std::int64_t AgentParts::certificates_issued() { return sandbox_->counters().certificates; }
std::int64_t AgentParts::timestamps_granted() { return sandbox_->counters().timestamps; }

Secret AgentParts::id_token(std::string email) {
  Secret jwt;
  sandbox_->with([&](sandbox::Sandbox& served) {
    jwt = served.oidc_issuer().mint({.email = std::move(email), .lifetime = std::chrono::hours(24)}, clock_.now());
  });
  return jwt;
}

std::vector<std::string> AgentParts::lines() const { return test::stored_audit_lines(folder_ / "audit"); }

}  // namespace signet::agent
