// Takes evidence to a remote and brings what is there.
#include <utility>

#include "client/cli/git_notes_merge.h"
#include "client/cli/git_notes_write.h"
#include "client/cli/git_remote.h"
#include "client/cli/git_repository.h"
#include "client/cli/git_words.h"
#include "client/cli/verbs.h"
#include "common/display.h"

namespace signet::cli {
namespace {

// Each time somebody else was faster, here or there.
constexpr int kMostTries = 10;

constexpr Flag kFlags[] = {
    {.name = "dry-run", .value = "", .text = "fetch what the remote has, and say what would come and go"},
    {.name = "configure", .value = "", .text = "from here on, let every git fetch of the remote bring its evidence"}};

Result<bool> is_ancestor(const std::string& older, const std::string& newer) {
  const auto answer = run_git(plumbing({"merge-base", "--is-ancestor", older, newer}), local_deadline());
  if (!answer) return fail(answer.error());
  if (answer->status == 0 || answer->status == 1) return answer->status == 0;
  return refused_by_git(*answer);
}

// Moves our ref to their tip, unless it has moved meanwhile.
Result<bool> take_theirs(const NotesTree& ours, const NotesTree& theirs) {
  const std::string before = ours.tip.empty() ? std::string(theirs.tip.size(), '0') : ours.tip;
  const auto answer = run_git(
      plumbing({"update-ref", "--no-deref", "-m", "signet git sync", ours.ref, theirs.tip, before}), local_deadline());
  if (!answer) return fail(answer.error());
  return answer->status == 0;
}

// Ours after the merge. False where our ref moved meanwhile.
Result<bool> apply(const NotesTree& ours, const NotesTree& theirs, NotesMerge merge, const std::string& remote) {
  if (theirs.tip.empty() || ours.tip == theirs.tip) return true;
  if (!ours.tip.empty()) {
    const auto have = is_ancestor(theirs.tip, ours.tip);
    if (!have) return fail(have.error());
    if (*have && merge.changes.empty()) return true;
  }
  const auto follows = ours.tip.empty() ? Result<bool>(true) : is_ancestor(ours.tip, theirs.tip);
  if (!follows) return fail(follows.error());
  if (*follows && merge.is_theirs) return take_theirs(ours, theirs);
  // What of theirs is no evidence is not taken over, so a first commit of ours stands beside theirs.
  return write_notes(
      ours, {.message = "signet: evidence of " + remote, .notes = std::move(merge.changes), .merged = theirs.tip});
}

struct Synced {
  NotesMerge merge;
  bool pushed = false;
};

class Sync {
 public:
  Sync(EvidenceRemote remote, bool is_trial) : remote_(std::move(remote)), is_trial_(is_trial) {}

  Result<Synced> run() {
    for (int tries = 0; tries < kMostTries; ++tries) {
      auto done = try_once();
      if (!done) return fail(std::move(done.error()));
      if (*done) return std::move(synced_);
    }
    return fail(ErrorCode::Cancelled,
                "others wrote " + std::string(kEvidenceRef) + " faster, " + std::to_string(kMostTries) + " times",
                "do it again when they are done");
  }

 private:
  // False where somebody was faster.
  Result<bool> try_once() {
    for (const std::string& ref : {std::string(kEvidenceRef), remote_.tracking_ref()}) {
      if (auto own = check_own_ref(ref); !own) return fail(std::move(own.error()));
    }
    if (auto fetched = remote_.fetch(); !fetched) return fail(std::move(fetched.error()));
    const auto theirs = read_notes_tree(remote_.tracking_ref());
    if (!theirs) return fail(theirs.error());
    const auto ours = read_notes_tree(kEvidenceRef);
    if (!ours) return fail(ours.error());
    auto merge = merge_notes(*ours, *theirs);
    if (!merge) return fail(std::move(merge.error()));
    remember(*merge);
    if (is_trial_) return true;
    auto applied = apply(*ours, *theirs, std::move(*merge), remote_.name());
    if (!applied || !*applied) return applied;
    const auto tip = tip_of(kEvidenceRef);
    if (!tip) return fail(tip.error());
    if (tip->empty() || *tip == theirs->tip) return true;
    synced_.pushed = true;
    return remote_.push(*tip, theirs->tip);
  }

  // A second try finds what the first one has brought: it came all the same.
  void remember(const NotesMerge& merge) {
    const std::size_t came = synced_.merge.came + merge.came;
    synced_.merge = merge;
    synced_.merge.came = came;
  }

  const EvidenceRemote remote_;
  const bool is_trial_;
  Synced synced_;
};

std::string count_text(std::size_t count, std::string_view what) {
  return std::to_string(count) + (count == 1 ? " bundle " : " bundles ") + std::string(what);
}

Result<int> run(const Arguments& arguments, const Output& output) {
  if (arguments.operands().size() > 1) {
    return fail(ErrorCode::InvalidRequest, "signet git sync takes one remote", "call it for each");
  }
  const bool is_trial = arguments.has("dry-run");
  auto remote = EvidenceRemote::find(arguments.operands().empty() ? "" : arguments.operands()[0]);
  if (!remote) return fail(std::move(remote.error()));
  const std::string name = remote->name();
  const auto configured = arguments.has("configure") && !is_trial ? remote->configure() : Result<bool>(false);
  if (!configured) return fail(configured.error());
  const auto synced = Sync(std::move(*remote), is_trial).run();
  if (!synced) return fail(Error(synced.error()).during("syncing with " + display_text(name, 60)));
  for (const std::string& dropped : synced->merge.dropped) {
    output.note("signet: warning: not taken: " + display_text(dropped, 400));
  }
  output.text((is_trial ? "would sync with " : "synced with ") + display_text(name, 60) + ": " +
              count_text(synced->merge.came, "came, ") + count_text(synced->merge.went, "went") + "\n" +
              (*configured ? "every git fetch of it brings its evidence from here on\n" : ""));
  output.object("signet.git-sync/1", json::Object{{"remote", display_text(name)},
                                                  {"dry_run", is_trial},
                                                  {"came", static_cast<std::int64_t>(synced->merge.came)},
                                                  {"went", static_cast<std::int64_t>(synced->merge.went)},
                                                  {"dropped", static_cast<std::int64_t>(synced->merge.dropped.size())},
                                                  {"pushed", synced->pushed},
                                                  {"configured", *configured}});
  return 0;
}

}  // namespace

const Verb kGitSync{
    .name = "git sync",
    .summary = "bring and take the evidence beside commits, from and to a remote",
    .operands = "[REMOTE]",
    .help =
        "Fetches refs/notes/signet of the remote (that of the current branch, else origin), puts its bundles beside\n"
        "ours, and pushes what it lacks. Both sides keep what both have: nothing is overwritten, and whoever was\n"
        "slower tries again. What is no bundle, or too much, is not taken, and said. git push and git fetch do not\n"
        "carry notes by themselves; with --configure each git fetch brings them, and only the push is left to this.\n\n"
        "Nobody is believed for having pushed: signet git verify checks each bundle. No hooks run, but git speaks to\n"
        "the remote as the repository's configuration says, as in any git fetch: with the programs that it names for\n"
        "that (core.sshCommand, uploadpack, helpers) and to the URL that it rewrites to.\n\n"
        "  signet git sync\n"
        "  signet git sync --configure upstream\n"
        "  signet git sync --dry-run --json\n",
    .flags = kFlags,
    .run = run};

}  // namespace signet::cli
