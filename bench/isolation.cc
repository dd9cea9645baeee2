#include <chrono>
#include <future>
#include <string>
#include <utility>

#include "bench/agent_load.h"
#include "bench/bare_module.h"
#include "bench/record.h"
#include "bench/sections.h"
#include "common/file.h"
#include "json/reader.h"
#include "tests/support/fault_module.h"

namespace signet::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kClients = 8;
constexpr std::string_view kHung = "hung";
// Long enough for the rounds of the others.
constexpr std::chrono::seconds kDeadline{8};

std::string toml_text(std::string_view text) { return "\"" + std::string(text) + "\""; }

// A second token whose module is SoftHSM until its C_Sign, which does not return while the file `flag` is there.
std::string token_configuration(const test::SoftHsm& token, const test::FaultModule& module) {
  return "[module.hung]\npath = " + toml_text(module.path().string()) +
         "\nenv = { SOFTHSM2_CONF = " + toml_text(token.configuration().string()) +
         ", SIGNET_HANG_WHILE = " + toml_text(module.beside("flag").string()) +
         " }\n[token.hung]\nmodule = \"hung\"\nlabel = " + toml_text(token.label()) +
         "\npin = { source = \"file\", path = " + toml_text(token.pin_file().string()) + " }\n";
}

std::string identity_configuration(const test::Household& household) {
  const auto made =
      household.run({"signet", "key", "generate", "--token", std::string(kHung), "--label", "hung", "--json"});
  const auto reply = json::parse(made.output);
  if (made.status != 0 || !reply) give_up("signet key generate: " + made.errors);
  const json::Object& key = *reply->as_object()->find("key")->as_object();
  return "[identity.hung]\ninstance = \"sandbox\"\nkey = " + toml_text(*key.find("uri")->as_string()) +
         "\npublic_key = " + toml_text(*key.find("fingerprint")->as_string()) +
         "\nsan = \"hung@example.test\"\nissuer = " + toml_text(household.issuer()) +
         "\nuse = [\"raw\"]\ntoken = { file = \"id-token\" }\n";
}

struct Refused {
  std::string reply;
  std::chrono::milliseconds after{};
};

Refused ask_the_hung(const test::Household& household, std::chrono::milliseconds deadline) {
  protocol::Channel channel = connect_to(household.socket());
  Digests digests;
  const auto start = Clock::now();
  std::string reply = ask(channel, raw_call(digests.next(), kHung, static_cast<int>(deadline.count())));
  return {.reply = std::move(reply),
          .after = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start)};
}

Load clients(std::string name, const test::Household& household, const Effort& effort) {
  return {.name = std::move(name), .clients = kClients, .per_round = effort.signatures, .connect = [&household] {
            return raw_client(household.socket(), nullptr, std::string(test::Household::kIdentity));
          }};
}

}  // namespace

void measure_isolation(const Effort& effort, Record& record) {
  say("8 clients while the module of another token hangs");
  const test::SoftHsm token("hung", "4321");
  const test::FaultModule module("hang_sign");
  test::Household::Setup setup = house_setup();
  setup.extra_configuration = token_configuration(token, module);
  test::Household household(std::move(setup));
  const auto before = read_file(household.configuration(), std::size_t{1} << 20U);
  if (!before) give_up(before.error().sentence());
  household.folder().write("config.toml", *before + identity_configuration(household));
  household.restart_agent();
  (void)signature_in(ask_the_hung(household, std::chrono::seconds(20)).reply);  // it does not hang yet
  auto quiet = run_rounds({clients("8 clients, undisturbed", household, effort)}, 3);

  module.write("flag", "");
  auto hanging = std::async(std::launch::async, [&household] { return ask_the_hung(household, kDeadline); });
  auto disturbed = run_rounds({clients("8 clients, the other token's module hangs", household, effort)}, 3);
  const Refused refused = hanging.get();
  if (refused.reply.find("Deadline") == std::string::npos)
    give_up("the hanging token's client heard: " + refused.reply);
  record.figures["isolation.p99"] = disturbed[0].times.p99() / quiet[0].times.p99();
  record.figures["isolation.deadline"] = std::chrono::duration<double>(refused.after - kDeadline).count();
  record.add(std::move(quiet));
  record.add(std::move(disturbed));
}

}  // namespace signet::bench
