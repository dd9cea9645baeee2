#include "pinentry/conversation.h"

#include <assuan.h>

#include <cstring>
#include <memory>
#include <tuple>

#include "common/display.h"
#include "pinentry/locked_memory.h"
#include "pinentry/words.h"
#include "protocol/pin_record.h"

namespace signet::pinentry {
namespace {

struct ReleaseContext {
  void operator()(assuan_context_s* context) const { assuan_release(context); }
};
using Context = std::unique_ptr<assuan_context_s, ReleaseContext>;

// A pinentry that was built with another source of error codes says the same in the low 16 bits.
Error error_for(gpg_error_t trouble) {
  switch (gpg_err_code(trouble)) {
    case GPG_ERR_CANCELED:
    case GPG_ERR_FULLY_CANCELED:
    case GPG_ERR_NOT_CONFIRMED:
      return {.code = ErrorCode::Cancelled, .what = "the person cancelled it"};
    case GPG_ERR_TIMEOUT:
      return {.code = ErrorCode::Deadline, .what = "nobody entered anything in time"};
    default:
      return {.code = ErrorCode::WorkerFailed, .what = std::string("pinentry: ") + gpg_strerror(trouble)};
  }
}

struct Answer {
  LockedPage& pin;
  std::size_t size = 0;
  bool too_long = false;
};

gpg_error_t take_data(void* where, const void* data, size_t size) {
  auto& answer = *static_cast<Answer*>(where);
  if (answer.size + size > protocol::kMaxEnteredPin) {
    answer.too_long = true;
    return 0;
  }
  std::memcpy(answer.pin.room().data() + answer.size, data, size);
  answer.size += size;
  return 0;
}

Result<void> send(assuan_context_s* context, const std::string& command, Answer* answer = nullptr) {
  const gpg_error_t trouble = assuan_transact(context, command.c_str(), answer == nullptr ? nullptr : take_data, answer,
                                              nullptr, nullptr, nullptr, nullptr);
  if (trouble != 0) return fail(error_for(trouble));
  return {};
}

Result<Context> start(const std::filesystem::path& program) {
  assuan_malloc_hooks hooks = {.malloc = locked_malloc, .realloc = locked_realloc, .free = locked_free};
  assuan_context_t made = nullptr;
  if (const gpg_error_t trouble = assuan_new_ext(&made, GPG_ERR_SOURCE_DEFAULT, &hooks, nullptr, nullptr)) {
    return fail(error_for(trouble));
  }
  Context context(made);
  const std::string path = program.string();
  const std::string name = program.filename().string();
  const char* arguments[] = {name.c_str(), nullptr};
  int inherited[] = {ASSUAN_INVALID_FD};
  if (const gpg_error_t trouble =
          assuan_pipe_connect(context.get(), path.c_str(), arguments, inherited, nullptr, nullptr, 0)) {
    return fail(ErrorCode::WorkerFailed, display_text(path) + " cannot be started: " + gpg_strerror(trouble));
  }
  return context;
}

// What an older or smaller pinentry does not know is no reason not to ask.
void say_if_known(assuan_context_s* context, const std::string& command) { std::ignore = send(context, command); }

}  // namespace

Result<void> ask(const Question& question, LockedPage& pin) {
  auto context = start(question.program);
  if (!context) return fail(std::move(context.error()));
  assuan_context_s* const pinentry = context->get();
  if (!question.terminal.empty()) {
    say_if_known(pinentry, "OPTION ttyname=" + question.terminal);
    say_if_known(pinentry, "OPTION ttytype=" + question.terminal_type);
  }
  say_if_known(pinentry, "SETTITLE signet");
  say_if_known(pinentry, "SETTIMEOUT " + std::to_string(question.time.count()));
  say_if_known(pinentry, "SETPROMPT PIN:");
  if (auto told = send(pinentry, "SETDESC " + escape_words(question.description)); !told) return told;
  Answer answer{.pin = pin};
  assuan_begin_confidential(pinentry);
  auto asked = send(pinentry, "GETPIN", &answer);
  assuan_end_confidential(pinentry);
  if (!asked) return asked;
  if (answer.too_long) {
    pin.clear();
    return fail(ErrorCode::LimitExceeded, "what was entered is longer than a PIN");
  }
  if (answer.size == 0) return fail(ErrorCode::Cancelled, "nothing was entered");
  pin.resize(answer.size);
  return {};
}

}  // namespace signet::pinentry
