#include "sigstore/tlog/log_body.h"

#include <algorithm>
#include <array>
#include <utility>

#include "common/display.h"
#include "json/reader.h"
#include "sigstore/tlog/body_kinds.h"

namespace signet::sigstore {
namespace {

// What an entry bundle of a tile log can hold.
constexpr std::size_t kMaxBodyV2 = 65535;

struct Row {
  std::string_view kind;
  std::string_view version;
  std::size_t max;
  Result<LogBody> (*read)(const json::Value& document, std::string_view text);
};

constexpr std::array<Row, 4> kRows = {{{"hashedrekord", "0.0.1", kMaxLogBody, body::read_hashedrekord_v1},
                                       {"hashedrekord", "0.0.2", kMaxBodyV2, body::read_hashedrekord_v2},
                                       {"dsse", "0.0.1", kMaxLogBody, body::read_dsse_v1},
                                       {"intoto", "0.0.2", kMaxLogBody, body::read_intoto_v2}}};

const Row* find_row(std::string_view kind, std::string_view version) {
  const auto* const row =
      std::ranges::find_if(kRows, [&](const Row& each) { return each.kind == kind && each.version == version; });
  return row == kRows.end() ? nullptr : row;
}

}  // namespace

bool is_known_log_body(std::string_view kind, std::string_view version) { return find_row(kind, version) != nullptr; }

Result<LogBody> parse_log_body(std::string_view kind, std::string_view version, ByteView body) {
  const Row* row = find_row(kind, version);
  if (row == nullptr) {
    return fail(ErrorCode::InvalidRequest, "log entries of kind \"" + display_text(kind, 60) + "\" " +
                                               display_text(version, 20) + " are not read");
  }
  const std::string_view text = text_of(body);
  if (text.size() > row->max) {
    return fail(ErrorCode::LimitExceeded,
                "a " + std::string(row->kind) + " entry of more than " + std::to_string(row->max) + " bytes");
  }
  const auto document = json::parse(text);
  if (!document) return fail(Error(document.error()).during("reading a " + std::string(row->kind) + " entry"));
  return row->read(*document, text);
}

}  // namespace signet::sigstore
