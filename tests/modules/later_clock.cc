// No module of PKCS#11: preloaded, every clock is forty days ahead, as libfaketime makes it. An absolute time given to
// a timer is the program's, so that the kernel is given one forty days before.
#include <dlfcn.h>
#include <sys/timerfd.h>
#include <time.h>  // NOLINT(modernize-deprecated-headers): POSIX

namespace {

constexpr time_t kAhead = time_t{40} * 24 * 60 * 60;

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

// glibc's declarations say noexcept.
__attribute__((visibility("default"))) int clock_gettime(clockid_t clock, struct timespec* now) noexcept {
  static auto* const real = next<int(clockid_t, struct timespec*)>("clock_gettime");
  const int status = real(clock, now);
  if (status == 0) now->tv_sec += kAhead;
  return status;
}

__attribute__((visibility("default"))) int timerfd_settime(int timer, int flags, const struct itimerspec* wanted,
                                                           struct itimerspec* before) noexcept {
  static auto* const real = next<int(int, int, const struct itimerspec*, struct itimerspec*)>("timerfd_settime");
  struct itimerspec given = *wanted;
  if ((flags & TFD_TIMER_ABSTIME) != 0) given.it_value.tv_sec -= kAhead;
  return real(timer, flags, &given, before);
}
}
