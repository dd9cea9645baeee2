// What an SSH signature is about, where the program that asks for it has it in a file.
#pragma once

#include <optional>
#include <string>

#include "protocol/peer.h"
#include "ssh/sshsig.h"

namespace signet::agent {

/// git has a commit or tag signed by `ssh-keygen -Y sign`, which sends a hash alone, from a file whose name is the last
/// word of its command line. The object's summary (sigstore::GitObject), safe to show, where that file can be read,
/// nobody else could have written it, and its hash is the one that is to be signed: then it is no claim. Nothing
/// otherwise, and where the namespace is not "git". Reads at most protocol::kMaxGitObject bytes.
[[nodiscard]] std::optional<std::string> summary_of_signed_file(const protocol::Peer& peer,
                                                                const ssh::SshsigRequest& request);

}  // namespace signet::agent
