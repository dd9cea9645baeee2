#include "tests/support/sandbox_process.h"

#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX

#include <cstdlib>
#include <iostream>
#include <utility>

#include "json/reader.h"
#include "tests/support/ready_pipe.h"

namespace signet::test {
namespace {

constexpr const char* kProgram = SIGNET_BIN_DIR "/signet-sandbox";

Deadline soon() { return Deadline::after(std::chrono::minutes(1)); }

[[noreturn]] void give_up(std::string_view what, std::string_view why) {
  std::cerr << "sandbox: " << what << ": " << why << "\n";
  std::abort();
}

ProcessEnd must(ProcessEnd end, std::string_view what) {
  if (end.status != 0) give_up(what, end.errors);
  return end;
}

/// A member of `counters`, or of one of its objects.
std::int64_t number_in(const std::string& text, std::string_view name, std::string_view inside = {}) {
  const auto parsed = json::parse(text);
  const json::Value* value = parsed ? &*parsed : nullptr;
  for (const std::string_view step : {inside, name}) {
    if (step.empty() || value == nullptr) continue;
    value = value->as_object() == nullptr ? nullptr : value->as_object()->find(step);
  }
  if (value == nullptr || !value->as_integer()) give_up("counter " + std::string(name), text);
  return *value->as_integer();
}

}  // namespace

SandboxProcess::SandboxProcess(std::vector<std::string> serving) : serving_(std::move(serving)) { start(); }

SandboxProcess::~SandboxProcess() {
  if (process_) stop(SIGTERM);
}

void SandboxProcess::start() {
  ReadyPipe ready;
  std::vector<std::string> arguments{kProgram, "serve", "--dir", folder().string(), "--ready-fd", "3"};
  arguments.insert(arguments.end(), serving_.begin(), serving_.end());
  process_.emplace(ProcessOptions{.arguments = std::move(arguments), .descriptors = {{3, ready.end_of_program()}}});
  ready.wait_for(*process_, "signet-sandbox", soon());
  const auto ports = sandbox::read_ports(folder() / "ports.json");
  if (!ports) give_up("ports", ports.error().what);
  urls_ = sandbox::endpoints_of(*ports);
}

void SandboxProcess::stop(int signal) {
  process_->send_signal(signal);
  if (!process_->wait(soon())) give_up("stop", "it does not end");
  process_.reset();
}

ProcessEnd SandboxProcess::run(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), kProgram);
  arguments.insert(arguments.end(), {"--dir", folder().string()});
  return test::run({.arguments = std::move(arguments)}, soon());
}

std::string SandboxProcess::mint(std::string_view email, std::string_view lifetime) const {
  ProcessEnd end = must(run({"token", "--email", std::string(email), "--lifetime", std::string(lifetime)}), "token");
  if (end.output.ends_with('\n')) end.output.pop_back();
  return std::move(end.output);
}

void SandboxProcess::set_fault(std::string_view service, std::string_view mode,
                               std::optional<std::int64_t> count) const {
  std::vector<std::string> arguments{"fault", std::string(service), std::string(mode)};
  if (count) arguments.insert(arguments.end(), {"--count", std::to_string(*count)});
  (void)must(run(std::move(arguments)), "fault");
}

std::int64_t SandboxProcess::counter(std::string_view name) const {
  return number_in(must(run({"counters"}), "counters").output, name);
}

std::int64_t SandboxProcess::requests(std::string_view service) const {
  return number_in(must(run({"counters"}), "counters").output, service, "requests");
}

}  // namespace signet::test
