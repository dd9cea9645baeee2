#include "agent/audit/log_store.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "agent/audit/audit_key.h"
#include "agent/audit/old_form.h"
#include "agent/audit/tail_file.h"
#include "audit/tail.h"
#include "common/file.h"

namespace signet::agent {
namespace {

constexpr std::size_t kBatch = 256;

std::unexpected<Error> unavailable(Error error, std::string_view remedy) {
  error.code = ErrorCode::AuditUnavailable;
  if (error.remedy.empty()) error.remedy = remedy;
  return fail(std::move(error).during("opening the audit log"));
}

constexpr std::string_view kDamaged =
    "signet audit verify says what is wrong with it; to begin a new log, move the folder away";

std::unexpected<Error> not_stored(Error error) {
  error.code = ErrorCode::AuditUnavailable;
  error.what = "the audit log cannot be brought to the disk: " + error.what;
  if (error.remedy.empty()) error.remedy = "make room on the disk, or look at it; nothing is signed without a line";
  return fail(std::move(error));
}

// What was set aside before stays.
std::filesystem::path free_name(const std::filesystem::path& wanted) {
  std::error_code trouble;
  std::filesystem::path name = wanted;
  for (int i = 2; std::filesystem::exists(std::filesystem::symlink_status(name, trouble)); ++i) {
    name = wanted.string() + "-" + std::to_string(i);
  }
  return name;
}

}  // namespace

Result<LogStore> LogStore::open(const audit::Folder& folder) {
  auto key = open_audit_key(folder);
  if (!key) return unavailable(std::move(key.error()), kDamaged);
  const auto sign = [key = *key](std::string_view text) { return key.sign(text); };
  auto log =
      sigstore::TileLog::open(folder.log(), key->verifier().name, sign, key->verifier(), sigstore::OldPartials::Remove);
  if (!log) return unavailable(std::move(log.error()), kDamaged);
  if (auto told = publish_audit_key(folder, *key); !told) return unavailable(std::move(told.error()), kDamaged);
  LogStore store(std::move(*log));
  if (auto carried = store.carry_over(folder); !carried) return unavailable(std::move(carried.error()), kDamaged);
  if (auto whole = store.recover_tail(folder); !whole) return unavailable(std::move(whole.error()), kDamaged);
  return store;
}

Result<void> LogStore::append(std::uint64_t first, const std::vector<Bytes>& lines) {
  // An append that failed may have stored its lines all the same.
  if (auto known = log_.settle(); !known) return not_stored(std::move(known.error()));
  const std::uint64_t known = std::min<std::uint64_t>(size() - std::min(size(), first), lines.size());
  if (first + known > size()) return fail(ErrorCode::Bug, "lines of the audit log are missing before a later one");
  const std::vector<Bytes> fresh(lines.begin() + static_cast<std::ptrdiff_t>(known), lines.end());
  if (auto done = log_.append(fresh); !done) return not_stored(std::move(done.error()));
  return {};
}

// The lines of version 0.1 are the first ones of the tree.
Result<void> LogStore::carry_over(const audit::Folder& folder) {
  auto old = OldForm::open(folder.old_form());
  if (!old) return fail(std::move(old.error()));
  if (!*old) return {};
  for (std::uint64_t first = 0;;) {
    auto lines = (*old)->next_lines(kBatch);
    if (!lines) return fail(std::move(lines.error()));
    if (lines->empty()) break;
    for (std::uint64_t i = first; i < std::min(size(), first + lines->size()); ++i) {
      const auto stored = log_.entry(i);
      if (!stored) return fail(stored.error());
      if (*stored == (*lines)[i - first]) continue;
      return fail(ErrorCode::AuditUnavailable,
                  folder.old_form().string() + " holds lines that are not in the log, from line " + std::to_string(i),
                  "an older signet wrote it beside this log: move that file away and keep it");
    }
    if (auto done = append(first, *lines); !done) return done;
    first += lines->size();
  }
  if ((*old)->torn() > 0) {
    set_aside_ = "a torn last line of " + std::to_string((*old)->torn()) + " bytes was left in " +
                 OldForm::kept_name(folder.old_form()).filename().string();
  }
  return (*old)->put_away();
}

Result<void> LogStore::recover_tail(const audit::Folder& folder) {
  for (const unsigned which : {0U, 1U}) {
    if (auto ours = TailFile::check(folder.tail(which)); !ours) return ours;
  }
  const auto text = audit::read_tail(folder);
  if (!text) return fail(text.error());
  const audit::Tail tail = audit::parse_tail(*text, size());
  for (std::size_t i = 0; i < tail.lines.size(); i += kBatch) {
    std::vector<Bytes> lines;
    const std::size_t end = std::min(tail.lines.size(), i + kBatch);
    for (std::size_t at = i; at < end; ++at) lines.push_back(to_bytes(tail.lines[at]));
    if (auto done = append(size(), lines); !done) return done;
  }
  if (tail.rest.empty()) return {};
  const auto aside = free_name(folder.root() / ("tail.set-aside-" + std::to_string(size())));
  if (auto kept = write_file_atomic(aside, tail.rest, 0600); !kept) return kept;
  set_aside_ += (set_aside_.empty() ? "" : "; ") + std::to_string(tail.rest.size()) +
                " bytes that do not follow on the log (a torn last line) were set aside in " +
                aside.filename().string();
  return {};
}

}  // namespace signet::agent
