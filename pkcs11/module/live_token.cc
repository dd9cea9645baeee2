#include "pkcs11/module/live_token.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "common/display.h"
#include "common/time.h"
#include "pkcs11/module/return_values.h"

namespace signet::pkcs11 {
namespace {

using protocol::PinState;
using std::chrono::steady_clock;

/// Between two operations that follow each other so closely nobody changes a card.
constexpr std::chrono::seconds kRest{2};
/// Some modules see a new token only after C_Finalize and C_Initialize; with others that takes seconds.
constexpr std::chrono::seconds kBetweenReloads{3};
/// pcscd looks after a card every 400 ms, and until then modules say that it is there.
constexpr std::chrono::milliseconds kUntilSeen{1000};
constexpr std::chrono::milliseconds kBetweenLooks{50};

std::string wanted_text(const Options& options) {
  std::string text = "no token";
  if (options.token_label) text += " with the label \"" + display_text(*options.token_label) + "\"";
  if (options.token_serial)
    text += std::string(options.token_label ? " and" : " with") + " the serial number " +
            display_text(*options.token_serial);
  return text + " is there";
}

bool is_user(CK_STATE state) { return state == CKS_RO_USER_FUNCTIONS || state == CKS_RW_USER_FUNCTIONS; }

PinAnswer pin_answer(CK_RV login) {
  if (login == CKR_OK) return {.outcome = PinOutcome::Accepted};
  if (login == CKR_USER_ALREADY_LOGGED_IN) return {.outcome = PinOutcome::Unneeded};
  Error error = error_from(login, "C_Login");
  if (refuses_pin(login)) {
    if (error.code != ErrorCode::PinLocked) error.code = ErrorCode::PinIncorrect;
    return {.outcome = PinOutcome::Refused, .error = std::move(error)};
  }
  const bool gone = login == CKR_DEVICE_REMOVED || login == CKR_TOKEN_NOT_PRESENT;
  return {.outcome = gone ? PinOutcome::Gone : PinOutcome::Unclear, .error = std::move(error)};
}

bool is_last_try(CK_FLAGS flags) { return (flags & CKF_USER_PIN_FINAL_TRY) != 0; }

}  // namespace

Cure cure_for(ErrorCode code) {
  switch (code) {
    case ErrorCode::KeyNotFound:
      return Cure::FindAgain;
    case ErrorCode::PinRequired:
      return Cure::LogIn;
    case ErrorCode::TokenRemoved:
      return Cure::Reopen;
    case ErrorCode::WorkerFailed:
      return Cure::Reload;
    default:
      return Cure::None;
  }
}

Result<Slot> choose_slot(const std::vector<Slot>& slots, const Options& options) {
  std::vector<Slot> fitting;
  std::ranges::copy_if(slots, std::back_inserter(fitting), [&options](const Slot& slot) {
    return options.token_label.value_or(slot.label) == slot.label &&
           options.token_serial.value_or(slot.serial) == slot.serial;
  });
  if (fitting.empty()) return fail(ErrorCode::TokenRemoved, wanted_text(options), "plug the token in and try again");
  if (fitting.size() == 1) return fitting.front();
  return fail(ErrorCode::InvalidRequest, "the module shows " + std::to_string(fitting.size()) + " tokens that fit",
              "give the token's serial number in the configuration");
}

LiveToken::LiveToken(Options options, KeeperLink& link) : options_(std::move(options)), link_(&link) {}

void LiveToken::expect(Cure cure) {
  Cure present = cure_;
  while (present < cure && !cure_.compare_exchange_weak(present, cure)) {
  }
}

bool LiveToken::rested() const {
  return cure_ != Cure::None || (removable_ && steady_clock::now() - last_use_.load() > kRest);
}

void LiveToken::used() {
  last_use_ = steady_clock::now();
  reopened_in_vain_ = false;
}

Result<void> LiveToken::open() {
  if (session_ && removable_ && steady_clock::now() - last_use_.load() > kRest) look_for_changes();
  apply_cure();
  if (session_) return {};
  auto opened = open_once();
  if (!opened && unload_module()) opened = open_once();
  return opened;
}

void LiveToken::apply_cure() {
  Cure cure = cure_.exchange(Cure::None);
  // A card that is pulled and put back between two looks of ykcs11 is not selected again until C_Finalize.
  if (cure == Cure::Reopen && reopened_in_vain_.exchange(true)) cure = Cure::Reload;
  // OpenSC ends the login when the card refuses a signature, and hides the private keys.
  if (cure == Cure::FindAgain && logged_in_ && !is_user(session_state().value_or(CKS_RO_PUBLIC_SESSION)))
    cure = Cure::LogIn;
  if (cure >= Cure::FindAgain) ++login_;
  if (cure >= Cure::LogIn) logged_in_ = false;
  if (cure >= Cure::Reopen) close_sessions();
  if (cure >= Cure::Reload) (void)unload_module();
}

bool LiveToken::unload_module() {
  const auto now = steady_clock::now();
  if (!module_ || now - last_reload_ < kBetweenReloads) return false;
  last_reload_ = now;
  module_.reset();
  return true;
}

void LiveToken::close_sessions() {
  if (session_) {
    session_->abandon();
    (void)module_->functions().C_CloseAllSessions(slot_->id);
  }
  session_.reset();
  slot_.reset();
  logged_in_ = false;
  ++opening_;
}

void LiveToken::close() {
  close_sessions();
  module_.reset();
}

Result<void> LiveToken::open_once() {
  if (!module_) {
    auto module = Module::load(options_.module);
    if (!module) return fail(std::move(module.error()));
    module_ = std::move(*module);
  }
  const auto slots = module_->slots();
  if (!slots) return fail(slots.error());
  auto slot = choose_slot(*slots, options_);
  if (!slot) return fail(std::move(slot.error()));
  auto session = Session::open(*module_, slot->id, Access::ReadOnly);
  if (!session) return fail(std::move(session.error()));
  slot_ = std::move(*slot);
  session_ = std::move(*session);
  removable_ = slot_->removable;
  last_use_ = steady_clock::now();
  return {};
}

// C_GetSlotList is the one call that makes every module look at the card; afterwards the session knows whether it is
// still logged in (virtual-tokens §3.1).
void LiveToken::look_for_changes() {
  const CK_FUNCTION_LIST& functions = module_->functions();
  CK_ULONG count = 0;
  (void)functions.C_GetSlotList(CK_TRUE, nullptr, &count);  // ykcs11 looks only when it is asked for the number
  const auto state = session_state();
  if (!state) return expect(Cure::Reopen);
  if (logged_in_ && !is_user(*state)) expect(Cure::LogIn);
}

std::optional<CK_STATE> LiveToken::session_state() const {
  CK_SESSION_INFO info{};
  if (module_->functions().C_GetSessionInfo(session_->handle(), &info) != CKR_OK) return std::nullopt;
  return info.state;
}

// C_Login may say CKR_DEVICE_ERROR or CKR_GENERAL_ERROR of a token that is there, and of one that was pulled or whose
// pcscd went away, which only the next looks tell apart.
bool LiveToken::turns_out_gone() const {
  const CK_FUNCTION_LIST& functions = module_->functions();
  for (const Deadline deadline = Deadline::after(kUntilSeen);; std::this_thread::sleep_for(kBetweenLooks)) {
    CK_ULONG count = 0;
    CK_TOKEN_INFO info{};
    if (functions.C_GetSlotList(CK_TRUE, nullptr, &count) != CKR_OK) return true;
    if (functions.C_GetTokenInfo(slot_->id, &info) != CKR_OK) return true;
    if (deadline.passed()) return false;
  }
}

Result<CK_FLAGS> LiveToken::token_flags() {
  CK_TOKEN_INFO info{};
  const CK_RV read = module_->functions().C_GetTokenInfo(slot_->id, &info);
  if (read != CKR_OK) return fail(error_from(read, "C_GetTokenInfo"));
  return info.flags;
}

// Read before each PIN.
Result<void> LiveToken::check_flags(CK_FLAGS flags) {
  if ((flags & CKF_USER_PIN_LOCKED) != 0) {
    pin_state_ = PinState::Locked;
    return fail(ErrorCode::PinLocked, "the token's PIN is locked", "unblock it with the PUK, by the token's own tool");
  }
  if ((flags & CKF_USER_PIN_INITIALIZED) == 0) {
    return fail(ErrorCode::PinRequired, "the token has no user PIN yet", "set one with the token's own tool");
  }
  if ((flags & CKF_PROTECTED_AUTHENTICATION_PATH) != 0) {
    return fail(ErrorCode::PinRequired, "the token takes its PIN at its own keypad, which this version does not serve",
                "use a token whose PIN can be sent");
  }
  return {};
}

Result<void> LiveToken::log_in() {
  if (logged_in_) return {};
  pin_state_ = PinState::None;
  const auto flags = token_flags();
  if (!flags) return fail(flags.error());
  if ((*flags & CKF_LOGIN_REQUIRED) == 0) {
    pin_state_ = PinState::NotNeeded;
    return {};
  }
  if (auto good = check_flags(*flags); !good) return good;
  if (is_last_try(*flags)) pin_state_ = PinState::FinalTry;
  // After a reset by another program some modules believe that the user is still logged in (virtual-tokens §3.5).
  (void)module_->functions().C_Logout(session_->handle());
  if (auto sent = send_pin(*session_, CKU_USER, *flags); !sent) return sent;
  logged_in_ = true;
  pin_state_ = PinState::Accepted;
  ++login_;
  return {};
}

Result<void> LiveToken::log_in_for_operation(const Session& session) {
  const auto flags = token_flags();
  if (!flags) return fail(flags.error());
  if (auto good = check_flags(*flags); !good) return good;
  return send_pin(session, CKU_CONTEXT_SPECIFIC, *flags);
}

Result<void> LiveToken::send_pin(const Session& session, CK_USER_TYPE user, CK_FLAGS flags) {
  const auto send = [&](ByteView pin) {
    // C_Login does not write, but its parameter is not const.
    auto* text = const_cast<CK_UTF8CHAR*>(pin.data());  // NOLINT
    PinAnswer answer = pin_answer(session.functions().C_Login(session.handle(), user, text, pin.size()));
    if (answer.outcome == PinOutcome::Unclear && turns_out_gone()) answer.outcome = PinOutcome::Gone;
    return answer;
  };
  // A PIN that would be the last wrong one is not sent, unless its person insists.
  const bool last_try = is_last_try(flags);
  auto sent = link_->log_in(send, last_try ? Tries::Last : Tries::Several);
  if (sent) return sent;
  if (sent.error().code == ErrorCode::PinIncorrect) pin_state_ = PinState::Incorrect;
  if (sent.error().code == ErrorCode::PinLocked) pin_state_ = last_try ? PinState::FinalTry : PinState::Locked;
  return sent;
}

}  // namespace signet::pkcs11
