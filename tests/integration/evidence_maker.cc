#include "tests/integration/evidence_maker.h"

#include <gtest/gtest.h>

#include <chrono>

#include "client/lib/agent_client.h"
#include "sigstore/git/commit_statement.h"

namespace signet::test {
namespace {

std::string sign(const Household& house, const std::string& statement) {
  auto agent = client::AgentClient::connect(house.socket());
  EXPECT_TRUE(agent);
  std::string bundle;
  const auto take = [&bundle](const protocol::ItemResult& result) -> Result<void> {
    bundle = result.bundle.value_or("");
    return {};
  };
  const auto pass = [](const protocol::Progress&) {};
  protocol::SignRequest request{.identity = std::string(Household::kIdentity), .items = {}};
  request.items.push_back({.object = protocol::StatementContent{to_bytes(statement)}, .name = "a commit"});
  const auto done = agent->sign(std::move(request), pass, take, Deadline::after(std::chrono::minutes(1)));
  EXPECT_TRUE(done) << done.error().sentence();
  return bundle;
}

}  // namespace

void put_evidence_beside(const Household& house, const std::filesystem::path& repository, const std::string& revision) {
  const auto git = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "git");
    auto end = house.run(std::move(arguments), repository);
    EXPECT_EQ(end.status, 0) << end.errors;
    return std::move(end.output);
  };
  const std::string id = git({"rev-parse", revision}).substr(0, 40);
  const auto statement = sigstore::encode_commit_statement(id, bytes_of(git({"cat-file", "commit", id})));
  ASSERT_TRUE(statement) << statement.error().sentence();
  git({"notes", "--ref=signet", "append", "-m", sign(house, *statement), id});
}

}  // namespace signet::test
