#include "bench/gitsign.h"

#include <filesystem>

#include "bench/record.h"
#include "common/time.h"
#include "tests/support/gitsign.h"

namespace signet::bench {
namespace {

constexpr const char* kCache = "gitsign-credential-cache";

// Go's cache folder of a user.
std::filesystem::path socket_of(const test::Household& household) {
  return household.folder() / "home/.cache/sigstore/gitsign/cache.sock";
}

std::map<std::string, std::string> environment_with_cache(test::Household& household) {
  auto environment = test::gitsign_environment(household);
  environment["GITSIGN_CREDENTIAL_CACHE"] = socket_of(household).string();
  return environment;
}

test::ProcessOptions cache_options(const test::Household& household) {
  auto environment = household.environment();
  environment["XDG_CACHE_HOME"] = (household.folder() / "home/.cache").string();
  return {.arguments = {(test::gitsign_folder() / kCache).string()}, .environment = std::move(environment)};
}

}  // namespace

bool Gitsign::is_built() {
  return std::filesystem::exists(test::gitsign_folder() / "gitsign") &&
         std::filesystem::exists(test::gitsign_folder() / kCache);
}

Gitsign::Gitsign()
    : household_({.serving = {"--rekor", "1"}}),
      environment_(environment_with_cache(household_)),
      cache_(cache_options(household_)) {
  const Deadline soon = Deadline::after(std::chrono::seconds(20));
  while (!std::filesystem::exists(socket_of(household_))) {
    if (soon.passed() || !cache_.running()) give_up("gitsign's cache does not serve: " + cache_.errors());
    (void)cache_.wait(Deadline::after(std::chrono::milliseconds(20)));
  }
}

Signer Gitsign::signer() const {
  return {.name = "gitsign", .settings = {{"gpg.x509.program", "gitsign"}}, .environment = environment_};
}

}  // namespace signet::bench
