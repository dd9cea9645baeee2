#include "agent/tokens/tokens.h"

#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "common/display.h"
#include "common/file.h"

namespace signet::agent {
namespace {

constexpr int kBacklog = 64;

Awaitable<void> supervise(std::shared_ptr<Token> token) { co_await token->worker().keep_running(); }

}  // namespace

Result<std::unique_ptr<Tokens>> Tokens::start(boost::asio::any_io_executor executor,
                                              const config::Configuration& configuration,
                                              const std::filesystem::path& runtime, const StateFolder& state,
                                              const std::filesystem::path& program, const Notice& notice) {
  const std::filesystem::path folder = runtime / "token";
  if (auto made = make_private_folder(folder); !made) return fail(std::move(made.error()));
  std::unique_ptr<Tokens> tokens(new Tokens());
  for (const auto& [name, token] : configuration.tokens) {
    auto socket = SocketFile::listen(folder / (name + ".sock"), kBacklog);
    if (!socket) return fail(std::move(socket.error()).during("preparing token " + name));
    const config::Module* const module = token.module.empty() ? nullptr : &configuration.modules.at(token.module);
    tokens->tokens_[name] = std::make_shared<Token>(executor, token, worker_command(program, token, module),
                                                    module == nullptr ? "" : module->path, state.refused_pin(name),
                                                    std::move(*socket), tokens->missed_, notice);
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

void Tokens::stop() {
  for (const auto& [name, token] : tokens_) token->worker().stop();
}

}  // namespace signet::agent
