#include "tests/support/software_tpm.h"

#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

#include "common/unique_fd.h"

namespace signet::test {
namespace {

constexpr std::string_view kOfficersPin = "87654321";

Deadline soon() { return Deadline::after(std::chrono::minutes(1)); }

[[noreturn]] void give_up(const std::string& what) {
  std::fprintf(stderr, "software TPM: %s\n", what.c_str());
  std::abort();
}

UniqueFd connect_to(const std::filesystem::path& path) {
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.native().copy(address.sun_path, sizeof(address.sun_path) - 1) != path.native().size()) {
    give_up("a path that is too long for a socket: " + path.string());
  }
  const auto* where = reinterpret_cast<const sockaddr*>(&address);
  return ::connect(fd.get(), where, sizeof(address)) == 0 ? std::move(fd) : UniqueFd();
}

}  // namespace

SoftwareTpm::SoftwareTpm(std::string label, std::string pin) : label_(std::move(label)), pin_(std::move(pin)) {
  std::filesystem::create_directory(folder_ / "state");
  std::filesystem::create_directory(folder_ / "store");
  pin_file_ = folder_.write("pin", pin_ + "\n");
  start();
  // Through the module: tpm2_ptool fills the TPM's memory where no resource manager empties it.
  const auto provision = [this](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"pkcs11-tool", "--module", std::string(kTpmModule)});
    const ProcessEnd end = run({.arguments = std::move(arguments), .environment = environment()}, soon());
    if (end.status != 0) give_up("pkcs11-tool: " + end.output + end.errors);
  };
  const std::string officer(kOfficersPin);
  provision({"--slot-index", "0", "--init-token", "--label", label_, "--so-pin", officer});
  provision(
      {"--token-label", label_, "--login", "--login-type", "so", "--so-pin", officer, "--init-pin", "--new-pin", pin_});
}

std::map<std::string, std::string> SoftwareTpm::environment() const {
  return {{"TPM2_PKCS11_STORE", (folder_ / "store").string()},
          {"TPM2_PKCS11_TCTI", "swtpm:path=" + socket().string()},
          {"TSS2_LOG", "all+none"}};
}

std::string SoftwareTpm::configuration() const {
  std::string variables;
  for (const auto& [name, value] : environment()) {
    variables.append(variables.empty() ? "" : ", ").append(name).append(" = \"").append(value).append("\"");
  }
  return "[module." + label_ + "]\npath = \"" + std::string(kTpmModule) + "\"\nenv = { " + variables +
         " }\nneeds = [\"tpm\"]\n[token." + label_ + "]\nmodule = \"" + label_ + "\"\nlabel = \"" + label_ +
         "\"\npin = { source = \"file\", path = \"" + pin_file_.string() + "\" }\n";
}

void SoftwareTpm::start() {
  const std::string path = socket().string();
  for (const std::string& stale : {path, path + ".ctrl"}) std::filesystem::remove(stale);
  process_.emplace(
      ProcessOptions{.arguments = {"swtpm", "socket", "--tpm2", "--tpmstate", "dir=" + (folder_ / "state").string(),
                                   "--server", "type=unixio,path=" + path, "--ctrl",
                                   "type=unixio,path=" + path + ".ctrl", "--flags", "not-need-init,startup-clear"}});
  for (const Deadline deadline = soon(); !connect_to(socket()); ::usleep(5'000)) {
    if (!process_->running()) give_up("swtpm: " + process_->errors() + process_->output());
    if (deadline.passed()) give_up("swtpm does not listen at " + path);
  }
}

void SoftwareTpm::kill() {
  process_->send_signal(SIGKILL);
  if (!process_->wait(soon())) give_up("swtpm does not end");
}

// TPM 2.0 Library, part 3, TPM2_GetCapability: one property of TPM_CAP_TPM_PROPERTIES; its value ends the answer.
long SoftwareTpm::refused_pins() const {
  constexpr std::array<std::uint8_t, 22> kAsk = {0x80, 0x01, 0, 0, 0, 22, 0,    0, 0x01, 0x7a, 0,
                                                 0,    0,    6, 0, 0, 2,  0x0e, 0, 0,    0,    1};
  constexpr std::size_t kAnswer = 27;
  const UniqueFd fd = connect_to(socket());
  std::array<std::uint8_t, 64> answer{};
  if (::send(fd.get(), kAsk.data(), kAsk.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(kAsk.size()) ||
      ::recv(fd.get(), answer.data(), answer.size(), 0) != static_cast<ssize_t>(kAnswer)) {
    give_up("swtpm does not answer");
  }
  long value = 0;
  for (std::size_t i = kAnswer - 4; i < kAnswer; ++i) value = value * 256 + answer.at(i);
  return value;
}

}  // namespace signet::test
