#include <charconv>

#include "client/cli/bundle_file.h"
#include "client/cli/sign_report.h"
#include "client/cli/verbs.h"
#include "client/lib/agent_client.h"
#include "common/display.h"
#include "sigstore/encoding/hash.h"

namespace signet::cli {
namespace {

constexpr Flag kFlags[] = {
    {.name = "identity", .value = "NAME", .text = "the agent's identity that signs; without it the default one"},
    {.name = "bundle", .value = "FILE", .text = "where the bundle goes, for a single file"},
    {.name = "log",
     .value = "POLICY",
     .text = "require, queue or none: may tighten what the identity says, never loosen it"},
    {.name = "timeout", .value = "SECONDS", .text = "how long to wait in all, 1 to 300 (default 120)"},
    {.name = "continue-on-error", .value = "", .text = "go on with the next file after one that failed"}};

Result<SignJob> hash_files(const Arguments& arguments) {
  SignJob job{.files = arguments.operands(), .digests = {}, .bundles = {}};
  if (job.files.empty()) {
    return fail(ErrorCode::InvalidRequest, "no file to sign", "for example: signet sign app.tar.gz");
  }
  if (job.files.size() > client::kMaxItems) {
    return fail(
        ErrorCode::LimitExceeded,
        std::to_string(job.files.size()) + " files; one call signs at most " + std::to_string(client::kMaxItems),
        "call signet sign several times");
  }
  if (arguments.has("bundle") && job.files.size() != 1) {
    return fail(ErrorCode::InvalidRequest, "--bundle is for a single file",
                "without it each bundle is written beside its file");
  }
  for (const std::string& file : job.files) {
    auto digest = sigstore::hash_file(HashAlgorithm::Sha256, file);
    if (!digest) return fail(std::move(digest.error()));
    job.digests.push_back(std::move(*digest));
    const auto named = arguments.text("bundle");
    job.bundles.push_back(named ? std::filesystem::path(*named) : bundle_path(file));
  }
  return job;
}

Result<std::chrono::seconds> timeout(const Arguments& arguments) {
  const std::string text = arguments.text("timeout").value_or("120");
  int seconds = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (end.ec == std::errc() && end.ptr == text.data() + text.size() && seconds >= 1 && seconds <= 300) {
    return std::chrono::seconds(seconds);
  }
  return fail(ErrorCode::InvalidRequest, "--timeout " + display_text(text, 20) + " is no number from 1 to 300");
}

Result<protocol::SignRequest> make_request(const Arguments& arguments, const SignJob& job) {
  protocol::SignRequest request{.identity = arguments.text("identity"), .items = {}};
  request.continue_on_error = arguments.has("continue-on-error");
  if (const auto log = arguments.text("log")) {
    request.log = protocol::log_policy_from_name(*log);
    if (!request.log) {
      return fail(ErrorCode::InvalidRequest, "--log " + display_text(*log, 20) + " is none of require, queue and none");
    }
  }
  for (std::size_t i = 0; i < job.files.size(); ++i) {
    const std::string name = std::filesystem::path(job.files[i]).filename().native();
    request.items.push_back({.object = protocol::DigestContent{job.digests[i]}, .name = display_text(name)});
  }
  return request;
}

Result<int> run(const Arguments& arguments, const Output& output) {
  const auto job = hash_files(arguments);
  if (!job) return fail(job.error());
  const auto time = timeout(arguments);
  if (!time) return fail(time.error());
  auto request = make_request(arguments, *job);
  if (!request) return fail(std::move(request.error()));
  auto agent = client::AgentClient::connect_default();
  if (!agent) return fail(std::move(agent.error()));
  SignReport report(*job, output);
  const auto show = [&output](const protocol::Progress& news) { output.note("signet: " + display_text(news.text)); };
  const auto take = [&report](const protocol::ItemResult& result) -> Result<void> {
    report.take(result);
    return {};
  };
  auto done = agent->sign(std::move(*request), show, take, Deadline::after(*time));
  if (!done) return fail(std::move(done.error()));
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
        "replaced. Only the digests leave this program: the agent asks the token, the certificate authority,\n"
        "the timestamp authority and the log, and answers when it has checked the result.\n\n"
        "  signet sign app.tar.gz\n"
        "  signet sign --identity release dist/*\n"
        "  signet sign --bundle app.sig.json app.tar.gz\n",
    .flags = kFlags,
    .run = run};

}  // namespace signet::cli
