// A git signature as a bundle, so that one verifier serves both. Private to verify/.
#pragma once

#include "sigstore/bundle/bundle.h"
#include "sigstore/git/cms.h"

namespace signet::sigstore {

/// What is signed is the DER of the CMS attributes. The log entry comes without the body that the log committed to, so
/// the body is made anew from the signature itself, in the form of the entry's version; only the right one is in the
/// tree.
[[nodiscard]] Bundle bundle_from(const GitCms& cms);

}  // namespace signet::sigstore
