// The PIN of a PIV card, entered at the terminal and given to the card itself.
#include <signal.h>  // NOLINT(modernize-deprecated-headers): sigset_t functions are POSIX

#include <string>
#include <utility>

#include "client/cli/card_pin.h"
#include "client/cli/verbs.h"
#include "client/lib/agent_client.h"
#include "client/lib/terminal.h"
#include "common/display.h"
#include "common/locked_page.h"
#include "config/configuration.h"

namespace signet::cli {
namespace {

constexpr std::chrono::minutes kTypingTime{5};
constexpr std::size_t kLongest = 64;

struct Wish {
  std::string task;
  config::Token token;
};

Result<Wish> read_wish(const Arguments& arguments) {
  const auto& operands = arguments.operands();
  const bool known =
      operands.size() == 2 && (operands[0] == "verify" || operands[0] == "change" || operands[0] == "unblock");
  if (!known) {
    return fail(ErrorCode::InvalidRequest, "signet token pin wants verify, change or unblock, and a token",
                "for example: signet token pin change desk");
  }
  const auto path = config::default_configuration_path();
  if (!path) return fail(path.error());
  auto configuration = config::read_configuration(*path);
  if (!configuration) return fail(std::move(configuration.error()));
  const auto found = configuration->tokens.find(operands[1]);
  if (found != configuration->tokens.end()) return Wish{.task = operands[0], .token = found->second};
  return fail(ErrorCode::KeyNotFound, path->string() + " has no token " + display_text(operands[1], 64),
              "`signet token list` lists the tokens");
}

std::string tries_text(int tries) {
  if (tries == 0) return "its PIN is locked";
  return std::to_string(tries) + (tries == 1 ? " try is left: a wrong PIN locks it" : " tries are left");
}

// Nothing ends this process while the card and the agent know different PINs.
class SignalsHeld {
 public:
  SignalsHeld() {
    sigset_t held;
    ::sigemptyset(&held);
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP}) ::sigaddset(&held, number);
    ::sigprocmask(SIG_BLOCK, &held, &before_);
  }
  ~SignalsHeld() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;

 private:
  sigset_t before_{};
};

// While the PIN changes nobody else may send the old one: an agent that runs lets go of the card meanwhile.
class AgentAway {
 public:
  /// @error what the agent says; that there is none is no error
  [[nodiscard]] static Result<AgentAway> send(const std::string& token) {
    auto agent = client::AgentClient::connect_default();
    if (!agent && agent.error().code == ErrorCode::AgentUnavailable) return AgentAway(token, false);
    if (!agent) return fail(std::move(agent.error()));
    auto released = agent->release_token({.token = token});
    if (released) return AgentAway(token, released->was_held);
    // It runs with another configuration.
    if (released.error().code == ErrorCode::KeyNotFound) return AgentAway(token, false);
    return fail(std::move(released.error()));
  }
  /// False where there is no agent, or it had let go of the token before.
  [[nodiscard]] bool was_there() const { return was_there_; }
  [[nodiscard]] Result<void> let_back() const {
    if (!was_there_) return {};
    auto agent = client::AgentClient::connect_default();
    if (!agent) return {};  // the next one knows of no release
    return agent->reacquire_token({.token = token_});
  }

 private:
  AgentAway(std::string token, bool was_there) : token_(std::move(token)), was_there_(was_there) {}
  std::string token_;
  bool was_there_;
};

// What a person types, each in a locked page of its own.
struct Typed {
  LockedPage first;   // the PIN, or the PUK
  LockedPage second;  // the new PIN
};

Result<LockedPage> ask(client::Terminal& terminal, std::string_view prompt) {
  auto page = LockedPage::make();
  if (!page) return page;
  auto asked = terminal.ask(prompt, client::Echo::Off, *page, kLongest, -1, Deadline::after(kTypingTime));
  if (!asked) return fail(std::move(asked.error()));
  return page;
}

Result<Typed> ask_for_all(client::Terminal& terminal, const std::string& task) {
  auto first = ask(terminal, task == "unblock" ? "PUK: " : "PIN: ");
  if (!first) return fail(std::move(first.error()));
  if (task == "verify") {
    auto none = LockedPage::make();
    if (!none) return fail(std::move(none.error()));
    return Typed{.first = std::move(*first), .second = std::move(*none)};
  }
  auto second = ask(terminal, "new PIN: ");
  if (!second) return fail(std::move(second.error()));
  auto again = ask(terminal, "new PIN, again: ");
  if (!again) return fail(std::move(again.error()));
  if (text_of(second->bytes()) != text_of(again->bytes())) {
    return fail(ErrorCode::InvalidRequest, "the new PIN was typed in two ways; nothing was changed", "try again");
  }
  return Typed{.first = std::move(*first), .second = std::move(*second)};
}

