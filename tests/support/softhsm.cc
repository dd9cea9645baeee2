#include "tests/support/softhsm.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "tests/support/process.h"

namespace signet::test {
namespace {

std::string must_run(const SoftHsm& token, std::vector<std::string> arguments) {
  const ProcessEnd end = run({.arguments = std::move(arguments), .environment = token.environment()},
                             Deadline::after(std::chrono::minutes(1)));
  if (end.status == 0) return end.output;
  std::fprintf(stderr, "status %d: %s%s\n", end.status, end.output.c_str(), end.errors.c_str());
  std::abort();
}

}  // namespace

SoftHsm::SoftHsm(std::string label, std::string pin) : label_(std::move(label)), pin_(std::move(pin)) {
  std::filesystem::create_directory(folder_ / "tokens");
  configuration_ = folder_.write("softhsm2.conf", "directories.tokendir = " + (folder_ / "tokens").string() +
                                                      "\nobjectstore.backend = file\nlog.level = ERROR\n");
  pin_file_ = folder_.write("pin", pin_ + "\n");
  add_token(label_, pin_);
  serial_ = read_serial();
}

std::map<std::string, std::string> SoftHsm::environment() const { return {{"SOFTHSM2_CONF", configuration_.string()}}; }

// "Slot 0" is always the uninitialised one and its number is given away anew: --free takes it whatever it is called.
void SoftHsm::add_token(std::string_view label, std::string_view pin) const {
  must_run(*this, {"softhsm2-util", "--init-token", "--free", "--label", std::string(label), "--so-pin", "12345678",
                   "--pin", std::string(pin)});
}

void SoftHsm::make_key(std::string_view type, std::string_view id, std::string_view label) const {
  must_run(*this,
           {"pkcs11-tool", "--module", std::string(kSoftHsmModule), "--token-label", label_, "--login", "--pin", pin_,
            "--keypairgen", "--key-type", std::string(type), "--id", std::string(id), "--label", std::string(label)});
}

std::string SoftHsm::read_serial() const {
  const std::string slots = must_run(*this, {"softhsm2-util", "--show-slots"});
  const auto label = slots.find("Label:            " + label_);
  const auto serial = slots.rfind("Serial number:", label);
  if (label == std::string::npos || serial == std::string::npos) {
    std::fprintf(stderr, "softhsm2-util shows no token %s\n%s", label_.c_str(), slots.c_str());
    std::abort();
  }
  const auto start = slots.find_first_not_of(' ', serial + std::string_view("Serial number:").size());
  return slots.substr(start, slots.find_first_of(" \n", start) - start);
}

}  // namespace signet::test
