// What the verifier says no to, and why.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string_view>

#include "sigstore/verify/refusal.h"

namespace signet::test {

template <typename T>
void expect_refused(const sigstore::Verdict<T>& verdict, sigstore::RefusalCode code, std::string_view reason = {}) {
  ASSERT_FALSE(verdict) << "taken, where it should be " << sigstore::refusal_name(code);
  EXPECT_EQ(sigstore::refusal_name(verdict.error().code), sigstore::refusal_name(code)) << verdict.error().what;
  EXPECT_THAT(verdict.error().what, ::testing::HasSubstr(reason));
}

template <typename T>
void expect_taken(const sigstore::Verdict<T>& verdict) {
  if (verdict) return;
  ADD_FAILURE() << "refused: " << sigstore::refusal_name(verdict.error().code) << ": " << verdict.error().what;
}

}  // namespace signet::test
