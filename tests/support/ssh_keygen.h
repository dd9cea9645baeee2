// OpenSSH's own ssh-keygen, against which our SSH formats are held.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "common/bytes.h"
#include "tests/support/process.h"

namespace signet::test {

/// Runs `ssh-keygen ARGUMENTS…` to its end, in `folder` and without an agent.
[[nodiscard]] ProcessEnd ssh_keygen(const std::filesystem::path& folder, std::vector<std::string> arguments,
                                    std::string input = {});

/// Makes a key pair without a passphrase, with the comment "a key": the private half FOLDER/NAME, the public one
/// FOLDER/NAME.pub. Ends the test program where ssh-keygen cannot.
///
/// @param type  as "-t" takes it
/// @param bits  as "-b" takes it; empty: the type's own
void make_ssh_key(const std::filesystem::path& folder, const std::string& name, const std::string& type,
                  const std::string& bits = {});

/// Has the key pair FOLDER/CA certify FOLDER/NAME.pub: FOLDER/NAME-cert.pub. Ends the test program where ssh-keygen
/// does not.
///
/// @param words  of ssh-keygen, besides those: "-h" for a host
void certify_ssh_key(const std::filesystem::path& folder, const std::string& ca, const std::string& name,
                     const std::vector<std::string>& words);

/// The blob of the one key or certificate in a file as ssh-keygen writes it ("TYPE BASE64 COMMENT").
[[nodiscard]] Bytes ssh_blob_in(const std::filesystem::path& file);

}  // namespace signet::test
