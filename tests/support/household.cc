#include "tests/support/household.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "common/file.h"
#include "common/unique_fd.h"
#include "json/fields.h"
#include "json/reader.h"

namespace signet::test {
namespace {

constexpr std::size_t kMaxFile = std::size_t{1} << 20U;

Deadline soon() { return Deadline::after(std::chrono::minutes(1)); }

[[noreturn]] void give_up(std::string_view what, const std::string& why) {
  std::fprintf(stderr, "household: %.*s: %s\n", static_cast<int>(what.size()), what.data(), why.c_str());
  std::abort();
}

// A pipe whose other end a program writes to when it is ready.
struct ReadyPipe {
  UniqueFd ours;
  UniqueFd theirs;

  ReadyPipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) give_up("pipe", "refused");
    ours.reset(ends[0]);
    theirs.reset(ends[1]);
  }
  void wait_for(const Process& process, std::string_view name) {
    theirs.reset();
    pollfd readable{.fd = ours.get(), .events = POLLIN, .revents = 0};
    char byte = 0;
    if (::poll(&readable, 1, 60'000) == 1 && ::read(ours.get(), &byte, 1) == 1) return;
    give_up(name, process.errors());
  }
};

json::Value must_parse(const std::string& text) {
  auto value = json::parse(text, {.bytes = kMaxFile});
  if (!value) give_up("json", value.error().what + ": " + text);
  return std::move(*value);
}

std::string in_quotes(std::string_view text) { return "\"" + std::string(text) + "\""; }

}  // namespace

std::string program(std::string_view name) { return std::string(SIGNET_BIN_DIR) + "/" + std::string(name); }

Household::Household(Setup setup) : setup_(std::move(setup)) {
  std::filesystem::create_directory(folder_ / "home");
  start_sandbox();
  folder_.write("config.toml", token_configuration());
  start_agent();
  const std::string identity = identity_configuration();
  folder_.write("config.toml", token_configuration() + identity + setup_.extra_configuration);
  const auto minted = run({"signet-sandbox", "token", "--dir", (folder_ / "sandbox").string(), "--email",
                           std::string(kSan), "--lifetime", "24h", "--out", id_token_file().string()});
  if (minted.status != 0) give_up("ID token", minted.errors);
  restart_agent();
}

Household::~Household() {
  if (agent_) agent_->send_signal(SIGTERM);
  if (agent_) (void)agent_->wait(soon());
}

void Household::start_sandbox() {
  ReadyPipe ready;
  sandbox_.emplace(ProcessOptions{
      .arguments = {program("signet-sandbox"), "serve", "--dir", (folder_ / "sandbox").string(), "--ready-fd", "3"},
      .descriptors = {{3, ready.theirs.get()}}});
  ready.wait_for(*sandbox_, "sandbox");
  const auto environment = read_file(folder_ / "sandbox/env", kMaxFile);
  if (!environment) give_up("sandbox", environment.error().what);
  constexpr std::string_view kName = "SIGNET_ISSUER='";
  const auto at = environment->find(kName) + kName.size();
  issuer_ = environment->substr(at, environment->find('\'', at) - at);
}

void Household::start_agent() {
  ReadyPipe ready;
  agent_.emplace(
      ProcessOptions{.arguments = {program("signet-agent"), "--config", configuration().string(), "--socket",
                                   socket().string(), "--state-dir", (folder_ / "state").string(), "--ready-fd", "3"},
                     .environment = {{"HOME", (folder_ / "home").string()}},
                     .descriptors = {{3, ready.theirs.get()}}});
  ready.wait_for(*agent_, "agent");
}

void Household::restart_agent() {
  agent_->send_signal(SIGTERM);
  if (!agent_->wait(soon())) give_up("agent", "does not end");
  start_agent();
}

std::string Household::token_configuration() const {
  std::string environment = "SOFTHSM2_CONF = " + in_quotes(token_.configuration().string());
  for (const auto& [name, value] : setup_.module_environment) environment += ", " + name + " = " + in_quotes(value);
  return "[instance.sandbox]\ntrusted_root = \"sandbox/trusted_root.json\"\n"
         "signing_config = \"sandbox/signing_config.v0.2.json\"\nsandbox = true\n"
         "[module.softhsm]\npath = " +
         in_quotes(setup_.module) + "\nenv = { " + environment +
         " }\n[token.desk]\nmodule = \"softhsm\"\nlabel = " + in_quotes(token_.label()) +
         "\npin = { source = \"file\", path = " + in_quotes(token_.pin_file().string()) + " }\n";
}

std::string Household::identity_configuration() const {
  const auto made = run({"signet", "key", "generate", "--token", "desk", "--label", "maintainer", "--json"});
  if (made.status != 0) give_up("key", made.errors);
  const json::Value reply = must_parse(made.output);
  const json::Object& key = *reply.as_object()->find("key")->as_object();
  std::string text = "[identity." + std::string(kIdentity) +
                     "]\ninstance = \"sandbox\"\nkey = " + in_quotes(*key.find("uri")->as_string()) +
                     "\npublic_key = " + in_quotes(*key.find("fingerprint")->as_string()) +
                     "\nsan = " + in_quotes(kSan) + "\nissuer = " + in_quotes(issuer_) + "\nuse = " + setup_.use +
                     "\ntoken = { file = \"id-token\" }\n";
  if (!setup_.verifies_by_configuration) return text;
  return text + "[verify]\nallowed = [ { san = " + in_quotes(kSan) + ", issuer = " + in_quotes(issuer_) +
         ", instance = \"sandbox\" } ]\n";
}

std::map<std::string, std::string> Household::environment() const {
  const char* path = std::getenv("PATH");
  return {{"SIGNET_CONFIG", configuration().string()},
          {"SIGNET_SOCK", socket().string()},
          {"HOME", (folder_ / "home").string()},
          {"GIT_CONFIG_NOSYSTEM", "1"},
          {"PATH", std::string(SIGNET_BIN_DIR) + ":" + (path == nullptr ? "/usr/bin:/bin" : path)}};
}

ProcessEnd Household::run(std::vector<std::string> arguments, const std::filesystem::path& directory,
                          std::map<std::string, std::string> more) const {
  if (arguments.front().starts_with("signet")) arguments.front() = program(arguments.front());
  auto environment = this->environment();
  for (auto& [name, value] : more) environment.insert_or_assign(name, std::move(value));
  return test::run({.arguments = std::move(arguments),
                    .environment = std::move(environment),
                    .directory = directory.empty() ? folder_.path() : directory},
                   soon());
}

std::filesystem::path Household::make_repository(std::string_view name) const {
  const auto path = folder_ / name;
  const std::vector<std::vector<std::string>> steps = {
      {"init", "-q", "-b", "main", path.string()},
      {"-C", path.string(), "config", "user.name", "The Maintainer"},
      {"-C", path.string(), "config", "user.email", std::string(kSan)},
      {"-C", path.string(), "config", "gpg.format", "x509"},
      {"-C", path.string(), "config", "gpg.x509.program", "signet-git"}};
  for (std::vector<std::string> step : steps) {
    step.insert(step.begin(), "git");
    const auto end = run(std::move(step));
    if (end.status != 0) give_up("git", end.errors);
  }
  return path;
}

void Household::set_fault(std::string_view service, std::string_view mode) const {
  const auto end = run(
      {"signet-sandbox", "fault", "--dir", (folder_ / "sandbox").string(), std::string(service), std::string(mode)});
  if (end.status != 0) give_up("fault", end.errors);
}

std::int64_t Household::counter(std::string_view name) const {
  const auto end = run({"signet-sandbox", "counters", "--dir", (folder_ / "sandbox").string()});
  const json::Value counters = must_parse(end.output);
  const json::Value* value = counters.as_object()->find(name);
  if (value == nullptr || !value->as_integer()) give_up("counter", std::string(name));
  return *value->as_integer();
}

}  // namespace signet::test