// The card said what it did, or nothing was sent to it; after anything else nobody knows which PIN it has.
bool is_known(const Result<std::optional<int>>& made) {
  if (made) return true;
  const ErrorCode code = made.error().code;
  return code == ErrorCode::PinIncorrect || code == ErrorCode::PinLocked || code == ErrorCode::InvalidRequest;
}

// An agent that reads the PIN from a file would send the old one; one that was told it has forgotten it.
bool may_come_back(const Wish& wish, const Result<std::optional<int>>& made) {
  const bool entered = wish.token.pin.kind == config::PinSource::Kind::Prompt;
  return entered || wish.task == "verify" || (!made && is_known(made));
}

struct Made {
  Result<std::optional<int>> tries;
  std::string next{};  // what the person has to do; empty: nothing
};

Result<Made> give_to_the_card(const Wish& wish, const CardPin& card, const Typed& typed) {
  const SignalsHeld held;
  auto agent = AgentAway::send(wish.token.name);
  if (!agent) return fail(std::move(agent.error()).during("having the agent let go of the card; nothing was changed"));
  Made made{.tries = card.run(wish.task, typed.first.bytes(), typed.second.bytes())};
  if (!agent->was_there()) return made;
  if (may_come_back(wish, made.tries)) {
    if (auto back = agent->let_back(); back) return made;
    made.next = "the agent has not taken the token again\n  next: signet token reacquire " + wish.token.name + "\n";
    return made;
  }
  made.next = std::string("the agent has let go of the token, for its configuration says where the ") +
              (made.tries ? "old PIN lies" : "PIN lies, and nobody knows which one the card has") +
              "\n  next: see that the right one lies there, then: signet token reacquire " + wish.token.name + "\n";
  return made;
}

Result<Typed> ask_person(const Wish& wish, int tries) {
  auto terminal = client::Terminal::open();
  if (!terminal) return fail(std::move(terminal.error()));
  terminal->show("token " + display_text(wish.token.name) + ": " + tries_text(tries) + "\n");
  if (tries == 0 && wish.task != "unblock") {
    return fail(ErrorCode::PinLocked, "the card's PIN is locked",
                "unblock it with the PUK: signet token pin unblock " + wish.token.name);
  }
  return ask_for_all(*terminal, wish.task);
}

Result<int> run(const Arguments& arguments, const Output& output) {
  const auto wish = read_wish(arguments);
  if (!wish) return fail(wish.error());
  const auto card = CardPin::of(wish->token);
  if (!card) return fail(card.error());
  const auto tries = card->tries();
  if (!tries) return tries;
  const auto typed = ask_person(*wish, *tries);
  if (!typed) return fail(typed.error());
  auto made = give_to_the_card(*wish, *card, *typed);
  if (!made) return fail(std::move(made.error()));
  if (!made->tries) {
    output.note(made->next);
    return fail(std::move(made->tries.error()));
  }
  const std::string done = wish->task == "verify" ? "the PIN is right" : "the PIN is changed";
  const std::optional<int> left = *made->tries;
  output.text("token " + display_text(wish->token.name) + ": " + done + (left ? "; " + tries_text(*left) : "") + "\n" +
              made->next);
  json::Object members{{"token", wish->token.name}};
  if (left) members.set("tries", std::int64_t{*left});
  output.object("signet.token-pin/1", std::move(members));
  return 0;
}

}  // namespace

const Verb kTokenPin{
    .name = "token pin",
    .summary = "change, unblock or verify a PIV card's PIN",
    .operands = "verify|change|unblock TOKEN",
    .help =
        "Asks at the terminal and speaks to the card itself; an agent that runs lets go of the card\n"
        "for that moment. Says first how many tries are left, and sends what was typed exactly once.\n\n"
        "  verify    the PIN; a right one gives the card all its tries back\n"
        "  change    the PIN, then the new one, twice; 6 to 8 characters\n"
        "  unblock   the PUK, then a new PIN, twice: for a card whose PIN is locked\n\n"
        "  signet token pin change desk\n"
        "  signet token pin unblock desk\n\n"
        "For a token behind a module use its own tool. Exit status: 0, 1 where the card refuses.\n",
    .flags = {},
    .run = run};

}  // namespace signet::cli
