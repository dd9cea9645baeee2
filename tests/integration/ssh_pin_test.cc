// The PIN of a token whose signature ssh-keygen waits for: ssh's protocol has no words for it, so pinentry is asked.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "common/file.h"
#include "tests/integration/ssh_house.h"
#include "tests/integration/wire.h"

namespace signet::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// A pinentry that writes down what it hears and gives that answer to whoever asks for a PIN.
std::string pinentry(const TemporaryFolder& folder, std::string_view answer) {
  return folder
      .write("pinentry",
             "#!/bin/sh\necho 'OK hello'\nwhile read -r line; do\nprintf '%s\\n' \"$line\" >>'" +
                 (folder / "heard").string() + "'\ncase $line in\nGETPIN) printf '" + std::string(answer) +
                 "';;\nBYE) echo OK; exit;;\n*) echo OK;;\nesac\ndone\n",
             0700)
      .string();
}

class SshPin : public ::testing::Test {
 protected:
  void move_in(std::string_view answer) {
    ssh_.emplace(Household::Setup{.extra_configuration = "[agent]\npinentry = \"" + pinentry(folder_, answer) + "\"\n",
                                  .pin_source = "pin = { prompt = \"pinentry\" }"});
    file_ = ssh_->house().folder().write("notes.txt", "what is new\n");
  }
  [[nodiscard]] std::string heard() const { return read_file(folder_ / "heard", 1U << 16U).value_or(""); }

  TemporaryFolder folder_;
  std::optional<SshHouse> ssh_;
  std::filesystem::path file_;
};

TEST_F(SshPin, IsAskedForByPinentryThatSaysWhatItIsFor) {
  move_in("D 1234\\nOK\\n");
  EXPECT_EQ(ssh_->run({"ssh-add", "-L"}).status, 0);
  EXPECT_EQ(heard(), "") << "a list wants none";
  const auto made = ssh_->sign("file", file_);
  EXPECT_EQ(made.status, 0) << made.errors << ssh_->house().agent().errors();
  EXPECT_EQ(ssh_->verify("file", file_).status, 0);
  EXPECT_THAT(heard(), AllOf(HasSubstr("SETDESC PIN for token desk"),
                             HasSubstr("for an ssh signature of namespace \"file\", sha512:"),
                             HasSubstr("identity maintainer")));
}

TEST_F(SshPin, ThatNobodyEntersIsToldToTheAgentsLog) {
  move_in("ERR 83886179 Operation cancelled <Pinentry>\\n");
  EXPECT_NE(ssh_->sign("file", file_).status, 0);
  EXPECT_THAT(ssh_->house().agent().errors(),
              HasSubstr("ssh: PinRequired: the person at pinentry cancelled it; ask again to be asked again"));
  EXPECT_THAT(audit_lines(ssh_->house()).back(),
              AllOf(HasSubstr(R"("event":"outcome")"), HasSubstr(R"("error":"PinRequired")")));
}

}  // namespace
}  // namespace signet::test
