// Puts evidence beside commits: what the agent signs about each goes into its note.
#include <chrono>
#include <map>
#include <set>

#include "client/cli/git_attest_job.h"
#include "client/cli/git_attest_signed.h"
#include "client/cli/git_notes_write.h"
#include "client/cli/progress_line.h"
#include "client/cli/sign_wish.h"
#include "client/cli/verbs.h"
#include "client/lib/agent_client.h"
#include "client/lib/explain.h"
#include "client/lib/interruption.h"
#include "common/display.h"
#include "protocol/varlink.h"
#include "sigstore/bundle/bundle.h"

namespace signet::cli {
namespace {

// Kept with the first signature after this time: a call that is killed loses what was signed within it.
constexpr std::chrono::seconds kKeep{10};

constexpr std::size_t kPath = 4096;

constexpr Flag kFlags[] = {
    kIdentityFlag,
    kTimeoutFlag,
    {.name = "again", .value = "", .text = "attest commits that this identity has attested already, too"},
    {.name = "countersign", .value = "", .text = "attest commits that are signed by another SSH key, too"},
    {.name = "from", .value = "FILE", .text = "sign nothing: write what was signed and could not be written"}};

std::string name_of(const CommitToAttest& commit) {
  return "commit " + commit.id.substr(0, 12) + " " + quoted_text(commit.title, 60);
}

// One line for the note. The agent has verified what it made; what is asked here is whether it is of our statement.
Result<std::string> line_of(const protocol::ItemResult& result, std::string_view statement) {
  std::string line = result.bundle.value_or("");
  if (line.ends_with('\n')) line.pop_back();
  const auto bundle = sigstore::parse_bundle(line);
  const auto* envelope = bundle ? std::get_if<sigstore::DsseEnvelope>(&bundle->content) : nullptr;
  if (envelope != nullptr && text_of(envelope->payload) == statement && line.find('\n') == std::string::npos) {
    return line;
  }
  return fail(ErrorCode::WorkerFailed, "the agent's answer is no bundle of this statement",
              "nothing was written; agent and client may be of different versions");
}

// One call of the verb: batches of statements, what came of each, and the notes.
class AttestRun {
 public:
  AttestRun(const GitAttestJob& job, protocol::SignRequest request, const Output& output,
            const client::Interruption& interruption)
      : job_(job), request_(std::move(request)), output_(output), interruption_(interruption) {}

  Result<int> run(std::chrono::seconds time) {
    if (auto rehearsed = rehearse(); !rehearsed) return fail(std::move(rehearsed.error()));
    for (const CommitToAttest& commit : job_.commits) {
      if (commit.is_attested()) show_attested(commit);
    }
    Result<void> done;
    for (std::size_t next = 0; done && next < job_.commits.size();) {
      next = begin_batch(next);
      if (!batch_.empty()) done = sign_batch(time);
    }
    auto kept = keep();
    output_.object("signet.git-attest/1", json::Object{{"results", items_}});
    if (!kept) {
      Error error = put_aside(std::move(kept.error()));
      if (client::Interruption::came()) client::write_stderr(client::explain("signet", error));
      return fail(std::move(error));
    }
    if (client::Interruption::came()) return say_interrupted();
    if (!done) return fail(std::move(done.error()));
    return 0;
  }

 private:
  // Before a token is touched for what could not be kept.
  [[nodiscard]] Result<void> rehearse() const {
    std::vector<std::string> ids;
    for (const CommitToAttest& commit : job_.commits) {
      if (!commit.is_attested()) ids.push_back(commit.id);
    }
    auto rehearsed = ids.empty() ? Result<void>() : rehearse_evidence(ids);
    if (rehearsed) return rehearsed;
    rehearsed.error().what += "; nothing was signed";
    return fail(
        std::move(rehearsed.error()).during("looking whether " + std::string(kEvidenceRef) + " can be written"));
  }

  // As many statements as one message to the agent holds.
  std::size_t begin_batch(std::size_t next) {
    batch_.clear();
    std::size_t size = 0;
    for (; next < job_.commits.size(); ++next) {
      const CommitToAttest& commit = job_.commits[next];
      // Beside the statement, an item has its name and some words of JSON.
      constexpr std::size_t kItem = 300;
      if (!batch_.empty() && size + commit.statement.size() + kItem > client::kMaxStatement) break;
      if (commit.is_attested()) continue;
      size += commit.statement.size() + kItem;
      batch_.push_back(&commit);
    }
    return next;
  }

  Result<void> sign_batch(std::chrono::seconds time) {
    auto agent = client::AgentClient::connect_default();
    if (!agent) return fail(std::move(agent.error()));
    agent->watch(interruption_.fd());
    protocol::SignRequest request = request_;
    std::vector<std::string> names;
    for (const CommitToAttest* commit : batch_) {
      names.push_back(name_of(*commit));
      request.items.push_back(
          {.object = protocol::StatementContent{to_bytes(commit->statement)}, .name = names.back()});
    }
    const auto take = [this](const protocol::ItemResult& result) -> Result<void> {
      line_.clear();
      return this->take(result);
    };
    auto done = agent->sign(std::move(request), show_news(line_, std::move(names)), take, Deadline::after(time));
    line_.clear();
    return done;
  }

  Result<void> take(const protocol::ItemResult& result) {
    const CommitToAttest& commit = *batch_.at(static_cast<std::size_t>(result.index));
    if (result.failure) return fail(Error(*result.failure).during("attesting " + name_of(commit)));
    auto line = line_of(result, commit.statement);
    if (!line) return fail(std::move(line.error()));
    lines_.emplace(commit.id, std::move(*line));
    ++signed_;
    show(commit, result);
    return kept_.passed() ? keep() : Result<void>();
  }

