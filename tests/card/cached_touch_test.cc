// A key with touch policy "cached": one touch serves a batch, and the audit log says for which items nobody touched it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/card/card_house.h"

namespace signet::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class CachedTouch : public ::testing::Test {
 protected:
  static CardSetup setup() {
    CardSetup setup;
    setup.keys = {{.slot = 0x9a, .pin_policy = 2, .touch_policy = 3}};
    return setup;
  }
  // Of the outcomes that signed something, what the note says.
  [[nodiscard]] std::vector<std::string> notes() {
    const auto listed =
        house_.house().run({"signet", "audit", "list", "--json", "--state-dir", house_.house().state().string()});
    std::vector<std::string> notes;
    for (std::size_t at = 0; at < listed.output.size();) {
      const auto end = std::min(listed.output.find('\n', at), listed.output.size());
      const std::string line = listed.output.substr(at, end - at);
      at = end + 1;
      const bool outcome = line.find(R"("event":"outcome")") != std::string::npos;
      if (outcome && line.find(R"("operation":"sign")") != std::string::npos) notes.push_back(line);
    }
    return notes;
  }

  CardHouse house_{setup()};
};

TEST_F(CachedTouch, ServesABatchAndTheAuditLogSaysForWhichItems) {
  house_.use_first_key(R"(["blob"])");
  house_.card().forget_apdus();
  house_.card().set_touch(std::chrono::milliseconds(1500));
  std::vector<std::string> line = {"signet", "sign", "--identity", "card"};
  for (const char* name : {"a", "b", "c"}) line.push_back(house_.house().folder().write(name, name).string());
  const auto made = house_.house().run(line);
  ASSERT_EQ(made.status, 0) << made.errors;
  EXPECT_EQ(house_.card().count_signatures(), 4) << "the certificate's, and three";
  EXPECT_THAT(notes(), ElementsAre(HasSubstr("was not touched: it took the touch of"),
                                   HasSubstr("was not touched: it took the touch of"),
                                   HasSubstr("was not touched: it took the touch of")));
  EXPECT_THAT(
      house_.house().run({"signet", "audit", "list", "--json", "--state-dir", house_.house().state().string()}).output,
      HasSubstr("token card was touched"))
      << "for the certificate";
}

}  // namespace
}  // namespace signet::test
