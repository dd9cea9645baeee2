// signet-virtual-card: a PIV card in a reader of its own, behind a pcscd of its own.
//
// usage: signet-virtual-card FOLDER SETUP [SECOND-SETUP]
//
// The setups are files (card_setup.h): a card for each slot of the reader. The program makes FOLDER/pcscd.comm
// (PCSCLITE_CSOCK_NAME for clients), and for each card N, counted from 1, FOLDER/apdu-N.log (apdu_log.h),
// FOLDER/attestation-root-N.pem and FOLDER/attestation-intermediates-N.pem. Standard input takes commands, one in a
// line; N is the card, M a number of milliseconds, K counts the commands to the card from now, the next is 1:
//   touch N M         from here on a signature that wants a finger waits M for it
//   touch-limit N M   how long the card waits before it refuses
//   press N           the finger comes now, where a signature waits for it
//   pull N            the card is pulled
//   remove N          the same, and pcscd has seen it
//   insert N          and put back
//   swap N SETUP      where it is pulled: another card lies there now
//   swap-back N       the two change places again
//   remove-at N K     it is pulled while it is asked for the K-th time
//   garbage-at N K B  the K-th answer is B bytes of nonsense
//   slow N M          each answer takes M longer
//   stop-pcscd        pcscd is killed, the cards stay where they are
//   start-pcscd       and is there again
// It prints "ready" when pcscd has seen the cards, "done" when a command is, and ends with its standard input.
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <vector>

#include "common/time.h"
#include "tests/card/card_slot.h"
#include "tests/card/private_network.h"
#include "tests/card/reader_service.h"
#include "tests/card/reader_watch.h"

namespace signet::test {
namespace {

void say(std::string_view word) { std::cout << word << std::endl; }

CardSetup read_setup(const std::filesystem::path& file) {
  std::stringstream text;
  text << std::ifstream(file).rdbuf();
  auto setup = parse_card_setup(text.str());
  if (setup) return *std::move(setup);
  std::cerr << "signet-virtual-card: " << file << ": " << setup.error().sentence() << '\n';
  std::exit(2);
}

class Reader {
 public:
  explicit Reader(std::filesystem::path folder)
      : folder_(std::move(folder)), service_(folder_), watch_(service_.socket()) {}

  void add_card(const std::filesystem::path& setup) {
    const std::size_t number = slots_.size() + 1;
    const auto port = static_cast<unsigned short>(ReaderService::kPort + slots_.size());
    slots_.push_back(std::make_unique<CardSlot>(port, folder_ / ("apdu-" + std::to_string(number) + ".log")));
    put_card(slots_.size() - 1, setup);
  }

  void run() {
    start_service("ready");
    while (!ended_) {
      std::vector<pollfd> events = {{.fd = 0, .events = POLLIN, .revents = 0}};
      for (const auto& slot : slots_) events.push_back({.fd = slot->fd(), .events = POLLIN, .revents = 0});
      if (::poll(events.data(), events.size(), milliseconds_to_wait()) < 0) continue;
      for (std::size_t i = 0; i < slots_.size(); ++i) serve(*slots_[i], events[i + 1].revents != 0);
      if (events[0].revents != 0) take_input();
    }
  }

 private:
  using Expected = ReaderWatch::Expected;

  void put_card(std::size_t index, const std::filesystem::path& setup) {
    slots_[index]->put_card(std::make_unique<PivCard>(read_setup(setup)));
    name_maker(index);
  }

  void name_maker(std::size_t index) const {
    const CardMaker& maker = slots_[index]->card().maker();
    const std::string ending = "-" + std::to_string(index + 1) + ".pem";
    std::ofstream(folder_ / ("attestation-root" + ending)) << maker.root_pem();
    std::ofstream(folder_ / ("attestation-intermediates" + ending)) << maker.intermediates_pem();
  }

