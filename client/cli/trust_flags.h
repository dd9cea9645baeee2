// The flags of the verbs that verify: whom they expect, under which trusted root, and how much must vouch.
#pragma once

#include "client/cli/verb.h"

namespace signet::cli {

inline constexpr Flag kExpectedIdentity{.name = "identity",
                                        .value = "SAN",
                                        .text = "the expected signer's e-mail address, URI or user name",
                                        .alias = "certificate-identity",
                                        .repeats = true};
inline constexpr Flag kExpectedIdentityRegexp{
    .name = "identity-regexp",
    .value = "RE2",
    .text = "the same as a regular expression, which the whole SAN must match",
    .alias = "certificate-identity-regexp",
    .repeats = true};
inline constexpr Flag kExpectedIssuer{
    .name = "issuer", .value = "URL", .text = "the expected OIDC issuer", .alias = "certificate-oidc-issuer"};
inline constexpr Flag kExpectedIssuerRegexp{.name = "issuer-regexp",
                                            .value = "RE2",
                                            .text = "the same as a regular expression, which the whole URL must match",
                                            .alias = "certificate-oidc-issuer-regexp"};
inline constexpr Flag kExpectedSanKind{
    .name = "san-kind", .value = "KIND", .text = "what the SAN must be: email, uri or user"};
inline constexpr Flag kExpectedClaim{.name = "claim",
                                     .value = "NAME=VALUE",
                                     .text = "what the CA must say about the build (names: signet verify --help)",
                                     .repeats = true};
inline constexpr Flag kTrustedRootFlag{
    .name = "trusted-root",
    .value = "FILE",
    .text = "trusted_root.json; without it $SIGNET_TRUSTED_ROOT, or the instance's own"};
inline constexpr Flag kInstanceFlag{
    .name = "instance",
    .value = "NAME",
    .text = "only this instance of the configuration; public-good and staging need none"};
inline constexpr Flag kLogsFlag{
    .name = "logs", .value = "N", .text = "in how many logs it must be (1; 0 where the instance has none)"};
inline constexpr Flag kTimestampsFlag{
    .name = "timestamps", .value = "N", .text = "how many must say when it was made: authorities or logs (1)"};
inline constexpr Flag kSctsFlag{
    .name = "scts", .value = "N", .text = "in how many CT logs the certificate must be (1; 0 where there is none)"};
inline constexpr Flag kVerboseFlag{
    .name = "verbose", .value = "", .text = "show each check and what it found", .letter = 'v'};

}  // namespace signet::cli
