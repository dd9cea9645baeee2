#include "agent/tokens/tokens.h"

#include <cstdlib>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "common/display.h"
#include "common/file.h"

namespace signet::agent {
namespace {

constexpr int kBacklog = 64;
// The workers of an agent that was killed: a second for a module to leave its token in order, and time to be scheduled.
constexpr std::chrono::seconds kEndOfTheOldOnes{5};
// Beside signet-token.
constexpr const char* kPinEntry = "signet-pin-entry";
constexpr const char* kCredentials = "CREDENTIALS_DIRECTORY";

// systemd.exec(5), CREDENTIALS: a file of that name in a folder that is the service's alone.
Result<config::Token> with_pin_file(config::Token token) {
  if (token.pin.kind != config::PinSource::Kind::Credential) return token;
  const char* const folder = std::getenv(kCredentials);
  if (folder == nullptr || *folder != '/') {
    return fail(ErrorCode::InvalidRequest,
                "token " + token.name + " has its PIN in the credential " + display_text(token.pin.credential) +
                    ", and no service manager passes any (CREDENTIALS_DIRECTORY is not set)",
                "add LoadCredential=" + display_text(token.pin.credential) +
                    ":/path/of/the/file to the agent's unit, or use pin = { file = \"...\" }");
  }
  token.pin.kind = config::PinSource::Kind::File;
  token.pin.path = std::filesystem::path(folder) / token.pin.credential;
  return token;
}

Awaitable<void> supervise(std::shared_ptr<Token> token) { co_await token->worker().keep_running(); }

}  // namespace

Result<std::unique_ptr<Tokens>> Tokens::start(boost::asio::any_io_executor executor,
                                              const config::Configuration& configuration,
                                              const std::filesystem::path& runtime, const StateFolder& state,
                                              const std::filesystem::path& program, const Notice& notice) {
  const std::filesystem::path folder = runtime / "token";
  if (auto made = make_private_folder(folder); !made) return fail(std::move(made.error()));
  auto touches = std::make_unique<TouchWatch>(executor, configuration.notify, notice);
  std::unique_ptr<Tokens> tokens(new Tokens(std::move(touches)));
  const PinEntryCommand pin_entry = pin_entry_command(program.parent_path() / kPinEntry, configuration.pinentry);
  for (const auto& [name, configured] : configuration.tokens) {
    auto resolved = with_pin_file(configured);
    if (!resolved) return fail(std::move(resolved.error()));
    const config::Token token = std::move(*resolved);
    auto socket = SocketFile::listen(folder / (name + ".sock"), kBacklog, Deadline::after(kEndOfTheOldOnes));
    if (!socket) return fail(std::move(socket.error()).during("preparing token " + name));
    const config::Module* const module = token.module.empty() ? nullptr : &configuration.modules.at(token.module);
    tokens->tokens_[name] = std::make_shared<Token>(
        executor, token, worker_command(program, token, module), module == nullptr ? "" : module->path,
        state.refused_pin(name), std::move(*socket), tokens->missed_, *tokens->touches_, notice, pin_entry);
  }
  for (const auto& [name, token] : tokens->tokens_)
    boost::asio::co_spawn(executor, supervise(token), boost::asio::detached);
  return tokens;
}

Tokens::~Tokens() { stop(); }

Result<Token*> Tokens::find(const std::string& name) {
  const auto found = tokens_.find(name);
  if (found != tokens_.end()) return found->second.get();
  return fail(ErrorCode::KeyNotFound, "the configuration has no token " + display_text(name, 64),
              "`signet status` lists the tokens");
}

std::vector<Token*> Tokens::all() {
  std::vector<Token*> all;
  all.reserve(tokens_.size());
  for (const auto& [name, token] : tokens_) all.push_back(token.get());
  return all;
}

void Tokens::end_prompts() {
  for (const auto& [name, token] : tokens_) token->end_prompts();
}

void Tokens::stop() {
  for (const auto& [name, token] : tokens_) token->worker().stop();
}

}  // namespace signet::agent
