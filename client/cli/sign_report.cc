#include "client/cli/sign_report.h"

#include <utility>

#include "client/cli/bundle_file.h"
#include "client/cli/sign_wish.h"
#include "client/lib/explain.h"
#include "common/display.h"
#include "protocol/varlink.h"
#include "sigstore/bundle/bundle.h"

namespace signet::cli {
namespace {

// The agent has verified what it made. What is asked here is whether it is an answer to our question: a bundle that
// every reader will take for one of this file.
Result<void> check_bundle(const std::string& json, const Digest& digest) {
  const auto bundle = sigstore::parse_bundle(json);
  const auto* message = bundle ? std::get_if<sigstore::MessageSignature>(&bundle->content) : nullptr;
  if (message != nullptr && message->digest == digest) return {};
  return fail(ErrorCode::WorkerFailed, "the agent's answer is no bundle of this file",
              "nothing was written; agent and client may be of different versions");
}

}  // namespace

void SignReport::take(const protocol::ItemResult& result) {
  const auto index = static_cast<std::size_t>(result.index);
  auto written = result.failure ? fail(*result.failure) : write(result, index);
  json::Object item;
  set_name(item, "file", job_.files[index]);
  if (written) {
    show(result, index, item);
  } else {
    const Error error = std::move(written.error()).during("signing " + job_.files[index]);
    fail_with(error);
    item.set("error", protocol::encode_error(error));
  }
  items_.emplace_back(std::move(item));
}

void SignReport::take_end(const Error& error) {
  fail_with(error);
  for (std::size_t i = items_.size(); i < job_.files.size(); ++i) {
    json::Object item;
    set_name(item, "file", job_.files[i]);
    item.set("error", protocol::encode_error(error));
    items_.emplace_back(std::move(item));
  }
}

void SignReport::fail_with(const Error& error) {
  if (status_ == 0) status_ = exit_status(error.code);
  client::write_stderr(client::explain("signet", error));
}

void SignReport::finish() const { output_.object("signet.sign/1", json::Object{{"results", items_}}); }

Result<void> SignReport::write(const protocol::ItemResult& result, std::size_t index) const {
  const std::string json = result.bundle.value_or("");
  if (auto sound = check_bundle(json, job_.digests[index]); !sound) return sound;
  return write_bundle(job_.bundles[index], json);
}

void SignReport::show(const protocol::ItemResult& result, std::size_t index, json::Object& item) const {
  const std::string bundle = job_.bundles[index].native();
  const std::string line = "signed: " + display_text(job_.files[index]) + "\n";
  // Where a program reads the rows, a person gets one line for each file.
  output_.text(output_.json() ? line : line + row("bundle", bundle) + signer_rows(result));
  set_name(item, "bundle", bundle);
  item.set("digest", encode_digest(job_.digests[index]));
  set_signer(item, result);
}

}  // namespace signet::cli
