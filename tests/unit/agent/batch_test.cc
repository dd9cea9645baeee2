#include "agent/front/batch.h"

#include "tests/support/expect_refusal.h"
#include "tests/unit/agent/agent_parts.h"
#include "tests/unit/agent/owner.h"

namespace signet::agent {
namespace {

using namespace std::chrono_literals;
using protocol::Content;
using protocol::Output;
using protocol::SignReply;
using test::expect_refusal;
using ::testing::ElementsAre;

Content digest() { return {.object = protocol::DigestContent{*parse_digest(kDigest)}}; }
Content no_object() { return {.object = protocol::GitContent{to_bytes(std::string_view("nonsense"))}}; }

TEST(Batch, IsReadItemByItem) {
  protocol::SignRequest request;
  request.identity = "work";
  request.items = {digest(), digest()};
  request.continue_on_error = true;
  const auto batch = read_batch(std::move(request), true);
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->items.size(), 2U);
  EXPECT_EQ(batch->identity, "work");
  EXPECT_TRUE(batch->continue_on_error);
  EXPECT_EQ(batch->wish().items.size(), 2U);
}

TEST(Batch, NeedsMoreRepliesThanOneForMoreItemsThanOne) {
  protocol::SignRequest request;
  request.items = {digest(), digest()};
  const auto batch = read_batch(std::move(request), false);
  expect_refusal(batch, ErrorCode::InvalidRequest, "several items need several replies");
  EXPECT_EQ(batch.error().remedy, "send the call with \"more\": true");
}

TEST(Batch, NamesTheItemThatCannotBeRead) {
  protocol::SignRequest request;
  request.output = Output::Cms;
  request.items = {no_object()};
  EXPECT_THAT(read_batch(request, false).error().sentence(), testing::HasSubstr("reading items[0]"));
  request.items = {digest(), no_object()};
  EXPECT_THAT(read_batch(request, true).error().sentence(), testing::HasSubstr("reading items[1]"));
}

class BatchTest : public AgentParts {
 protected:
  struct Answer {
    std::vector<SignReply> replies;  ///< with a result
    std::size_t progress = 0;
    Result<json::Value> last = fail(ErrorCode::Bug, "none");
  };

  // The second of three fails: it needs a digest of another kind.
  static std::vector<Item> three() {
    std::vector<Item> items = {digest_item(), digest_item(), digest_item()};
    items[1].object = Digest::make(HashAlgorithm::Sha384, Bytes(48)).value();
    return items;
  }
  Answer sign(std::vector<Item> items, bool streams, bool continue_on_error, bool client_stays = true) {
    Answer answer;
    const SigningOrder order{
        .approval = approval(items, Output::Raw), .output = Output::Raw, .deadline = Deadline::after(60s)};
    Batch batch{.identity = {}, .items = std::move(items), .output = Output::Raw};
    batch.streams = streams;
    batch.continue_on_error = continue_on_error;
    protocol::SendMore more = [&](json::Value parameters) -> Awaitable<Result<void>> {
      note(answer, parameters);
      if (!client_stays) co_return fail(ErrorCode::Cancelled, "gone");
      co_return Result<void>();
    };
    answer.last = await(sign_batch(*flow_, order, std::move(batch), more));
    if (answer.last) note(answer, *answer.last);
    return answer;
  }
  static void note(Answer& answer, const json::Value& parameters) {
    auto reply = protocol::parse_sign_reply(parameters);
    ASSERT_TRUE(reply);
    answer.progress += reply->progress ? 1 : 0;
    if (reply->result) answer.replies.push_back(std::move(*reply));
  }
  // "0 done", "1 KeyUnsuitable" and so on.
  static std::vector<std::string> results(const Answer& answer) {
    std::vector<std::string> all;
    for (const SignReply& reply : answer.replies) {
      all.push_back(std::to_string(reply.result->index) + " " +
                    (reply.result->failure ? std::string(error_name(reply.result->failure->code)) : "done"));
    }
    return all;
  }
};

TEST_F(BatchTest, StopsAtTheFirstFailure) {
  EXPECT_THAT(results(sign(three(), true, false)), ElementsAre("0 done", "1 KeyUnsuitable"));
}

TEST_F(BatchTest, GoesOnAfterAFailureWhereItIsAskedTo) {
  const Answer answer = sign(three(), true, true);
  EXPECT_THAT(results(answer), ElementsAre("0 done", "1 KeyUnsuitable", "2 done"));
  EXPECT_FALSE(answer.replies.at(1).result->raw) << "a failure carries nothing of a signature";
  EXPECT_EQ(answer.progress, 2U);
}

TEST_F(BatchTest, EndsInAnErrorWhereThereIsOneReplyOnly) {
  std::vector<Item> one = three();
  one = {one[1]};
  const Answer answer = sign(std::move(one), false, false);
  expect_refusal(answer.last, ErrorCode::KeyUnsuitable, "sha256 digests, not sha384");
  EXPECT_EQ(answer.progress, 0U);
}

TEST_F(BatchTest, StopsWhenTheClientHasGone) {
  const Answer answer = sign({digest_item(), digest_item()}, true, true, false);
  expect_refusal(answer.last, ErrorCode::Cancelled, "gone");
  EXPECT_EQ(flow_->handed_out(), 1);
}

}  // namespace
}  // namespace signet::agent
