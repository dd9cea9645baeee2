// No module of PKCS#11: preloaded, every clock is ahead, as libfaketime makes it: by as many days as
// SIGNET_TEST_DAYS_AHEAD says, else forty. An absolute time given to a timer is the program's, so that the kernel is
// given one as much before.
#include <dlfcn.h>
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): POSIX
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>  // NOLINT(modernize-deprecated-headers): POSIX

namespace {

time_t ahead() {
  const char* days = ::getenv("SIGNET_TEST_DAYS_AHEAD");
  return (days != nullptr ? ::strtol(days, nullptr, 10) : 40) * 24 * 60 * 60;
}

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
  if (status == 0) now->tv_sec += ahead();
  return status;
}

__attribute__((visibility("default"))) int gettimeofday(struct timeval* __restrict now,
                                                        void* __restrict zone) noexcept {
  static auto* const real = next<int(struct timeval*, void*)>("gettimeofday");
  const int status = real(now, zone);
  if (status == 0) now->tv_sec += ahead();
  return status;
}

__attribute__((visibility("default"))) time_t time(time_t* now) noexcept {
  static auto* const real = next<time_t(time_t*)>("time");
  const time_t later = real(nullptr) + ahead();
  if (now != nullptr) *now = later;
  return later;
}

__attribute__((visibility("default"))) int timerfd_settime(int timer, int flags, const struct itimerspec* wanted,
                                                           struct itimerspec* before) noexcept {
  static auto* const real = next<int(int, int, const struct itimerspec*, struct itimerspec*)>("timerfd_settime");
  struct itimerspec given = *wanted;
  if ((flags & TFD_TIMER_ABSTIME) != 0) given.it_value.tv_sec -= ahead();
  return real(timer, flags, &given, before);
}
}
