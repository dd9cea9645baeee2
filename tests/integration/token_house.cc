#include "tests/integration/token_house.h"

#include <gtest/gtest.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>

#include "common/file.h"
#include "json/fields.h"
#include "json/reader.h"

namespace signet::test {
namespace {

constexpr std::size_t kMaxFile = std::size_t{1} << 20U;

Deadline soon() { return Deadline::after(std::chrono::minutes(1)); }

template <typename Condition>
bool becomes(const Condition& condition) {
  for (const Deadline deadline = soon(); !deadline.passed(); ::usleep(2'000)) {
    if (condition()) return true;
  }
  return condition();
}

// Empty where the process has ended, also in the middle of it.
std::string read_of(pid_t pid, const std::string& what) {
  return read_file("/proc/" + std::to_string(pid) + "/" + what, kMaxFile).value_or("");
}

// A keeper is known by its command line, which names the token's label.
bool holds(pid_t keeper, std::string_view label) {
  const std::string line = read_of(keeper, "cmdline");
  return line.find("signet-token") != std::string::npos &&
         line.find(std::string(1, '\0') + std::string(label) + '\0') != std::string::npos;
}

}  // namespace

bool is_alive(pid_t pid) {
  const std::string stat = read_of(pid, "stat");
  const auto state = stat.rfind(") ");
  return state != std::string::npos && stat.at(state + 2) != 'Z' && stat.at(state + 2) != 'X';
}

bool has_ended(pid_t pid) {
  return becomes([pid] { return !is_alive(pid); });
}

Household::Setup TokenHouse::setup(const FaultModule& module, const SoftHsm& sound) {
  return {.module = module.path().string(),
          .module_environment = {{"SIGNET_FAULT", module.beside("fault").string()},
                                 {"SIGNET_CALL_LOG", module.beside("calls").string()}},
          .extra_configuration =
              "[module.sound]\npath = \"" + std::string(kSoftHsmModule) + "\"\nenv = { SOFTHSM2_CONF = \"" +
              sound.configuration().string() +
              "\" }\n[token.sound]\nmodule = \"sound\"\nlabel = \"sound\"\npin = { source = \"file\", path "
              "= \"" +
              sound.pin_file().string() + "\" }\n"};
}

TokenHouse::TokenHouse() : house_(setup(module_, sound_)) {
  const auto made = house_.run({"signet", "key", "generate", "--token", "sound", "--label", "sound", "--json"});
  EXPECT_EQ(made.status, 0) << made.errors;
  const auto reply = json::parse(made.output);
  if (!reply) std::abort();
  const json::Object& key = *reply->as_object()->find("key")->as_object();
  const auto text = read_file(house_.configuration(), kMaxFile);
  if (!text) std::abort();
  house_.folder().write("config.toml", *text + "[identity.sound]\ninstance = \"sandbox\"\nkey = \"" +
                                           *key.find("uri")->as_string() + "\"\npublic_key = \"" +
                                           *key.find("fingerprint")->as_string() + "\"\nsan = \"" +
                                           std::string(Household::kSan) + "\"\nissuer = \"" + house_.issuer() +
                                           "\"\nuse = [\"blob\"]\ntoken = { file = \"id-token\" }\n"
                                           "[identity.fleeting]\ninstance = \"sandbox\"\nkey = \"pkcs11:token=desk\"\n"
                                           "ephemeral = \"p256\"\nsan = \"" +
                                           std::string(Household::kSan) + "\"\nissuer = \"" + house_.issuer() +
                                           "\"\nuse = [\"blob\"]\ntoken = { file = \"id-token\" }\n");
  house_.restart_agent();
}

long TokenHouse::calls(std::string_view function) const {
  std::ifstream file(module_.beside("calls"));
  return std::count(std::istream_iterator<std::string>(file), {}, function);
}

bool TokenHouse::come_signatures(long number) const {
  return becomes([&] { return calls("C_Sign") >= number; });
}

std::string TokenHouse::wish(std::string_view token, std::chrono::milliseconds deadline) {
  std::string text = R"({"output":"bundle","items":[{"digest":")" + std::string(kDigest) + R"("}],"identity":")" +
                     std::string(token == "desk" ? Household::kIdentity : token) + "\"";
  if (deadline.count() > 0) text += ",\"deadline_ms\":" + std::to_string(deadline.count());
  return text + "}";
}

std::string TokenHouse::sign(std::string_view token, std::chrono::milliseconds deadline) const {
  return ask(house_, "Sign", wish(token, deadline)).bytes;
}

bool TokenHouse::signs_soon() const {
  return becomes([this] { return sign().find("messageSignature") != std::string::npos; });
}

WorkerPids TokenHouse::worker(std::string_view token) {
  WorkerPids found;
  EXPECT_TRUE(becomes([&] {
    for (const pid_t keeper : children_of(house_.agent().pid())) {
      if (!is_alive(keeper) || !holds(keeper, token)) continue;
      for (const pid_t child : children_of(keeper)) {
        if (!is_alive(child)) continue;
        found = {.keeper = keeper, .child = child};
        return true;
      }
    }
    return false;
  })) << "no worker of "
      << token;
  return found;
}

void TokenHouse::begin_anew() {
  const WorkerPids before = worker();
  ::kill(before.child, SIGKILL);
  EXPECT_TRUE(has_ended(before.child));
}

}  // namespace signet::test
