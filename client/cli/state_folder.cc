#include "client/cli/state_folder.h"

#include <utility>

#include "common/file.h"
#include "config/configuration.h"

namespace signet::cli {

Result<std::filesystem::path> state_folder(std::string_view name) {
  const auto state = config::default_state();
  if (!state) return fail(state.error());
  auto folder = *state / name;
  if (auto made = make_private_folder(folder); !made) return fail(std::move(made.error()));
  return folder;
}

}  // namespace signet::cli
