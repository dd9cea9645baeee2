#include "common/error.h"

namespace signet {
namespace {

struct Row {
  ErrorCode code;
  std::string_view name;
  int exit_status;
};

// One table for names and exit statuses; the order is that of the enumeration, which a test checks.
constexpr std::array<Row, kErrorCodeCount> kRows = {{
    {ErrorCode::InvalidRequest, "InvalidRequest", 2},
    {ErrorCode::NotAuthorized, "NotAuthorized", 1},
    {ErrorCode::IdentityNotFound, "IdentityNotFound", 2},
    {ErrorCode::KeyNotFound, "KeyNotFound", 3},
    {ErrorCode::KeyUnsuitable, "KeyUnsuitable", 1},
    {ErrorCode::LoginRequired, "LoginRequired", 3},
    {ErrorCode::PinRequired, "PinRequired", 3},
    {ErrorCode::PinIncorrect, "PinIncorrect", 3},
    {ErrorCode::PinLocked, "PinLocked", 3},
    {ErrorCode::TouchTimeout, "TouchTimeout", 3},
    {ErrorCode::TokenRemoved, "TokenRemoved", 3},
    {ErrorCode::TokenBusy, "TokenBusy", 3},
    {ErrorCode::WorkerFailed, "WorkerFailed", 3},
    {ErrorCode::IssuerUnavailable, "IssuerUnavailable", 3},
    {ErrorCode::CaUnavailable, "CaUnavailable", 3},
    {ErrorCode::CaRefused, "CaRefused", 1},
    {ErrorCode::TimestampUnavailable, "TimestampUnavailable", 3},
    {ErrorCode::TimestampRefused, "TimestampRefused", 1},
    {ErrorCode::LogUnavailable, "LogUnavailable", 3},
    {ErrorCode::LogRefused, "LogRefused", 1},
    {ErrorCode::NotVerified, "NotVerified", 1},
    {ErrorCode::AuditUnavailable, "AuditUnavailable", 3},
    {ErrorCode::RateLimited, "RateLimited", 3},
    {ErrorCode::LimitExceeded, "LimitExceeded", 2},
    {ErrorCode::Locked, "Locked", 3},
    {ErrorCode::Cancelled, "Cancelled", 3},
    {ErrorCode::Deadline, "Deadline", 3},
    {ErrorCode::NotBuiltYet, "NotBuiltYet", 2},
    {ErrorCode::RepositoryUnavailable, "RepositoryUnavailable", 3},
    {ErrorCode::AgentUnavailable, "AgentUnavailable", 3},
    {ErrorCode::Bug, "Bug", 3},
}};

const Row& row(ErrorCode code) { return kRows.at(static_cast<std::size_t>(code)); }

}  // namespace

std::string_view error_name(ErrorCode code) { return row(code).name; }

std::optional<ErrorCode> error_code_from_name(std::string_view name) {
  for (const Row& candidate : kRows) {
    if (candidate.name == name) return candidate.code;
  }
  return std::nullopt;
}

bool is_client_side(ErrorCode code) {
  return code == ErrorCode::RepositoryUnavailable || code == ErrorCode::AgentUnavailable;
}

int exit_status(ErrorCode code) { return row(code).exit_status; }

std::string Error::sentence() const {
  std::string text(error_name(code));
  text += ": ";
  text += what;
  for (const std::string& step : context) {
    text += " (";
    text += step;
    text += ")";
  }
  return text;
}

}  // namespace signet
