// A program that obeys lines on its standard input and answers each with one line, as the programs of this folder do.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/unique_fd.h"
#include "tests/support/process.h"

namespace signet::test {

class LineProgram {
 public:
  explicit LineProgram(const std::vector<std::string>& arguments,
                       const std::map<std::string, std::string>& environment = {});
  /// It ends with its input.
  ~LineProgram();
  LineProgram(const LineProgram&) = delete;
  LineProgram& operator=(const LineProgram&) = delete;

  /// Waits for one more line, and yields it. Ends the test program where none comes.
  std::string next_answer();
  /// Sends a line and waits for the answer to it.
  std::string command(const std::string& line);
  /// The same, where only "done" will do: ends the test program otherwise.
  void obey(const std::string& line);

 private:
  UniqueFd input_;
  std::optional<Process> program_;
  std::size_t answers_ = 0;  // lines that were handed out
};

}  // namespace signet::test
