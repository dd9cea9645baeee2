// Storms at each door to a card (card_storm.h), asked as the agent asks: at org.signet.Token. The keeper's child for
// signet's own door, and for a PKCS#11 module, is part of the product; the module in it is not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "tests/card/card_guest.h"
#include "tests/card/card_storm.h"
#include "tests/card/card_worker.h"
#include "tests/support/length.h"

namespace signet::test {
namespace {

using std::chrono::milliseconds;

class DoorStorm : public CardWorkerTest {
 protected:
  void start(const std::vector<std::string>& door) {
    ours_ = door == piv_door();
    CardWorkerTest::start(door, with_keys({{.slot = 0x9a, .pin_policy = 2}}));
    expect_signature("before the storm");
  }

  // A process that ended under the request closes the connection, which the agent calls by this name.
  Result<void> ask() {
    const auto signature = sign(*channel_, key_, digest_of("x"), milliseconds(2000));
    if (signature) {
      EXPECT_TRUE(verifies(key_.public_key, digest_of("x"), *signature));
      return {};
    }
    if (signature.error().code != ErrorCode::Cancelled) return fail(signature.error());
    channel_.emplace(worker_->connect());
    return fail(ErrorCode::WorkerFailed, "the process ended under the request");
  }

  void run_rounds(int rounds, std::function<void(int)> breaks, std::function<void()> mends) {
    const auto* const test = ::testing::UnitTest::GetInstance()->current_test_info();
    run_storm({.name = std::string(test->test_suite_name()) + "." + test->name(),
               .rounds = rounds,
               .breaks = std::move(breaks),
               .mends = std::move(mends),
               .asks = [this] { return ask(); },
               .watched = {{.name = "keeper", .pid = [this] { return worker_->keeper().pid(); }},
                           {.name = "child", .pid = [this] { return worker_->child(); }, .ours = ours_}}},
              *card_);
  }

  void run_restarts(int rounds) {
    run_rounds(rounds, [this](int) { card_->stop_pcscd(); }, [this] { card_->start_pcscd(); });
  }

  // A module holds its card for as long as it has it open, so another program gets the reader for itself only when the
  // card was out and the module has noticed: the first request loses the card, the second one looks for it.
  void run_takings_of_a_card_that_was_out(int rounds) {
    std::optional<CardGuest> guest;
    run_rounds(
        rounds,
        [&](int) {
          card_->remove();
          for (int i = 0; i < 2; ++i) EXPECT_FALSE(ask()) << "no card is there";
          if (!guest) guest.emplace(*card_);
          card_->insert();
          ASSERT_TRUE(comes_true([&] { return guest->try_exclusive() == "done"; }));
        },
        [&] { guest->release(); });
  }

  // Another program's transaction: it is in nobody's way to open the card, and holds up whatever is sent to it.
  void run_transactions_of_another_program(int rounds) {
    CardGuest guest(*card_);
    run_rounds(rounds, [&](int) { guest.hold(); }, [&] { guest.release(); });
  }

 private:
  bool ours_ = false;
};

class PivStorm : public DoorStorm {
 protected:
  PivStorm() { start(piv_door()); }
};

TEST_F(PivStorm, OfRemovals) {
  run_rounds(length(12, 200), [this](int round) { card_->remove_at_apdu(1 + round % 3); }, [this] { card_->insert(); });
}

TEST_F(PivStorm, OfPcscdRestarts) { run_restarts(length(4, 20)); }

TEST_F(PivStorm, OfProgramsThatTakeTheReader) {
  std::optional<CardGuest> guest;
  run_rounds(
      length(3, 20),
      [&](int) {
        if (!guest) guest.emplace(*card_);
        ASSERT_TRUE(comes_true([&] { return guest->try_exclusive() == "done"; }));
      },
      [&] { guest->release(); });
}

TEST_F(PivStorm, OfTransactionsOfAnotherProgram) { run_transactions_of_another_program(length(1, 5)); }

class Ykcs11Storm : public DoorStorm {
 protected:
  Ykcs11Storm() { start(ykcs11_door()); }

  // In turn: under the signature, between two signatures, and while the module reads a card that has just come back.
  void lose_card(int round) {
    if (round % 3 == 0) return card_->pull();
    if (round % 3 == 1) return card_->remove_at_apdu(1);
    card_->remove();
    EXPECT_FALSE(ask()) << "no card is there";
    card_->insert();
    card_->remove_at_apdu(4 + round % 60);
  }
};

TEST_F(Ykcs11Storm, OfRemovals) {
  run_rounds(length(9, 200), [this](int round) { lose_card(round); }, [this] { card_->insert(); });
}

TEST_F(Ykcs11Storm, OfPcscdRestarts) { run_restarts(length(4, 20)); }

TEST_F(Ykcs11Storm, OfProgramsThatTakeTheReader) { run_takings_of_a_card_that_was_out(length(4, 20)); }

TEST_F(Ykcs11Storm, OfTransactionsOfAnotherProgram) { run_transactions_of_another_program(length(1, 5)); }

class OpenScStorm : public DoorStorm {
 protected:
  OpenScStorm() { start(opensc_door()); }
};

// A card that is pulled between two signatures makes the next one hang for ever (virtual-tokens §3.1).
TEST_F(OpenScStorm, OfRemovals) {
  run_rounds(
      length(4, 20), [this](int round) { round % 2 == 0 ? card_->pull() : card_->remove_at_apdu(1); },
      [this] { card_->insert(); });
}

TEST_F(OpenScStorm, OfPcscdRestarts) { run_restarts(length(2, 20)); }

TEST_F(OpenScStorm, OfProgramsThatTakeTheReader) { run_takings_of_a_card_that_was_out(length(2, 20)); }

}  // namespace
}  // namespace signet::test
