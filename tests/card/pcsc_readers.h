// The readers that pcscd knows.
#pragma once

#include <winscard.h>

#include <string>
#include <vector>

namespace signet::test {

/// In the order of their names, which is that of the slots; empty where pcscd does not answer.
[[nodiscard]] std::vector<std::string> pcsc_readers(SCARDCONTEXT context);

}  // namespace signet::test