  // What found no place in the repository, for the day when there is one.
  [[nodiscard]] Error put_aside(Error why) const {
    const auto file = keep_signed(lines_);
    why.remedy += why.remedy.empty() ? "" : "; ";
    why.remedy += file ? "what was signed is kept; when that is mended: signet git attest --from " +
                             display_text(file->native(), kPath)
                       : "what was signed is lost, because there is no place for it either: " + file.error().what;
    return std::move(why).during("writing " + std::string(kEvidenceRef));
  }

  // What else is said of a failure is not heard where a signal ends the process.
  int say_interrupted() const {
    output_.note("signet: interrupted: " + std::to_string(signed_) + (signed_ == 1 ? " commit was" : " commits were") +
                 " attested; the same call again attests the others");
    return 0;
  }

  // Written after a failure and after a signal, too.
  Result<void> keep() {
    kept_ = Deadline::after(kKeep);
    if (lines_.empty()) return {};
    auto written = add_evidence(lines_);
    if (written) lines_.clear();
    return written;
  }

  void show(const CommitToAttest& commit, const protocol::ItemResult& result) {
    const std::string line = "attested: " + name_of(commit) + "\n";
    output_.text(job_.commits.size() == 1 ? line + signer_rows(result) : line);
    json::Object item{{"commit", commit.id}, {"title", display_text(commit.title)}, {"attested", true}};
    set_signer(item, result);
    items_.emplace_back(std::move(item));
  }

  void show_attested(const CommitToAttest& commit) {
    output_.text("attested already: " + name_of(commit) + "\n");
    items_.emplace_back(
        json::Object{{"commit", commit.id}, {"title", display_text(commit.title)}, {"attested", false}});
  }

  const GitAttestJob& job_;
  const protocol::SignRequest request_;
  const Output& output_;
  const client::Interruption& interruption_;
  std::size_t signed_ = 0;
  std::vector<const CommitToAttest*> batch_;
  std::map<std::string, std::string> lines_;  // by commit: what is signed and not kept yet
  Deadline kept_ = Deadline::after(kKeep);
  ProgressLine line_;
  json::Array items_;
};

// The second half alone.
Result<int> write_from(const std::string& file, const Arguments& arguments, const Output& output) {
  if (!arguments.operands().empty() || arguments.has("again") || arguments.has("countersign") ||
      arguments.has("identity")) {
    return fail(ErrorCode::InvalidRequest, "--from names a file of evidence, and nothing else counts beside it",
                "call it without commits and without what is for signing");
  }
  const auto lines = read_signed(file);
  if (!lines) return fail(lines.error());
  if (auto written = add_evidence(*lines); !written) {
    return fail(std::move(written.error()).during("writing " + std::string(kEvidenceRef)));
  }
  json::Array items;
  for (const auto& [id, line] : *lines) {
    output.text("attested: commit " + id.substr(0, 12) + "\n");
    items.emplace_back(json::Object{{"commit", id}, {"attested", true}});
  }
  output.object("signet.git-attest/1", json::Object{{"results", std::move(items)}});
  return 0;
}

Result<int> run(const Arguments& arguments, const Output& output) {
  if (const auto file = arguments.text("from")) return write_from(*file, arguments, output);
  const auto time = wished_time(arguments);
  if (!time) return fail(time.error());
  auto request = wished_request(arguments);
  if (!request) return fail(std::move(request.error()));
  const auto job = read_git_attest_job(arguments);
  if (!job) return fail(job.error());
  for (const std::string& warning : job->warnings) output.note("signet: warning: " + warning);
  const client::Interruption interruption;
  return AttestRun(*job, std::move(*request), output, interruption).run(*time);
}

}  // namespace

const Verb kGitAttest{
    .name = "git attest",
    .summary = "put evidence beside commits: who vouches for them, logged where",
    .operands = "[REV…|A..B]",
    .help =
        "Signs a statement about each commit (HEAD where none is named; of a tag its commit) and keeps it, as a\n"
        "Sigstore bundle, in the notes ref refs/notes/signet. The commit itself stays as it is: with gpg.format=ssh\n"
        "a forge shows its badge for the SSH key, and the evidence beside it says whose key that is, by which\n"
        "certificate, logged where.\n\n"
        "The statement names the commit by its id and by the SHA-256 of all of its bytes, its own signature among\n"
        "them. A commit that this identity has attested already is left alone. A range is signed in batches of as\n"
        "many statements as one message holds: an approval for each, one certificate, at most 1,000 commits; what was\n"
        "signed before a failure is kept. The identity needs the use \"statement\".\n\n"
        "Badge and evidence must be of one key: a commit that is signed by an SSH key which is not the identity's, or\n"
        "whose signature is wrong, is refused before anything is signed. --countersign vouches for another key's\n"
        "commit all the same; signet git show names such evidence as by another key, and signet git verify does not\n"
        "count it.\n\n"
        "Whether the notes can be written is looked at first. Where they cannot after all, what was signed is kept in\n"
        "a file that the message names, for --from. Ctrl-C keeps what was signed until then.\n\n"
        "  signet git attest\n"
        "  signet git attest origin/main..HEAD\n"
        "  signet git attest --identity release v1.0\n"
        "  signet git sync                            takes it to the remote, and brings what others have\n"
        "  signet git verify origin/main..HEAD\n",
    .flags = kFlags,
    .run = run};

}  // namespace signet::cli
