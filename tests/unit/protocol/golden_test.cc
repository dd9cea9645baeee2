// Every message of both interfaces against its golden file: what is written today is what was written before, and what
// was written before is still read.
#include "tests/unit/protocol/golden.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "json/reader.h"
#include "protocol/interfaces.h"
#include "protocol/varlink.h"
#include "tests/unit/protocol/samples.h"

namespace signet::protocol {
namespace {

void compare_with_golden(const std::vector<Sample>& samples, std::string_view interface) {
  for (const Sample& sample : samples) {
    const std::string made = text_of_sample(sample, interface);
    EXPECT_EQ(made, test::golden(interface, sample.name, made)) << sample.name;
  }
}

void read_golden_again(const std::vector<Sample>& samples, std::string_view interface) {
  for (const Sample& sample : samples) {
    auto message = json::parse(test::golden(interface, sample.name, text_of_sample(sample, interface)));
    ASSERT_TRUE(message) << sample.name << ": " << message.error().what;
    json::Value* found = message->as_object()->find("parameters");
    json::Value parameters = found == nullptr ? json::Value(json::Object{}) : *found;
    const json::Value before = parameters;
    const auto after = sample.again(parameters);
    ASSERT_TRUE(after) << sample.name << ": " << after.error().what;
    EXPECT_EQ(*after, before) << sample.name;
  }
}

TEST(Golden, MessagesOfTheAgentAreWrittenAsBefore) { compare_with_golden(agent_samples(), kAgentName); }
TEST(Golden, MessagesOfTheTokenAreWrittenAsBefore) { compare_with_golden(token_samples(), kTokenName); }
TEST(Golden, MessagesOfTheAgentAreReadAsBefore) { read_golden_again(agent_samples(), kAgentName); }
TEST(Golden, MessagesOfTheTokenAreReadAsBefore) { read_golden_again(token_samples(), kTokenName); }

TEST(Golden, ErrorsAreWrittenAsBeforeAndReadAgain) {
  const Error error{.code = ErrorCode::KeyNotFound, .what = "no key 01", .remedy = "look", .context = {"signing"}};
  for (const std::string_view interface : {kAgentName, kTokenName}) {
    std::string made = encode_reply(reply_from_error(interface, error));
    made.pop_back();
    const std::string before = test::golden(interface, "error", made);
    EXPECT_EQ(made, before);
    const auto reply = parse_reply(before);
    ASSERT_TRUE(reply) << reply.error().what;
    EXPECT_EQ(error_from_reply(*reply), error);
  }
}

TEST(Golden, EveryFileBelongsToAMessage) {
  for (const auto& [interface, samples] :
       {std::pair(kAgentName, agent_samples()), std::pair(kTokenName, token_samples())}) {
    std::set<std::string> expected = {"error-v1.json"};
    for (const Sample& sample : samples) expected.insert(sample.name + "-v1.json");
    std::set<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(SIGNET_SOURCE_DIR) / "tests" /
                                                                 "golden" / interface)) {
      found.insert(entry.path().filename());
    }
    EXPECT_EQ(found, expected);
  }
}

void collect_names(const json::Value& value, std::set<std::string>& names) {
  if (const json::Array* array = value.as_array()) {
    for (const json::Value& one : *array) collect_names(one, names);
  }
  if (const json::Object* object = value.as_object()) {
    for (const json::Object::Member& member : object->members()) {
      names.insert(member.first);
      collect_names(member.second, names);
    }
  }
}

std::set<std::string> names_in(const json::Value& parameters) {
  std::set<std::string> names;
  for (const json::Object::Member& member : parameters.as_object()->members()) names.insert(member.first);
  return names;
}

// What the interface file declares is what the messages hold, method by method, no more and no less.
void compare_with_interface(const std::vector<Sample>& samples, std::string_view text) {
  const auto declared = parse_interface(text);
  ASSERT_TRUE(declared) << declared.error().what;
  std::set<std::string> all_names = {"what", "remedy", "context"};
  for (const Sample& sample : samples) collect_names(sample.parameters, all_names);
  EXPECT_EQ(all_names, declared->fields);
  for (const DeclaredMethod& method : declared->methods) {
    std::set<std::string> in;
    std::set<std::string> out;
    bool has_call = false;
    bool has_reply = false;
    for (const Sample& sample : samples) {
      if (sample.method != method.name) continue;
      (sample.is_call ? in : out).merge(names_in(sample.parameters));
      (sample.is_call ? has_call : has_reply) = true;
    }
    EXPECT_TRUE(has_call && has_reply) << method.name;
    EXPECT_EQ(in, std::set<std::string>(method.in.begin(), method.in.end())) << method.name;
    EXPECT_EQ(out, std::set<std::string>(method.out.begin(), method.out.end())) << method.name;
  }
}

TEST(Messages, HoldWhatTheAgentsInterfaceDeclares) { compare_with_interface(agent_samples(), kAgentInterface); }
TEST(Messages, HoldWhatTheTokensInterfaceDeclares) { compare_with_interface(token_samples(), kTokenInterface); }

}  // namespace
}  // namespace signet::protocol
