#include "agent/policy/item.h"

#include <array>
#include <utility>

#include "common/display.h"
#include "protocol/limits.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/git/commit_statement.h"

namespace signet::agent {
namespace {

constexpr std::size_t kShownType = 120;
constexpr std::size_t kShownName = 80;
constexpr std::size_t kShownId = 12;
constexpr std::array<std::string_view, 5> kKinds = {"digest", "statement", "git", "ssh-signature", "ssh-login"};
constexpr std::size_t kShownUser = 64;

Digest sha256_of(ByteView bytes) { return Digest::from_sha256(sigstore::sha256(bytes)); }

// The type is a URI without blanks and quotes, which the reader has made sure of; the name, free text, comes last.
std::string summary_of(const sigstore::Statement& statement) {
  const std::size_t count = statement.subjects.size();
  const sigstore::StatementSubject& first = statement.subjects.front();
  std::string summary = "statement " + display_text(statement.predicate_type, kShownType) + " about " +
                        std::to_string(count) + (count == 1 ? " subject: " : " subjects, the first: ");
  summary += first.digests.empty() ? "no digest that we know" : encode_digest(first.digests.front());
  return summary + " " + quoted_text(first.name, kShownName);
}

// A commit's subject is called the same for each: what tells one from another is its id and its message.
std::string summary_of(const sigstore::Statement& statement, ByteView bytes) {
  const auto commit = sigstore::parse_commit_statement(bytes);
  if (!commit) return summary_of(statement);
  return "statement " + display_text(statement.predicate_type, kShownType) + " about commit " +
         commit->id.substr(0, kShownId) + ": " + quoted_text(sigstore::commit_statement_title(bytes), kShownName);
}

Result<Item> read_statement(Bytes bytes) {
  auto statement = sigstore::parse_statement_to_sign(bytes);
  if (!statement) return fail(std::move(statement.error()).during("reading the statement"));
  Digest digest = sha256_of(bytes);
  std::string summary = summary_of(*statement, bytes);
  return Item{.object = StatementItem{.bytes = std::move(bytes), .statement = std::move(*statement)},
              .digest = std::move(digest),
              .summary = std::move(summary)};
}

Result<Item> read_git(ByteView bytes) {
  auto object = sigstore::parse_git_object(bytes, protocol::kMaxGitObject);
  if (!object) return fail(std::move(object.error()).during("reading the git object"));
  Digest digest = sha256_of(object->bytes);
  std::string summary = object->summary();
  return Item{.object = std::move(*object), .digest = std::move(digest), .summary = std::move(summary)};
}

Result<Item> read_object(protocol::Content& content) {
  if (const auto* digest = std::get_if<protocol::DigestContent>(&content.object)) {
    return Item{.object = digest->digest, .digest = digest->digest, .summary = {}};
  }
  if (auto* statement = std::get_if<protocol::StatementContent>(&content.object)) {
    return read_statement(std::move(statement->statement));
  }
  return read_git(std::get<protocol::GitContent>(content.object).object);
}

Result<Item> read_ssh_signature(Bytes data) {
  auto request = ssh::parse_sshsig_request(data);
  if (!request) return fail(std::move(request.error()));
  Digest digest = request->message;
  std::string summary =
      "ssh signature of namespace " + quoted_text(request->name_space, kShownName) + ", " + encode_digest(digest);
  return Item{.object = SshSignatureItem{.bytes = std::move(data), .request = std::move(*request)},
              .digest = std::move(digest),
              .summary = std::move(summary)};
}

// Where a login goes is not in it: the policy says that, which knows the connection.
Result<Item> read_ssh_login(Bytes data) {
  auto login = ssh::parse_login(data);
  if (!login) return fail(std::move(login.error()));
  Digest digest = sha256_of(data);
  std::string summary = "ssh login as user " + quoted_text(login->user, kShownUser);
  return Item{.object = SshLoginItem{.bytes = std::move(data), .login = std::move(*login)},
              .digest = std::move(digest),
              .summary = std::move(summary)};
}

}  // namespace

std::string_view Item::kind() const { return kKinds.at(object.index()); }

std::string Item::prompt() const {
  if (!summary.empty()) return summary;
  return encode_digest(digest) + (name ? ", called " + quoted_text(*name, kShownName) : "");
}

Result<Item> read_item(protocol::Content content) {
  auto item = read_object(content);
  if (item && content.name) item->name = display_text(*content.name);
  return item;
}

Result<Item> read_ssh_item(Bytes data) {
  const bool is_signature = text_of(data).starts_with(ssh::kSshsigMagic);
  auto item = is_signature ? read_ssh_signature(std::move(data)) : read_ssh_login(std::move(data));
  if (!item) return fail(std::move(item.error()).during("reading what ssh wants signed"));
  return item;
}

}  // namespace signet::agent
