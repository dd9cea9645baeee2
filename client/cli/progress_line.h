// What happens meanwhile, as one line of a terminal that is written again and again. Where stderr is no terminal
// nothing of it is written: a log of a batch would have thousands of lines that say nothing.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "client/lib/agent_client.h"
#include "sigstore/encoding/hash.h"

namespace signet::cli {

/// Not thread-safe. Whoever writes anything else to the terminal calls clear() first.
class ProgressLine {
 public:
  ProgressLine();
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  /// Shows `text`, made safe and cut to the terminal's width, instead of what stood there.
  void show(std::string_view text);
  void clear();
  /// A line that stays, terminal or not: what a person must read.
  void say(std::string_view text);

 private:
  bool terminal_;
  bool shown_ = false;
};

/// The agent's news about a batch: what it asks a person for stays, the rest is the one line.
///
/// @param line   must outlive what is returned
/// @param names  of the items, in their order
[[nodiscard]] client::OnProgress show_news(ProgressLine& line, std::vector<std::string> names);

/// How far the hashing of a file has come, from its second second on.
///
/// @param line  must outlive what is returned
[[nodiscard]] sigstore::OnHashed show_hashing(ProgressLine& line, std::string name);

}  // namespace signet::cli
