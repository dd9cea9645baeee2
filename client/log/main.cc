// signet-log: one search in one log of Rekor v1, for `signet git verify --online`, which starts it.
//
// It prints one line of JSON: {"entry": …, "body": …} in base64 (the entry as protobuf without its body, and the body),
// {"none": true}, or the error as everywhere ({"error", "what", "remedy", "context"}). Nothing is verified here.
#include <chrono>
#include <cstdio>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "common/base64.h"
#include "common/hardening.h"
#include "json/writer.h"
#include "protocol/varlink.h"
#include "sigstore/git/cms.h"
#include "sigstore/services/log_search.h"

namespace signet {
namespace {

using sigstore::LogEntry;

constexpr std::string_view kHelp =
    "signet-log: searches a log for an entry. `signet git verify --online` starts it.\n\n"
    "usage: signet-log --url URL --digest sha256:HEX --certificate BASE64\n";
constexpr std::chrono::seconds kSearchTime{30};

struct Question {
  std::string url;
  Digest digest;
  Bytes certificate;
};

Result<Question> read_question(int argc, char** argv) {
  std::map<std::string, std::string, std::less<>> options = {{"--url", ""}, {"--digest", ""}, {"--certificate", ""}};
  const auto wrong = [] { return fail(ErrorCode::InvalidRequest, "wrong arguments", "see --help"); };
  for (int i = 1; i + 1 < argc; i += 2) {
    const auto known = options.find(std::string_view(argv[i]));
    if (known == options.end()) return wrong();
    known->second = argv[i + 1];
  }
  const auto digest = parse_digest(options["--digest"]);
  auto certificate = parse_base64(options["--certificate"]);
  if (argc % 2 == 0 || options["--url"].empty() || !digest || !certificate) return wrong();
  return Question{.url = options["--url"], .digest = *digest, .certificate = std::move(*certificate)};
}

json::Object answer_of(const std::optional<LogEntry>& entry) {
  if (!entry) return {{"none", true}};
  LogEntry bare = *entry;
  bare.canonicalized_body.clear();
  return {{"entry", encode_base64(sigstore::encode_entry_protobuf(bare))},
          {"body", encode_base64(entry->canonicalized_body)}};
}

int say(json::Object object, int status) {
  const std::string line = json::write(json::Value(std::move(object))) + "\n";
  const bool written = std::fwrite(line.data(), 1, line.size(), stdout) == line.size() && std::fflush(stdout) == 0;
  return written ? status : 3;
}

int say_error(const Error& error) { return say(protocol::encode_error(error), exit_status(error.code)); }

int run(int argc, char** argv) {
  if (auto hardened = harden_client(); !hardened) return exit_status(hardened.error().code);
  if (argc == 2 && argv[1] == std::string_view("--help")) {
    const bool written = std::fwrite(kHelp.data(), 1, kHelp.size(), stdout) == kHelp.size();
    return written && std::fflush(stdout) == 0 ? 0 : 3;
  }
  const auto question = read_question(argc, argv);
  if (!question) return say_error(question.error());
  const auto found =
      sigstore::search_log(question->url, question->certificate, question->digest, Deadline::after(kSearchTime));
  return found ? say(answer_of(*found), 0) : say_error(found.error());
}

}  // namespace
}  // namespace signet

int main(int argc, char** argv) { return signet::run(argc, argv); }
