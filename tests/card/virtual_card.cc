#include "tests/card/virtual_card.h"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace signet::test {

VirtualCard::VirtualCard(const CardSetup& setup, const std::optional<CardSetup>& second)
    : program_(arguments(setup, second)) {
  (void)program_.next_answer();  // "ready"
}

std::vector<std::string> VirtualCard::arguments(const CardSetup& setup, const std::optional<CardSetup>& second) {
  std::vector<std::string> arguments = {std::string(SIGNET_BIN_DIR) + "/signet-virtual-card", folder_.path().string(),
                                        write_setup(setup)};
  if (second) arguments.push_back(write_setup(*second));
  return arguments;
}

std::string VirtualCard::write_setup(const CardSetup& setup) {
  return folder_.write("setup-" + std::to_string(++setups_), encode_card_setup(setup)).string();
}

std::map<std::string, std::string> VirtualCard::environment() const {
  return {{"PCSCLITE_CSOCK_NAME", (folder_ / "pcscd.comm").string()}};
}

void VirtualCard::tell(const std::string& verb, int card, long number) {
  program_.obey(verb + " " + std::to_string(card) + " " + std::to_string(number));
}

// A card that went of itself has to be missed first.
void VirtualCard::insert(int card) {
  tell("remove", card);
  tell("insert", card);
}

void VirtualCard::swap(const CardSetup& setup, int card) {
  tell("remove", card);
  program_.obey("swap " + std::to_string(card) + " " + write_setup(setup));
  tell("insert", card);
}

void VirtualCard::swap_back(int card) {
  tell("remove", card);
  tell("swap-back", card);
  tell("insert", card);
}

void VirtualCard::answer_garbage_at_apdu(int n, int size, int card) {
  program_.obey("garbage-at " + std::to_string(card) + " " + std::to_string(n) + " " + std::to_string(size));
}

std::filesystem::path VirtualCard::file(std::string_view name, int card, std::string_view ending) const {
  return folder_ / (std::string(name) + "-" + std::to_string(card) + std::string(ending));
}

namespace {

std::string read_text(const std::filesystem::path& file) {
  std::stringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

}  // namespace

std::string VirtualCard::attestation_root(int card) const { return read_text(file("attestation-root", card, ".pem")); }
std::string VirtualCard::attestation_intermediates(int card) const {
  return read_text(file("attestation-intermediates", card, ".pem"));
}

std::vector<Apdu> VirtualCard::apdus(int card) const { return read_apdu_log(file("apdu", card, ".log")); }

// The program appends, so it goes on at the new end.
void VirtualCard::forget_apdus(int card) { std::filesystem::resize_file(file("apdu", card, ".log"), 0); }

long VirtualCard::count_pins(int card) const { return std::ranges::count_if(apdus(card), &Apdu::is_pin); }
long VirtualCard::count_wrong_pins(int card) const { return std::ranges::count_if(apdus(card), &Apdu::is_wrong_pin); }
long VirtualCard::count_signatures(int card) const { return std::ranges::count_if(apdus(card), &Apdu::is_signature); }

}  // namespace signet::test
