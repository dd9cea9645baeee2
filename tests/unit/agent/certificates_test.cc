// One certificate for all who need it at once, and none for nobody.
#include "agent/flow/certificates.h"

#include <list>

#include <boost/asio/bind_cancellation_slot.hpp>

#include "agent/flow/deadlines.h"
#include "agent/tokens/pin_desk.h"
#include "tests/support/expect_refusal.h"
#include "tests/support/process.h"
#include "tests/support/terminal.h"
#include "tests/unit/agent/agent_parts.h"
#include "tests/unit/agent/owner.h"

namespace signet::agent {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using sigstore::VerifiedCertificate;
using test::expect_refusal;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class CertificatesTest : public AgentParts {
 protected:
  // One request that needs a certificate.
  struct Request {
    asio::cancellation_signal cancel;
    std::optional<Result<VerifiedCertificate>> result;
    std::vector<std::string> told;
  };

  CertificateWish wish() {
    const std::vector<Item> items = {digest_item()};
    Token& token = **tokens_->find("desk");
    const auto key = await(token.find_key(identity(), Deadline::after(30s)));
    KeyInHand in_hand{.public_key = key->public_key(), .token = key->token(), .prove = {}, .sign = {}};
    in_hand.prove = [&token, key = *key](const Intent& intent, const Digest& digest, Patience patience,
                                         Attendance attendance) {
      return token.sign(intent, key, digest, patience, std::move(attendance));
    };
    return {.approval = approval(items, protocol::Output::Bundle),
            .key = std::move(in_hand),
            .instance = *instances_.get("sandbox"),
            .ca = sandbox_->facts().endpoints().ca};
  }
  Awaitable<void> make(Request& request, CertificateWish wish, std::chrono::milliseconds patience) {
    co_await asio::this_coro::throw_if_cancelled(false);
    Report report([&request](protocol::Progress news) -> Awaitable<void> {
      request.told.push_back(std::move(news.text));
      co_return;
    });
    request.result = co_await certificates_->get(std::move(wish), std::move(report), Deadline::after(patience));
  }
  Request& ask(std::chrono::milliseconds patience = 60s) {
    Request& request = requests_.emplace_back();
    asio::co_spawn(loop_, make(request, wish(), patience),
                   asio::bind_cancellation_slot(request.cancel.slot(), [](const std::exception_ptr&) {}));
    return request;
  }
  Result<VerifiedCertificate> answer(Request& request) {
    EXPECT_TRUE(becomes([&request] { return request.result.has_value(); }));
    return request.result.value_or(fail(ErrorCode::Bug, "no answer"));
  }
  void cancel(Request& request) { request.cancel.emit(asio::cancellation_type::terminal); }
  [[nodiscard]] bool asks_the_ca() {
    return becomes([this] { return transport_.waiting() == 1; });
  }

  std::list<Request> requests_;
};

TEST_F(CertificatesTest, AreSharedByAllRequestsInFlight) {
  transport_.hold();
  std::vector<Request*> all;
  for (int i = 0; i < 5; ++i) all.push_back(&ask());
  ASSERT_TRUE(asks_the_ca());
  transport_.release();
  const auto first = answer(*all.front());
  ASSERT_TRUE(first) << first.error().sentence();
  for (Request* request : all) {
    const auto other = answer(*request);
    ASSERT_TRUE(other);
    EXPECT_EQ(to_bytes(other->certificate().der()), to_bytes(first->certificate().der()));
    EXPECT_THAT(request->told, ElementsAre("obtaining a certificate for maintainer@example.test"));
  }
  EXPECT_EQ(certificates_issued(), 1);
  EXPECT_EQ(certificates_->obtained(), 1);
}

TEST_F(CertificatesTest, AreKeptForTheNextRequest) {
  ASSERT_TRUE(answer(ask()));
  Request& second = ask();
  ASSERT_TRUE(answer(second));
  EXPECT_THAT(second.told, testing::IsEmpty()) << "nothing had to be obtained";
  EXPECT_EQ(certificates_issued(), 1);
  EXPECT_TRUE(certificates_->until("maintainer"));
  EXPECT_FALSE(certificates_->until("somebody"));
}

TEST_F(CertificatesTest, HaveLinesOfTheirOwnInTheAuditLog) {
  ASSERT_TRUE(answer(ask()));
  const auto all = lines();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_THAT(all[1], AllOf(HasSubstr(R"("event":"intent")"), HasSubstr(R"("operation":"certificate")"),
                            HasSubstr(R"("summary":"maintainer@example.test ()")));
  EXPECT_THAT(all[2], AllOf(HasSubstr(R"("event":"outcome")"), HasSubstr(R"("note":"valid until )")));
}

TEST_F(CertificatesTest, AreObtainedAnewBeforeTheyEnd) {
  const auto first = answer(ask());
  ASSERT_TRUE(first);
  const auto left = std::chrono::duration_cast<std::chrono::seconds>(first->certificate().not_after() - clock_.now());
  clock_.move(left - kCertificateReserve - 5s);
  ASSERT_TRUE(answer(ask()));
  EXPECT_EQ(certificates_issued(), 1);
  clock_.move(10s);
  EXPECT_FALSE(certificates_->until("maintainer"));
  ASSERT_TRUE(answer(ask()));
  EXPECT_EQ(certificates_issued(), 2);
}

TEST_F(CertificatesTest, AreNotUsedBeforeTheyBegin) {
  const auto first = answer(ask());
  ASSERT_TRUE(first);
  clock_.move(-4min);
  EXPECT_TRUE(certificates_->until("maintainer")) << "clocks differ by so much";
  clock_.move(-1h);
  EXPECT_FALSE(certificates_->until("maintainer")) << "the clock was set back";
  clock_.move(1h + 4min);
  EXPECT_TRUE(certificates_->until("maintainer"));
}

TEST_F(CertificatesTest, GoOnForThoseWhoStillWait) {
  transport_.hold();
  Request& gone = ask();
  Request& late = ask(20ms);
  Request& patient = ask();
  ASSERT_TRUE(asks_the_ca());
  cancel(gone);
  expect_refusal(answer(gone), ErrorCode::Cancelled, "cancelled");
  expect_refusal(answer(late), ErrorCode::Deadline, "deadline");
  transport_.release();
  EXPECT_TRUE(answer(patient));
  EXPECT_EQ(certificates_issued(), 1);
}

TEST_F(CertificatesTest, AreGivenUpWhenTheLastOneWhoWaitsHasGone) {
  transport_.hold();
  Request& one = ask();
  Request& two = ask();
  ASSERT_TRUE(asks_the_ca());
  cancel(one);
  cancel(two);
  EXPECT_TRUE(becomes([this] { return transport_.waiting() == 0; }));
  EXPECT_TRUE(await(certificates_->wait_idle(Deadline::after(30s))));
  EXPECT_THAT(lines().back(), AllOf(HasSubstr(R"("operation":"certificate")"), HasSubstr(R"("error":"Cancelled")")));
  transport_.release();
  ASSERT_TRUE(answer(ask()));
  EXPECT_EQ(certificates_issued(), 1) << "who comes later begins anew";
}

TEST_F(CertificatesTest, AreAwaitedUntilTheDeadlineAtMost) {
  EXPECT_TRUE(await(certificates_->wait_idle(Deadline::after(0s))));
  transport_.hold();
  Request& one = ask();
  ASSERT_TRUE(asks_the_ca());
  EXPECT_FALSE(await(certificates_->wait_idle(Deadline::after(5ms))));
  transport_.release();
  EXPECT_TRUE(answer(one));
}

TEST_F(CertificatesTest, AreForgotten) {
  ASSERT_TRUE(answer(ask()));
  certificates_->forget("somebody");
  EXPECT_TRUE(certificates_->until("maintainer"));
  certificates_->forget("maintainer");
  EXPECT_FALSE(certificates_->until("maintainer"));
  ASSERT_TRUE(answer(ask()));
  certificates_->forget_all();
  ASSERT_TRUE(answer(ask()));
  EXPECT_EQ(certificates_issued(), 3);
}

TEST_F(CertificatesTest, AreNotKeptWhereTheyWereForgottenOnTheirWay) {
  transport_.hold();
  Request& before = ask();
  ASSERT_TRUE(asks_the_ca());
  certificates_->forget("maintainer");
  transport_.release();
  EXPECT_TRUE(answer(before)) << "who asked before gets it";
  EXPECT_FALSE(certificates_->until("maintainer"));
}

TEST_F(CertificatesTest, AreNoneWhereTheCaFailsAndItIsAskedAgain) {
  fault(sandbox::Service::Ca, "500");
  expect_refusal(answer(ask()), ErrorCode::CaUnavailable, "");
  fault(sandbox::Service::Ca, "lie:other-key");
  expect_refusal(answer(ask()), ErrorCode::CaRefused, "");
  EXPECT_FALSE(certificates_->until("maintainer"));
  fault(sandbox::Service::Ca, "none");
  EXPECT_TRUE(answer(ask()));
  EXPECT_EQ(certificates_->obtained(), 1);
}

TEST_F(CertificatesTest, AskNobodyWithoutAnIdToken) {
  logins_.forget_all();
  transport_.hold();
  expect_refusal(answer(ask()), ErrorCode::LoginRequired, "nobody has logged in as identity maintainer");
  EXPECT_EQ(transport_.waiting(), 0);
}

// The key's token waits until its PIN was entered.
class CertificatesPrompt : public CertificatesTest {
 protected:
  // What still waits waits at the desk.
  ~CertificatesPrompt() override {
    for (Request& request : requests_) cancel(request);
    (void)await(certificates_->wait_idle(Deadline::after(30s)));
  }
  // One request of that program.
  Request& ask_for(const test::Process& program) {
    CertificateWish real = wish();
    CertificateWish wanted{.approval = approval_of(program.pid()),
                           .key = std::move(real.key),
                           .instance = real.instance,
                           .ca = std::move(real.ca)};
    wanted.key.prove = [this, prove = wanted.key.prove](const Intent& intent, const Digest& digest, Patience patience,
                                                        Attendance attendance) {
      return prove_with_pin(prove, intent, digest, patience, std::move(attendance));
    };
    Request& request = requests_.emplace_back();
    asio::co_spawn(loop_, make(request, std::move(wanted), 60s),
                   asio::bind_cancellation_slot(request.cancel.slot(), [](const std::exception_ptr&) {}));
    return request;
  }
  Approval approval_of(pid_t client) {
    const std::vector<Item> items = {digest_item()};
    protocol::Peer peer = owner();
    peer.pid = client;
    return approve(policy_->decide_sign(peer, {.items = items, .output = protocol::Output::Bundle})).value();
  }
  Awaitable<Result<Bytes>> prove_with_pin(const AskToken& prove, const Intent& intent, const Digest& digest,
                                          Patience patience, Attendance attendance) {
    const PinNeed need{.token = "desk", .label = "", .serial = ""};
    // A token says later that it wants a PIN.
    co_await asio::post(loop_, asio::use_awaitable);
    co_await attendance.pin.ask(need);
    auto entered = co_await desk_.wait(0, patience.deadline);
    attendance.pin.over();
    if (!entered) co_return fail(std::move(entered.error()));
    Attendance nobody;
    co_return co_await prove(intent, digest, patience, std::move(nobody));
  }
  static bool was_asked(const Request& request) {
    return std::ranges::any_of(request.told, [](const std::string& text) { return text.starts_with("PIN for token"); });
  }
  bool joins(const Request& request) {
    return becomes([&request] { return !request.told.empty(); });
  }

  PinDesk desk_{loop_.get_executor(), "desk"};
  test::Terminal terminal_;
  test::Terminal other_terminal_;
  test::Process at_terminal_{{.arguments = {"sleep", "600"}, .terminal = terminal_.end_of_program()}};
  test::Process script_{{.arguments = {"sleep", "600"}, .without_terminal = true}};
  test::Process comes_later_{{.arguments = {"sleep", "600"}, .terminal = other_terminal_.end_of_program()}};
};

TEST_F(CertificatesPrompt, PassesToOneWhoComesAfterTheAskedOneHasGone) {
  Request& first = ask_for(at_terminal_);
  ASSERT_TRUE(becomes([&] { return was_asked(first); }));
  Request& script = ask_for(script_);
  ASSERT_TRUE(joins(script));
  cancel(first);
  expect_refusal(answer(first), ErrorCode::Cancelled, "cancelled");
  Request& later = ask_for(comes_later_);
  ASSERT_TRUE(becomes([&] { return was_asked(later); }));
  EXPECT_FALSE(was_asked(script));
  desk_.note_entered();
  EXPECT_TRUE(answer(later));
  EXPECT_TRUE(answer(script));
  EXPECT_EQ(certificates_issued(), 1);
}

TEST_F(CertificatesPrompt, AsksNobodyAfterItsEnd) {
  transport_.hold();
  Request& first = ask_for(at_terminal_);
  ASSERT_TRUE(becomes([&] { return was_asked(first); }));
  Request& script = ask_for(script_);
  ASSERT_TRUE(joins(script));
  desk_.note_entered();
  ASSERT_TRUE(asks_the_ca());
  cancel(first);
  expect_refusal(answer(first), ErrorCode::Cancelled, "cancelled");
  Request& later = ask_for(comes_later_);
  ASSERT_TRUE(joins(later));
  transport_.release();
  EXPECT_TRUE(answer(later));
  EXPECT_FALSE(was_asked(later));
}

}  // namespace
}  // namespace signet::agent
