#include <unistd.h>

#include <cerrno>

#include "client/cli/verbs.h"
#include "client/lib/agent_client.h"
#include "common/display.h"
#include "common/file.h"
#include "common/secret.h"

namespace signet::cli {
namespace {

// ID tokens have some kilobytes; what is longer is another file.
constexpr std::size_t kMaxToken = std::size_t{64} * 1024;

constexpr Flag kFlags[] = {
    {.name = "token-file", .value = "FILE", .text = "where the ID token lies; - for standard input (needed)"},
    {.name = "identity", .value = "NAME", .text = "the agent's identity; without it the default one"}};

Secret trimmed(std::string text, std::size_t size) {
  while (size > 0 && (text[size - 1] == '\n' || text[size - 1] == '\r' || text[size - 1] == ' ')) --size;
  std::string exact(text, 0, size);
  wipe(text);
  return Secret(std::move(exact));
}

Result<Secret> read_stdin() {
  std::string buffer(kMaxToken + 1, '\0');  // of its final size, so that growth leaves no copies behind
  std::size_t size = 0;
  while (size < buffer.size()) {
    const ssize_t count = ::read(STDIN_FILENO, buffer.data() + size, buffer.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail(ErrorCode::InvalidRequest, "standard input cannot be read: " + errno_text(errno));
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  if (size > kMaxToken) {
    wipe(buffer);
    return fail(ErrorCode::LimitExceeded, "standard input is longer than an ID token",
                "pipe the token alone into it: header.payload.signature");
  }
  return trimmed(std::move(buffer), size);
}

Result<Secret> read_token(const std::string& file) {
  if (file == "-") return read_stdin();
  auto token = read_secret_file(file, kMaxToken);
  if (token || !token.error().remedy.empty()) return token;
  token.error().remedy = token.error().code == ErrorCode::LimitExceeded
                             ? "no ID token is that long: is it another file?"
                             : "--token-file names a regular file of yours that holds the token; - is standard input";
  return token;
}

Result<int> run(const Arguments& arguments, const Output& output) {
  const auto file = arguments.text("token-file");
  if (!file) {
    return fail(ErrorCode::InvalidRequest, "signet login needs --token-file",
                "for example: signet login --token-file id-token");
  }
  auto token = read_token(*file);
  if (!token) return fail(std::move(token.error()));
  if (token->empty()) {
    return fail(ErrorCode::InvalidRequest,
                (*file == "-" ? "standard input" : display_text(*file)) + " holds no ID token",
                "look whether what wrote it has failed");
  }
  auto agent = client::AgentClient::connect_default();
  if (!agent) return fail(std::move(agent.error()));
  const auto reply = agent->login({.identity = arguments.text("identity"), .id_token = std::move(*token)});
  if (!reply) return fail(reply.error());
  output.text("logged in as " + display_text(reply->identity) + "\n" + row("san", reply->san) +
              row("issuer", reply->issuer) + row("until", reply->until));
  output.object("signet.login/1", std::move(*reply->encode().as_object()));
  return 0;
}

}  // namespace

const Verb kLogin{
    .name = "login",
    .summary = "give the agent an ID token",
    .operands = "",
    .help =
        "Gives the agent an OIDC ID token. It is kept in the agent's memory until it ends and sent only to\n"
        "the certificate authority of the identity's own instance. The file must belong to you and be\n"
        "closed to others (chmod 600).\n\n"
        "  signet login --token-file id-token\n"
        "  fetch-id-token | signet login --identity work --token-file -\n",
    .flags = kFlags,
    .run = run};

}  // namespace signet::cli
