// All configured tokens by name.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "agent/store/state_folder.h"
#include "agent/tokens/token.h"
#include "common/awaitable.h"
#include "common/error.h"
#include "config/configuration.h"

namespace signet::agent {

/// Owns the workers; the destructor ends them. A token that is not there is kept: its worker waits for it.
class Tokens {
 public:
  /// Makes the workers' sockets in `runtime`/token and starts the workers.
  ///
  /// @param state    where it is kept, past the end of the agent, which PIN a token refused
  /// @param program  signet-token
  /// @error InvalidRequest  a socket or its folder cannot be made
  [[nodiscard]] static Result<std::unique_ptr<Tokens>> start(boost::asio::any_io_executor executor,
                                                             const config::Configuration& configuration,
                                                             const std::filesystem::path& runtime,
                                                             const StateFolder& state,
                                                             const std::filesystem::path& program,
                                                             const Notice& notice);
  ~Tokens();
  Tokens(const Tokens&) = delete;
  Tokens& operator=(const Tokens&) = delete;

  /// @error KeyNotFound  the configuration has no such token
  [[nodiscard]] Result<Token*> find(const std::string& name);
  [[nodiscard]] std::vector<Token*> all();

  /// Nobody is asked for a PIN any more.
  void end_prompts();
  /// Tells all workers to end.
  void stop();

 private:
  explicit Tokens(std::unique_ptr<TouchWatch> touches) : touches_(std::move(touches)) {}
  MissedTouches missed_;
  std::unique_ptr<TouchWatch> touches_;
  std::map<std::string, std::shared_ptr<Token>> tokens_;
};

}  // namespace signet::agent
