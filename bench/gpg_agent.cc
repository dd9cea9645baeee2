#include "bench/gpg_agent.h"

#include "bench/record.h"
#include "common/time.h"
#include "tests/support/process.h"

namespace signet::bench {
namespace {

constexpr const char* kOwner = "bench@example.test";

Deadline soon() { return Deadline::after(std::chrono::seconds(60)); }

}  // namespace

GpgAgent::GpgAgent() {
  const auto made = test::run({.arguments = {"gpg", "--batch", "--pinentry-mode", "loopback", "--passphrase", "",
                                             "--quick-generate-key", kOwner, "nistp256", "sign", "never"},
                               .environment = environment()},
                              soon());
  if (made.status != 0) give_up("gpg makes no key: " + made.errors);
}

GpgAgent::~GpgAgent() {
  (void)test::run({.arguments = {"gpgconf", "--kill", "all"}, .environment = environment()}, soon());
}

std::map<std::string, std::string> GpgAgent::environment() const { return {{"GNUPGHOME", folder_.path().string()}}; }

std::string GpgAgent::signing_key() const { return kOwner; }

}  // namespace signet::bench
