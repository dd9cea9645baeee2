#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "client/cli/bundle_file.h"
#include "client/cli/progress_line.h"
#include "client/cli/sign_report.h"
#include "client/cli/sign_wish.h"
#include "client/cli/verbs.h"
#include "client/lib/agent_client.h"
#include "common/display.h"
#include "sigstore/encoding/hash.h"

namespace signet::cli {
namespace {

constexpr Flag kFlags[] = {
    kIdentityFlag,
    {.name = "bundle", .value = "FILE", .text = "where the bundle goes, for a single file"},
    kLogFlag,
    kTimeoutFlag,
    {.name = "continue-on-error", .value = "", .text = "go on with the next file after one that failed"},
    {.name = "sign-bundles", .value = "", .text = "sign files named *.sigstore.json too, instead of refusing them"}};

Result<void> check_operands(const Arguments& arguments) {
  const auto& files = arguments.operands();
  if (files.empty()) return fail(ErrorCode::InvalidRequest, "no file to sign", "for example: signet sign app.tar.gz");
  if (files.size() > client::kMaxItems) {
    return fail(ErrorCode::LimitExceeded,
                std::to_string(files.size()) + " files; one call signs at most " + std::to_string(client::kMaxItems),
                "call signet sign several times");
  }
  if (arguments.has("bundle") && files.size() != 1) {
    return fail(ErrorCode::InvalidRequest, "--bundle is for a single file",
                "without it each bundle is written beside its file");
  }
  const auto bundle = std::ranges::find_if(files, [](const std::string& file) { return is_bundle_name(file); });
  if (bundle == files.end() || arguments.has("sign-bundles")) return {};
  return fail(ErrorCode::InvalidRequest, display_text(*bundle) + " is named like a signature",
              "leave it out and sign the file that it belongs to; if you mean it, add --sign-bundles");
}

// All that can fail without the agent fails here, before a token is touched.
Result<SignJob> prepare(const Arguments& arguments) {
  if (auto usable = check_operands(arguments); !usable) return fail(std::move(usable.error()));
  SignJob job{.files = arguments.operands(), .digests = {}, .bundles = {}};
  const auto named = arguments.text("bundle");
  for (const std::string& file : job.files) {
    job.bundles.push_back(named ? std::filesystem::path(*named) : bundle_path(file));
    if (auto place = check_bundle_place(job.bundles.back()); !place) return fail(std::move(place.error()));
    // Whoever hashes files says best what is wrong with this one.
    std::error_code none;
    if (std::filesystem::is_regular_file(file, none) && ::access(file.c_str(), R_OK) == 0) continue;
    if (auto refused = sigstore::hash_file(HashAlgorithm::Sha256, file); !refused) return fail(refused.error());
  }
  return job;
}

// Which hash the key behind the identity signs: the agent knows, once it has read the token. The usual one where it
// does not say: then it will say what is wrong.
Result<HashAlgorithm> choose_hash(const std::optional<std::string>& identity) {
  auto agent = client::AgentClient::connect_default();
  if (!agent) return fail(std::move(agent.error()));
  const auto reply = agent->identities();
  if (!reply) return fail(reply.error());
  const auto is_meant = [&identity](const protocol::IdentityInfo& info) {
    return identity ? info.name == *identity : info.is_default;
  };
  const auto meant = std::ranges::find_if(reply->identities, is_meant);
  if (meant == reply->identities.end() || !meant->digest) return HashAlgorithm::Sha256;
  return hash_from_name(*meant->digest).value_or(HashAlgorithm::Sha256);
}

Result<void> hash_files(SignJob& job, HashAlgorithm algorithm, ProgressLine& line) {
  for (const std::string& file : job.files) {
    auto digest = sigstore::hash_file(algorithm, file, show_hashing(line, file));
    if (!digest) return fail(std::move(digest.error()));
    job.digests.push_back(std::move(*digest));
  }
  return {};
}

void add_items(protocol::SignRequest& request, const SignJob& job) {
  for (std::size_t i = 0; i < job.files.size(); ++i) {
    const std::string name = std::filesystem::path(job.files[i]).filename().native();
    request.items.push_back({.object = protocol::DigestContent{job.digests[i]}, .name = display_text(name)});
  }
}

Result<int> run(const Arguments& arguments, const Output& output) {
  const auto time = wished_time(arguments);
  if (!time) return fail(time.error());
  auto request = wished_request(arguments);
  if (!request) return fail(std::move(request.error()));
  request->continue_on_error = arguments.has("continue-on-error");
  ProgressLine line;
  auto job = prepare(arguments);
  if (!job) return fail(std::move(job.error()));
  const auto algorithm = choose_hash(request->identity);
  if (!algorithm) return fail(algorithm.error());
  if (auto hashed = hash_files(*job, *algorithm, line); !hashed) return fail(std::move(hashed.error()));
  add_items(*request, *job);
  auto agent = client::AgentClient::connect_default();
  if (!agent) return fail(std::move(agent.error()));
  SignReport report(*job, output);
  const auto take = [&report, &line](const protocol::ItemResult& result) -> Result<void> {
    line.clear();
    report.take(result);
    return {};
  };
  auto done = agent->sign(std::move(*request), show_news(line, job->files), take, Deadline::after(*time));
  line.clear();
  // What was signed before is there and stays: it is reported whatever came then.
  if (!done && report.empty()) return fail(std::move(done.error()));
  if (!done) report.take_end(done.error());
  report.finish();
  return report.status();
}

}  // namespace

const Verb kSign{
    .name = "sign",
    .summary = "sign files",
    .operands = "FILE…",
    .help =
        "Signs each FILE and writes a Sigstore bundle FILE.sigstore.json beside it; one that is there already is\n"
        "replaced, at once and as a whole. Only the digests leave this program: the agent asks the token, the\n"
        "certificate authority, the timestamp authority and the log, and answers when it has checked the result.\n"
        "FILE is a regular file: what comes from a pipe is written to a file first.\n\n"
        "  signet sign app.tar.gz\n"
        "  signet sign --identity release dist/*.whl\n"
        "  signet sign --bundle app.sig.json app.tar.gz\n",
    .flags = kFlags,
    .run = run};

}  // namespace signet::cli
