#include "tests/integration/git_house.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "common/file.h"

namespace signet::test {
namespace {

std::string without_line_end(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

}  // namespace

GitHouse::GitHouse(Household::Setup setup, std::string_view hash)
    : house_(std::move(setup)), repository_(house_.make_repository("repo", hash)) {}

ProcessEnd GitHouse::git(std::vector<std::string> arguments, std::map<std::string, std::string> more) const {
  arguments.insert(arguments.begin(), "git");
  return house_.run(std::move(arguments), repository_, std::move(more));
}

std::string GitHouse::must(std::vector<std::string> arguments) const {
  std::string line = "git";
  for (const std::string& argument : arguments) line += " " + argument.substr(0, 80);
  const auto end = git(std::move(arguments));
  EXPECT_EQ(end.status, 0) << line << "\n" << end.errors;
  return without_line_end(end.output);
}

std::string GitHouse::must_sh(std::string script) const {
  const auto end = house_.run({"sh", "-c", script}, repository_);
  EXPECT_EQ(end.status, 0) << script << "\n" << end.errors;
  return without_line_end(end.output);
}

void GitHouse::commit(std::string message) const {
  must({"commit", "-q", "--allow-empty", "-S", "-m", std::move(message)});
}

std::string GitHouse::log(std::string format, std::string revision) const {
  return must({"log", "-1", "--format=" + std::move(format), std::move(revision)});
}

std::string GitHouse::verdicts(std::string revisions) const {
  std::string letters = must({"log", "--format=%G?", std::move(revisions)});
  std::erase(letters, '\n');
  return letters;
}

std::string GitHouse::object(std::string revision) const {
  const std::string type = must({"cat-file", "-t", revision});
  const auto end = git({"cat-file", type, std::move(revision)});
  EXPECT_EQ(end.status, 0) << end.errors;
  return end.output;
}

std::string GitHouse::store(std::string_view object, std::string type) const {
  const auto file = house_.folder().write("object", object);
  return must({"hash-object", "-w", "--literally", "-t", std::move(type), file.string()});
}

void GitHouse::expect_signer(std::string_view san, std::string_view issuer, std::string_view instance) const {
  replace_verify("[verify]\nallowed = [ { san = \"" + std::string(san) + "\", issuer = \"" + std::string(issuer) +
                 "\", instance = \"" + std::string(instance) + "\" } ]\n");
}

void GitHouse::replace_verify(std::string_view section) const {
  auto text = read_file(house_.configuration(), 1U << 20U);
  ASSERT_TRUE(text);
  if (const auto at = text->find("[verify]"); at != std::string::npos) text->resize(at);
  house_.folder().write("config.toml", *text + std::string(section));
}

}  // namespace signet::test