  [[nodiscard]] int milliseconds_to_wait() const {
    std::optional<PivCard::Time> first;
    for (const auto& slot : slots_) {
      const auto due = slot->due();
      if (due && (!first || *due < *first)) first = due;
    }
    return first ? static_cast<int>(Deadline(*first).remaining().count()) + 1 : -1;
  }

  // The driver drops connections of its own accord, but a card that is in its reader stays there.
  void serve(CardSlot& slot, bool readable) {
    slot.on_time();
    if (!readable || slot.fd() < 0 || slot.take_message()) return;
    slot.lose_reader();
    if (service_.running()) slot.insert();
  }

  void take_input() {
    std::array<char, 4096> buffer{};
    const ssize_t size = ::read(0, buffer.data(), buffer.size());
    ended_ = size <= 0;
    if (ended_) return;
    input_.append(buffer.data(), static_cast<std::size_t>(size));
    for (auto end = input_.find('\n'); end != std::string::npos; end = input_.find('\n')) {
      const std::string line = input_.substr(0, end);
      input_.erase(0, end + 1);
      obey(line);
    }
  }

  void obey(const std::string& line) {
    std::istringstream words(line);
    std::string verb;
    std::size_t number = 1;
    words >> verb >> number;
    if (verb == "stop-pcscd") return stop_service();
    if (verb == "start-pcscd") return start_service("done");
    if (number == 0 || number > slots_.size()) return say("no such card");
    if (verb == "remove" || verb == "insert") return move_card(number - 1, verb == "insert");
    if (!change(*slots_[number - 1], verb, number - 1, words)) return say("no such command");
    say("done");
  }

  [[nodiscard]] bool change(CardSlot& slot, const std::string& verb, std::size_t index, std::istringstream& words) {
    if (verb == "swap") {
      std::string setup;
      words >> setup;
      put_card(index, setup);
      return true;
    }
    int first = 0;
    int second = 0;
    words >> first >> second;
    const std::chrono::milliseconds span(first);
    if (verb == "touch") return slot.set_touch(span), true;
    if (verb == "touch-limit") return slot.set_touch_limit(span), true;
    if (verb == "slow") return slot.set_slow(span), true;
    if (verb == "pull") return slot.pull(), true;
    if (verb == "press") return slot.press(), true;
    if (verb == "swap-back") return slot.swap_with_drawer(), name_maker(index), true;
    if (verb == "remove-at") return slot.pull_at(first), true;
    if (verb == "garbage-at") return slot.spoil_at(first, second), true;
    return false;
  }

  void move_card(std::size_t index, bool inserts) {
    CardSlot& slot = *slots_[index];
    if (!inserts) slot.pull();
    if (!service_.running()) {
      if (inserts) slot.insert_unseen();
      return say("done");
    }
    if (inserts && !slot.inserted()) slot.insert();
    Expected expected;
    expected.at(index) = inserts;
    watch_.when(expected, [] { say("done"); });
  }

  void start_service(std::string_view word) {
    service_.start();
    Expected expected;
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      expected.at(i) = slots_[i]->inserted();
      if (slots_[i]->inserted()) slots_[i]->insert();
    }
    watch_.when(expected, [word] { say(word); });
  }

  void stop_service() {
    service_.stop();
    watch_.forget();
    for (auto& slot : slots_) slot->lose_reader();
    say("done");
  }

  std::filesystem::path folder_;
  ReaderService service_;
  ReaderWatch watch_;
  std::vector<std::unique_ptr<CardSlot>> slots_;
  std::string input_;
  bool ended_ = false;  // nobody gives commands any more
};

}  // namespace
}  // namespace signet::test

int main(int argc, char** argv) {
  if (argc < 3 || argc > 4) {
    std::fputs("usage: signet-virtual-card FOLDER SETUP [SECOND-SETUP]\n", stderr);
    return 2;
  }
  signet::test::Reader reader(argv[1]);
  for (int i = 2; i < argc; ++i) reader.add_card(argv[i]);
  signet::test::enter_private_network();
  reader.run();
  return 0;
}
