// Runs the program that its arguments name and prints its peak of resident memory in KiB. A process of its own, and a
// small one, because the peak that the kernel keeps (getrusage(2)) includes the moment between fork(2) and execve(2).
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const pid_t child = ::fork();
  if (child < 0) return 3;
  if (child == 0) {
    ::execvp(argv[1], argv + 1);
    ::_exit(127);
  }
  int status = 0;
  rusage used{};
  if (::wait4(child, &status, 0, &used) != child) return 3;
  (void)std::fprintf(stderr, "%ld\n", used.ru_maxrss);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 3;
}
