#include "agent/store/state_folder.h"

#include <utility>

#include "agent/store/lock_file.h"
#include "common/file.h"

namespace signet::agent {

Result<StateFolder> StateFolder::open(const std::filesystem::path& path) {
  if (auto made = make_private_folder(path); !made) return fail(std::move(made.error()).during("opening the state"));
  auto lock = take_lock(path / "lock", "the state folder " + path.string());
  if (!lock) return fail(std::move(lock.error()));
  StateFolder state(path, std::move(*lock));
  if (auto made = make_private_folder(state.audit()); !made) {
    return fail(std::move(made.error()).during("opening the state"));
  }
  return state;
}

}  // namespace signet::agent
