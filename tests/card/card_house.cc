#include "tests/card/card_house.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <thread>

#include "common/file.h"
#include "json/reader.h"
#include "tests/support/process.h"

namespace signet::test {
namespace {

[[noreturn]] void give_up(const std::string& what) {
  std::fprintf(stderr, "card house: %s\n", what.c_str());
  std::abort();
}

bool has_argument(pid_t pid, const std::string& argument) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/cmdline");
  return std::string(std::istreambuf_iterator<char>(file), {}).find(argument) != std::string::npos;
}

}  // namespace

CardHouse::CardHouse(const CardSetup& setup, std::string_view module)
    : card_(setup), house_({.extra_configuration = configuration(module)}) {}

std::string CardHouse::configuration(std::string_view module) const {
  const std::string pcscd = card_.environment().at("PCSCLITE_CSOCK_NAME");
  const std::string pin = "pin = { source = \"file\", path = \"" + pin_file_.string() + "\" }\n";
  if (module.empty()) return "[token.card]\nserial = \"12345678\"\npcscd = \"" + pcscd + "\"\n" + pin;
  // OpenSC calls a token by the certificate in 9A.
  const std::string which = module == kOpenSc ? "label = \"virtual card\"\n" : "serial = \"12345678\"\n";
  return "[module.card]\npath = \"" + std::string(module) + "\"\nneeds = [\"pcsc\"]\nenv = { PCSCLITE_CSOCK_NAME = \"" +
         pcscd + "\" }\n[token.card]\nmodule = \"card\"\n" + which + pin;
}

void CardHouse::use_key(const json::Object& key, std::string_view use) {
  const auto text = read_file(house_.configuration(), 1U << 20U);
  if (!text) give_up(text.error().sentence());
  house_.folder().write("config.toml", *text + "[identity.card]\ninstance = \"sandbox\"\nkey = \"" +
                                           *key.find("uri")->as_string() + "\"\npublic_key = \"" +
                                           *key.find("fingerprint")->as_string() + "\"\nsan = \"" +
                                           std::string(Household::kSan) + "\"\nissuer = \"" + house_.issuer() +
                                           "\"\nuse = " + std::string(use) + "\ntoken = { file = \"id-token\" }\n");
  house_.restart_agent();
  card_.forget_apdus();
}

void CardHouse::use_first_key(std::string_view use) {
  const auto listed = house_.run({"signet", "key", "list", "--token", "card", "--json"});
  const auto reply = json::parse(listed.output);
  const json::Value* keys = reply && reply->as_object() != nullptr ? reply->as_object()->find("keys") : nullptr;
  if (keys == nullptr || keys->as_array() == nullptr || keys->as_array()->empty()) give_up("no key: " + listed.errors);
  use_key(*keys->as_array()->front().as_object(), use);
}

pid_t CardHouse::keeper() {
  for (const pid_t pid : children_of(house_.agent().pid())) {
    if (has_argument(pid, pin_file_.string())) return pid;
  }
  give_up("the card has no keeper");
}

pid_t CardHouse::child() {
  for (const Deadline deadline = Deadline::after(std::chrono::minutes(1)); !deadline.passed();
       std::this_thread::sleep_for(std::chrono::milliseconds(5))) {
    const auto children = children_of(keeper());
    if (!children.empty()) return children.front();
  }
  give_up("the keeper has no child");
}

}  // namespace signet::test
