// The network under a TUF client: one file after the other, each within its size and its time.
#pragma once

#include <chrono>

#include "sigstore/tuf/updater.h"

namespace signet::sigstore {

/// No server that serves anything needs longer for one of its files: who is slower keeps a client busy on purpose.
inline constexpr std::chrono::seconds kTufFileTime{30};
/// A whole update is a dozen small files.
inline constexpr std::chrono::seconds kTufUpdateTime{90};

/// Files by HTTP, over connections that are kept: https to anywhere, http to this machine's own addresses, no redirects
/// (HttpTransport). It waits; for a program that does nothing else meanwhile, in one thread.
///
/// @param per_file  how long one file may take from the first byte that is sent to the last that comes
/// @param in_all    how long all of them may take together, from the first request on: an update has a bound, whatever
///                  number of files a repository can make it ask for
/// What it returns has these errors:
/// @error InvalidRequest         the URL is not allowed
/// @error NotVerified            a file is longer than it may be
/// @error RepositoryUnavailable  no connection, no whole reply in time, or a status other than 200, 403 and 404
[[nodiscard]] tuf::Fetch fetch_over_http(std::chrono::milliseconds per_file, std::chrono::milliseconds in_all);

}  // namespace signet::sigstore
