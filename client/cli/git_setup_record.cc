#include "client/cli/git_setup_record.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "client/cli/state_folder.h"
#include "common/base64.h"
#include "common/bytes.h"
#include "common/display.h"
#include "common/file.h"
#include "common/hex.h"
#include "common/owned_path.h"
#include "json/fields.h"
#include "json/reader.h"
#include "json/writer.h"
#include "sigstore/encoding/hash.h"

namespace signet::cli {
namespace {

constexpr std::int64_t kVersion = 1;
constexpr std::size_t kMaxRecord = std::size_t{1} * 1024 * 1024;

// A text, null for a key without a value, or the bytes of what is no UTF-8, which JSON cannot hold.
json::Value encode_value(const std::optional<std::string>& value) {
  if (!value) return nullptr;
  if (is_utf8(*value)) return *value;
  return json::Object{{"base64", encode_base64(bytes_of(*value))}};
}

Result<std::optional<std::string>> parse_value(const json::Value& value) {
  if (value.is_null()) return std::nullopt;
  if (const std::string* text = value.as_string()) return *text;
  json::Fields fields(value, "value");
  const Bytes bytes = fields.bytes("base64");
  if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
  return std::string(bytes.begin(), bytes.end());
}

json::Object encode_setting(const RecordedSetting& setting) {
  json::Array before;
  for (const auto& value : setting.before) before.push_back(encode_value(value));
  return {{"key", setting.key}, {"before", std::move(before)}, {"after", encode_value(setting.after)}};
}

Result<RecordedSetting> parse_setting(const json::Value& value) {
  json::Fields fields(value, "settings");
  RecordedSetting setting{.key = fields.text("key"), .before = {}, .after = {}};
  for (const json::Value& one : fields.array("before")) {
    auto before = parse_value(one);
    if (!before) return fail(std::move(before.error()));
    setting.before.push_back(std::move(*before));
  }
  auto after = parse_value(fields.value("after"));
  if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
  if (!after) return fail(std::move(after.error()));
  setting.after = std::move(*after).value_or("true");
  return setting;
}

Result<SetupRecord> parse_record(std::string_view text) {
  const auto value = json::parse(text, {.bytes = kMaxRecord});
  if (!value) return fail(value.error());
  json::Fields fields(*value, "record");
  if (const auto version = fields.integer("version"); version != kVersion) {
    fields.refuse("version", "is " + std::to_string(version) + ", which this version of signet does not know");
  }
  SetupRecord record;
  auto repository = fields.optional_value("repository");
  if (repository != nullptr) {
    auto path = parse_value(*repository);
    if (!path) return fail(std::move(path.error()));
    record.scope = GitScope::Local;
    record.repository = std::move(*path).value_or("");
  }
  for (const json::Value& one : fields.array("settings")) {
    auto setting = parse_setting(one);
    if (!setting) return fail(std::move(setting.error()));
    record.settings.push_back(std::move(*setting));
  }
  if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
  return record;
}

}  // namespace

RecordedSetting* SetupRecord::find(std::string_view key) {
  const auto found =
      std::ranges::find_if(settings, [key](const RecordedSetting& one) { return is_same_git_key(one.key, key); });
  return found == settings.end() ? nullptr : &*found;
}

Result<std::filesystem::path> git_setup_folder() { return state_folder("git-setup"); }

std::filesystem::path record_file(const std::filesystem::path& folder, const std::filesystem::path& repository) {
  if (repository.empty()) return folder / "global.json";
  constexpr std::size_t kDigits = 32;
  return folder /
         ("repository-" + encode_hex(sigstore::sha256(bytes_of(repository.native()))).substr(0, kDigits) + ".json");
}

Result<std::optional<SetupRecord>> read_record(const std::filesystem::path& file) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return std::nullopt;
  const auto text = read_owned_file(file, kMaxRecord);
  if (!text) return fail(text.error());
  auto record = parse_record(*text);
  if (record) return std::move(*record);
  record.error().remedy = "move it away; git config then sets what it does not put back";
  return fail(std::move(record.error()).during("reading " + display_text(file.native())));
}

Result<void> write_record(const std::filesystem::path& file, const SetupRecord& record) {
  json::Array settings;
  for (const RecordedSetting& setting : record.settings) settings.emplace_back(encode_setting(setting));
  json::Object object{{"version", kVersion}};
  if (!record.repository.empty()) object.set("repository", encode_value(record.repository.native()));
  object.set("settings", std::move(settings));
  return write_file_atomic(file, json::write_indented(json::Value(std::move(object))), 0600);
}

}  // namespace signet::cli
