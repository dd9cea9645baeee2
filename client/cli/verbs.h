// The verbs of `signet`, one file each.
#pragma once

#include "client/cli/verb.h"

namespace signet::cli {

extern const Verb kSign;
extern const Verb kAttest;
extern const Verb kVerify;
extern const Verb kStatus;
extern const Verb kKeyList;
extern const Verb kKeyGenerate;
extern const Verb kKeyExport;
extern const Verb kTokenList;
extern const Verb kTokenPin;
extern const Verb kTokenRelease;
extern const Verb kTokenReacquire;
extern const Verb kLogin;
extern const Verb kLogout;
extern const Verb kLock;
extern const Verb kUnlock;
extern const Verb kGitSetup;
extern const Verb kGitVerify;
extern const Verb kGitAttest;
extern const Verb kGitVerifyObjects;
extern const Verb kGitShow;
extern const Verb kGitSync;
extern const Verb kAuditVerify;
extern const Verb kAuditList;
extern const Verb kAuditCheckpoint;
extern const Verb kAuditCertify;
extern const Verb kTrustInit;
extern const Verb kTrustUpdate;
extern const Verb kTrustList;
extern const Verb kTrustAdd;

}  // namespace signet::cli
