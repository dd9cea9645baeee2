#include <set>

#include "client/cli/bundle_file.h"
#include "client/cli/predicate.h"
#include "client/cli/progress_line.h"
#include "client/cli/sign_wish.h"
#include "client/cli/verbs.h"
#include "client/lib/agent_client.h"
#include "common/display.h"
#include "sigstore/bundle/bundle.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/encoding/statement.h"

namespace signet::cli {
namespace {

using sigstore::Statement;

constexpr Flag kFlags[] = {
    {.name = "predicate", .value = "FILE", .text = "what is said of the files: a JSON object (needed)"},
    {.name = "type", .value = "TYPE", .text = "the predicate's type: a URI or one of the short names above (needed)"},
    {.name = "bundle", .value = "FILE", .text = "where the bundle goes; needed for several files"},
    kIdentityFlag,
    kLogFlag,
    kTimeoutFlag};

Result<void> check_operands(const Arguments& arguments) {
  const auto& files = arguments.operands();
  if (files.empty()) {
    return fail(ErrorCode::InvalidRequest, "no file to attest something about",
                "for example: signet attest --predicate p.json --type slsaprovenance1 app.tar.gz");
  }
  if (!arguments.has("predicate") || !arguments.has("type")) {
    return fail(ErrorCode::InvalidRequest, "signet attest needs --predicate and --type",
                "for example: signet attest --predicate p.json --type slsaprovenance1 app.tar.gz");
  }
  if (files.size() > sigstore::kMaxSubjectsSigned) {
    return fail(ErrorCode::LimitExceeded,
                std::to_string(files.size()) + " files; one statement has at most " +
                    std::to_string(sigstore::kMaxSubjectsSigned) + " subjects",
                "call signet attest several times");
  }
  if (files.size() > 1 && !arguments.has("bundle")) {
    return fail(ErrorCode::InvalidRequest, "several files are the subjects of one statement, and it has no name yet",
                "say where it goes: --bundle FILE");
  }
  return {};
}

// A subject is called what the file is called, without its folder: that folder is on this machine alone.
Result<std::vector<sigstore::StatementSubject>> hash_subjects(const std::vector<std::string>& files,
                                                              ProgressLine& line) {
  std::vector<sigstore::StatementSubject> subjects;
  std::set<std::string> names;
  for (const std::string& file : files) {
    auto digest = sigstore::hash_file(HashAlgorithm::Sha256, file, show_hashing(line, file));
    if (!digest) return fail(std::move(digest.error()));
    std::string name = std::filesystem::path(file).filename().native();
    if (!is_utf8(name)) {
      return fail(ErrorCode::InvalidRequest, "the name of " + display_text(file) + " is not UTF-8, which JSON demands",
                  "rename it");
    }
    if (!names.insert(name).second) {
      return fail(ErrorCode::InvalidRequest,
                  "two files are called " + display_text(name) + ", and a statement names each of its subjects once",
                  "rename one of them, or attest them one by one");
    }
    subjects.push_back({.name = std::move(name), .digests = {std::move(*digest)}});
  }
  return subjects;
}

struct AttestJob {
  Statement statement;
  std::string text;  // the statement as it is signed
  std::filesystem::path bundle;
};

Result<AttestJob> prepare(const Arguments& arguments, ProgressLine& line) {
  if (auto usable = check_operands(arguments); !usable) return fail(std::move(usable.error()));
  auto type = predicate_type_from(*arguments.text("type"));
  if (!type) return fail(std::move(type.error()));
  const auto predicate = read_predicate(*arguments.text("predicate"));
  if (!predicate) return fail(predicate.error());
  const auto named = arguments.text("bundle");
  AttestJob job{.statement = {},
                .text = {},
                .bundle = named ? std::filesystem::path(*named) : attestation_path(arguments.operands()[0])};
  if (auto place = check_bundle_place(job.bundle); !place) return fail(std::move(place.error()));
  auto subjects = hash_subjects(arguments.operands(), line);
  if (!subjects) return fail(std::move(subjects.error()));
  job.statement = {.predicate_type = std::move(*type), .subjects = std::move(*subjects)};
  job.text = sigstore::encode_statement(job.statement, *predicate);
  if (job.text.size() > client::kMaxStatement) {
    return fail(ErrorCode::LimitExceeded,
                "the statement has " + std::to_string(job.text.size()) + " bytes; the agent takes " +
                    std::to_string(client::kMaxStatement),
                "attest a shorter predicate, for example one that names the document by its digest");
  }
  // What a reader would refuse is not signed: the predicate is one level deeper here.
  const auto read = sigstore::parse_statement_to_sign(bytes_of(job.text));
  if (!read) return fail(Error(read.error()).during("reading the statement"));
  return job;
}

Result<protocol::ItemResult> ask_agent(protocol::SignRequest request, ProgressLine& line, std::string name,
                                       std::chrono::seconds time) {
  auto agent = client::AgentClient::connect_default();
  if (!agent) return fail(std::move(agent.error()));
  protocol::ItemResult result;
  const auto keep = [&result](protocol::ItemResult item) -> Result<void> {
    result = std::move(item);
    return {};
  };
  auto done = agent->sign(std::move(request), show_news(line, {std::move(name)}), keep, Deadline::after(time));
  line.clear();
  if (!done) return fail(std::move(done.error()));
  if (result.failure) return fail(std::move(*result.failure));
  return result;
}

// The agent has verified what it made. What is asked here is whether it is of our statement, byte for byte.
Result<void> check_bundle(const std::string& json, std::string_view statement) {
  const auto bundle = sigstore::parse_bundle(json);
  const auto* envelope = bundle ? std::get_if<sigstore::DsseEnvelope>(&bundle->content) : nullptr;
  if (envelope != nullptr && text_of(envelope->payload) == statement) return {};
  return fail(ErrorCode::WorkerFailed, "the agent's answer is no bundle of this statement",
              "nothing was written; agent and client may be of different versions");
}

void show(const AttestJob& job, const protocol::ItemResult& result, const Output& output) {
  const std::size_t count = job.statement.subjects.size();
  const sigstore::StatementSubject& first = job.statement.subjects.front();
  output.text("attested: " + display_text(first.name) +
              (count == 1 ? "" : " and " + std::to_string(count - 1) + " more") + "\n" +
              row("type", job.statement.predicate_type) + row("bundle", job.bundle.native()) + signer_rows(result));
  json::Array subjects;
  for (const sigstore::StatementSubject& subject : job.statement.subjects) {
    subjects.emplace_back(json::Object{{"name", subject.name}, {"digest", encode_digest(subject.digests.front())}});
  }
  json::Object object;
  set_name(object, "bundle", job.bundle.native());
  object.set("predicate_type", job.statement.predicate_type);
  object.set("subjects", std::move(subjects));
  set_signer(object, result);
  output.object("signet.attest/1", std::move(object));
}

Result<int> run(const Arguments& arguments, const Output& output) {
  const auto time = wished_time(arguments);
  if (!time) return fail(time.error());
  auto request = wished_request(arguments);
  if (!request) return fail(std::move(request.error()));
  ProgressLine line;
  const auto job = prepare(arguments, line);
  if (!job) return fail(job.error());
  const std::string name = display_text(job->statement.subjects.front().name);
  request->items.push_back({.object = protocol::StatementContent{to_bytes(job->text)}, .name = name});
  const auto result = ask_agent(std::move(*request), line, name, *time);
  if (!result) return fail(Error(result.error()).during("attesting " + name));
  const std::string json = result->bundle.value_or("");
  if (auto sound = check_bundle(json, job->text); !sound) return fail(std::move(sound.error()));
  if (auto written = write_bundle(job->bundle, json); !written) return fail(std::move(written.error()));
  show(*job, *result, output);
  return 0;
}

}  // namespace

const Verb kAttest{
    .name = "attest",
    .summary = "sign a statement about files: where they come from, what is in them, who tested them",
    .operands = "FILE…",
    .help =
        "Signs one in-toto statement: that the predicate is true of each FILE, which it names by its base name and\n"
        "SHA-256. Writes a Sigstore bundle FILE.intoto.sigstore.json beside a single FILE, or the --bundle; one that\n"
        "is there already is replaced, at once and as a whole. The predicate stands in the statement as you wrote "
        "it.\n\n"
        "TYPE is the URI of the predicate's type, or one of the short names that cosign knows: slsaprovenance,\n"
        "slsaprovenance02, slsaprovenance1, spdx, spdxjson, cyclonedx, link, vuln, openvex, custom.\n"
        "The identity needs the use \"statement\".\n\n"
        "  signet attest --predicate provenance.json --type slsaprovenance1 app.tar.gz\n"
        "  signet attest --predicate tests.json --type https://example.org/tests/v1 --bundle tests.sigstore.json "
        "dist/*\n"
        "  signet verify --type slsaprovenance1 app.tar.gz\n",
    .flags = kFlags,
    .run = run};

}  // namespace signet::cli
