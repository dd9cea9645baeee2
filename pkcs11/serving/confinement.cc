#include "pkcs11/serving/confinement.h"

#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "common/file.h"

namespace signet::pkcs11 {
namespace {

struct FilterDeleter {
  void operator()(void* filter) const { seccomp_release(filter); }
};
using Filter = std::unique_ptr<std::remove_pointer_t<scmp_filter_ctx>, FilterDeleter>;

std::unexpected<Error> refuse(const std::string& step, int result) {
  return fail(ErrorCode::Bug, "the system-call filter: " + step + ": " + errno_text(-result));
}

// The kernel takes an int and passes over the upper half of the register; SCMP_A0_32 compares the whole of it, so that
// a set bit up there would slip through.
scmp_arg_cmp first_is(int value) {
  return {.arg = 0, .op = SCMP_CMP_MASKED_EQ, .datum_a = 0xffffffffU, .datum_b = static_cast<scmp_datum_t>(value)};
}

// libusb hears of devices over netlink; getaddrinfo(3) sorts addresses with its help.
std::vector<int> permitted_families(const Needs& needs) {
  std::vector<int> families = {AF_UNIX};
  if (needs.usb || !needs.tcp.empty()) families.push_back(AF_NETLINK);
  if (!needs.tcp.empty()) families.insert(families.end(), {AF_INET, AF_INET6});
  return families;
}

// A filter that refuses knows no "all but these": each other family is refused by its number, and what is beyond all
// numbers by one comparison more.
Result<void> refuse_families(scmp_filter_ctx filter, const Needs& needs) {
  const auto permitted = permitted_families(needs);
  for (int family = 0; family < AF_MAX; ++family) {
    if (std::ranges::find(permitted, family) != permitted.end()) continue;
    const int added = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket), 1, first_is(family));
    if (added != 0) return refuse("socket", added);
  }
  const int beyond = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket), 1,
                                      scmp_arg_cmp{.arg = 0, .op = SCMP_CMP_GE, .datum_a = AF_MAX, .datum_b = 0});
  return beyond == 0 ? Result<void>() : refuse("socket", beyond);
}

Result<void> refuse_calls(scmp_filter_ctx filter) {
  constexpr std::array kLooking = {SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev),
                                   SCMP_SYS(pidfd_getfd), SCMP_SYS(kcmp)};
  for (const int call : kLooking) {
    const int added = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), call, 0);
    if (added != 0) return refuse("system call " + std::to_string(call), added);
  }
  constexpr std::array kRing = {SCMP_SYS(io_uring_setup), SCMP_SYS(io_uring_enter), SCMP_SYS(io_uring_register)};
  for (const int call : kRing) {
    const int added = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), call, 0);
    if (added != 0) return refuse("system call " + std::to_string(call), added);
  }
  const int added = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(prctl), 1, first_is(PR_SET_DUMPABLE));
  return added == 0 ? Result<void>() : refuse("prctl", added);
}

// 32 threads have stacks of 8 MiB each; a module with hundreds of MiB of its own is unheard of.
constexpr rlim_t kMaxData = rlim_t{2} << 30U;

// Sanitizers reserve terabytes beside what a program uses.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
constexpr bool kSanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool kSanitized = false;
#endif

}  // namespace

Result<void> bound_memory() {
  const rlimit limit{.rlim_cur = kMaxData, .rlim_max = kMaxData};
  if (kSanitized || ::setrlimit(RLIMIT_DATA, &limit) == 0) return {};
  return fail(ErrorCode::Bug, "setrlimit(RLIMIT_DATA): " + errno_text(errno));
}

Result<void> confine_process(const Needs& needs) {
  const Filter filter(seccomp_init(SCMP_ACT_ALLOW));
  if (!filter) return fail(ErrorCode::Bug, "the system-call filter: out of memory");
  // The 32-bit and x32 calls have other numbers, which the rules below would not see. All threads, not only the one.
  const int strict = seccomp_attr_set(filter.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
  if (strict != 0) return refuse("the other architectures", strict);
  if (auto families = refuse_families(filter.get(), needs); !families) return families;
  if (auto calls = refuse_calls(filter.get()); !calls) return calls;
  const int loaded = seccomp_load(filter.get());
  return loaded == 0 ? Result<void>() : refuse("loading it", loaded);
}

}  // namespace signet::pkcs11
