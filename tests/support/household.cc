#include "tests/support/household.h"

#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "json/reader.h"
#include "tests/support/ready_pipe.h"

namespace signet::test {
namespace {

constexpr std::size_t kMaxFile = std::size_t{1} << 20U;

Deadline soon() { return Deadline::after(std::chrono::minutes(1)); }

[[noreturn]] void give_up(std::string_view what, const std::string& why) {
  std::fprintf(stderr, "household: %.*s: %s\n", static_cast<int>(what.size()), what.data(), why.c_str());
  std::abort();
}

json::Value must_parse(const std::string& text) {
  auto value = json::parse(text, {.bytes = kMaxFile});
  if (!value) give_up("json", value.error().what + ": " + text);
  return std::move(*value);
}

std::string in_quotes(std::string_view text) { return "\"" + std::string(text) + "\""; }

}  // namespace

std::string program(std::string_view name) { return std::string(SIGNET_BIN_DIR) + "/" + std::string(name); }

Household::Household(Setup setup) : setup_(std::move(setup)), sandbox_(setup_.serving), token_("desk", setup_.pin) {
  std::filesystem::create_directory(folder_ / "home");
  folder_.write("config.toml", token_configuration(""));
  start_agent();
  const std::string identity = identity_configuration();
  folder_.write("config.toml", token_configuration(setup_.pin_source) + identity + setup_.extra_configuration);
  folder_.write("id-token", sandbox_.mint(kSan, "24h"));
  restart_agent();
}

Household::~Household() {
  if (agent_) agent_->send_signal(SIGTERM);
  if (agent_) (void)agent_->wait(soon());
}

void Household::start_agent() {
  ReadyPipe ready;
  auto environment = setup_.agent_environment;
  environment.emplace("HOME", (folder_ / "home").string());
  agent_.emplace(
      ProcessOptions{.arguments = {program("signet-agent"), "--config", configuration().string(), "--socket",
                                   socket().string(), "--state-dir", (folder_ / "state").string(), "--ready-fd", "3"},
                     .environment = std::move(environment),
                     .descriptors = {{3, ready.end_of_program()}}});
  ready.wait_for(*agent_, "signet-agent", soon());
}

void Household::restart_agent() {
  while_stopped([] {});
}

void Household::while_stopped(const std::function<void()>& work) {
  agent_->send_signal(SIGTERM);
  if (!agent_->wait(soon())) give_up("agent", "does not end");
  work();
  start_agent();
}

std::string Household::token_configuration(std::string_view pin_source) const {
  std::string environment = "SOFTHSM2_CONF = " + in_quotes(token_.configuration().string());
  for (const auto& [name, value] : setup_.module_environment) environment += ", " + name + " = " + in_quotes(value);
  std::string pin = "pin = { file = " + in_quotes(token_.pin_file().string()) + " }";
  if (!pin_source.empty()) pin = pin_source;
  return "[instance.sandbox]\ntrusted_root = " + in_quotes(sandbox_.trusted_root().string()) +
         "\nsigning_config = " + in_quotes(sandbox_.signing_config().string()) +
         "\nsandbox = true\n[module.softhsm]\npath = " + in_quotes(setup_.module) + "\nenv = { " + environment +
         " }\n[token.desk]\nmodule = \"softhsm\"\nlabel = " + in_quotes(token_.label()) + "\n" + pin + "\n";
}

std::string Household::identity_configuration() const {
  const auto made = run({"signet", "key", "generate", "--token", "desk", "--label", "maintainer", "--algorithm",
                         setup_.algorithm, "--json"});
  if (made.status != 0) give_up("key", made.errors);
  const json::Value reply = must_parse(made.output);
  const json::Object& key = *reply.as_object()->find("key")->as_object();
  std::string text = "[identity." + std::string(kIdentity) +
                     "]\ninstance = \"sandbox\"\nkey = " + in_quotes(*key.find("uri")->as_string()) +
                     "\npublic_key = " + in_quotes(*key.find("fingerprint")->as_string()) +
                     "\nsan = " + in_quotes(kSan) + "\nissuer = " + in_quotes(issuer()) + "\nuse = " + setup_.use +
                     "\ntoken = { file = \"id-token\" }\n";
  if (!setup_.verifies_by_configuration) return text;
  return text + "[verify]\nallowed = [ { san = " + in_quotes(kSan) + ", issuer = " + in_quotes(issuer()) +
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

std::filesystem::path Household::make_repository(std::string_view name, std::string_view hash) const {
  const auto path = folder_ / name;
  const std::vector<std::vector<std::string>> steps = {
      {"init", "-q", "-b", "main", "--object-format=" + std::string(hash), path.string()},
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

}  // namespace signet::test
