// Fails as a file says, for as long as it says so: one module for all faults that a real one may have.
//
// SIGNET_FAULT names a file of one line, "FUNCTION FAULT"; without the file the module is sound. FUNCTION is one of
// those that signet calls, by its name in PKCS#11. FAULT is
//
//   hang · spin                  it never returns, asleep or at work
//   segv · abort · exit · _exit  it ends the process
//   0xNUMBER                     it yields that value and does nothing
//   untouched                    it yields CKR_OK and does nothing
//   fork · noise · handlers · descriptors · folder · memory
//                                it does that to its process, and then what it should
//   short · empty · huge         C_Sign: a signature of another length
//   endless · count              C_FindObjects: objects without end; more than there is room for
//   huge                         C_GetAttributeValue: an attribute of 4 GiB
//   control                      C_GetTokenInfo, C_GetAttributeValue: texts full of control characters
//   flicker · huge               C_GetSlotList: no slot, every other time; 4 G slots
//
// SIGNET_CALL_LOG names a file to which each call of C_Login and C_Sign appends its name and a line end;
// so does each time that a token flickers away.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <tuple>

#include "tests/modules/one_fault.h"

namespace signet::test {
namespace {

// No iostreams: this runs with closed descriptors, too.
std::string read_line(const char* path) {
  std::array<char, 128> text{};
  const int file = ::open(path, O_RDONLY | O_CLOEXEC);
  const ssize_t size = file < 0 ? 0 : ::read(file, text.data(), text.size());
  if (file >= 0) ::close(file);
  std::string line(text.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  return line.substr(0, line.find('\n'));
}

// The fault of that function at this moment; empty: none.
std::string fault_of(std::string_view function) {
  const char* path = std::getenv("SIGNET_FAULT");
  const std::string line = path == nullptr ? std::string() : read_line(path);
  const auto blank = line.find(' ');
  return blank == std::string::npos || line.substr(0, blank) != function ? std::string() : line.substr(blank + 1);
}

void note(std::string_view function) {
  const char* path = std::getenv("SIGNET_CALL_LOG");
  if (path == nullptr) return;
  const int file = ::open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const std::string line = std::string(function) + "\n";
  if (file < 0) return;
  if (::write(file, line.data(), line.size()) < 0) std::abort();
  ::close(file);
}

[[noreturn]] void never_return(bool asleep) {
  for (std::atomic<unsigned> turns = 0;; ++turns) {
    if (asleep) ::pause();
  }
}

void end_process(const std::string& fault) {
  if (fault == "segv") {
    std::signal(SIGSEGV, SIG_DFL);  // a sanitizer would write a report
    std::raise(SIGSEGV);
  }
  if (fault == "abort") std::abort();
  if (fault == "exit") std::exit(0);
  if (fault == "_exit") ::_exit(0);
}

void eat_memory() {
  constexpr std::size_t kPiece = std::size_t{64} << 20U;
  for (std::size_t eaten = 0; eaten < (std::size_t{16} << 30U); eaten += kPiece) {
    if (std::malloc(kPiece) == nullptr) return;  // never given back, and never touched: tests share a machine
  }
}

// Leaves a process behind that holds all descriptors of this one.
void fork_away() {
  if (::fork() == 0) never_return(true);
}

void make_noise() {
  const std::string_view noise = "\033[2J{\"method\":\"org.signet.Token.Keys\"}\n";
  for (const int fd : {1, 2}) {
    if (::write(fd, noise.data(), noise.size()) < 0) return;
  }
}

void take_signals() {
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGPIPE, SIGCHLD, SIGUSR1}) std::signal(signal, [](int) {});
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

void change_folder() {
  if (::chdir("/") != 0) std::abort();
  ::umask(0);
}

// What is done to the process; false where the fault is another one.
bool harm_process(const std::string& fault) {
  end_process(fault);
  if (fault == "hang" || fault == "spin") never_return(fault == "hang");
  if (fault == "fork") {
    fork_away();
  } else if (fault == "noise") {
    make_noise();
  } else if (fault == "handlers") {
    take_signals();
  } else if (fault == "descriptors") {
    for (int fd = 0; fd < 256; ++fd) ::close(fd);
  } else if (fault == "folder") {
    change_folder();
  } else if (fault == "memory") {
    eat_memory();
  } else {
    return false;
  }
  return true;
}

template <std::size_t Size>
struct Name {
  constexpr Name(const char (&text)[Size]) { std::copy_n(text, Size, value); }  // NOLINT(google-explicit-constructor)
  char value[Size];
};

// A function of the real module behind the faults that any function may have; `lie` knows those of its own.
template <typename Function, Name kName, auto kMember>
struct Wrapped;
template <typename... Arguments, Name kName, auto kMember>
struct Wrapped<CK_RV (*)(Arguments...), kName, kMember> {
  template <typename Lie>
  static CK_RV call(Lie lie, Arguments... arguments) {
    const std::string fault = fault_of(kName.value);
    if (fault == "untouched") return CKR_OK;
    if (fault.starts_with("0x")) return std::stoul(fault, nullptr, 0);
    if (!fault.empty() && !harm_process(fault)) return lie(fault, arguments...);
    return (real().*kMember)(arguments...);
  }
  static CK_RV plain(Arguments... arguments) {
    return call([](const std::string&, Arguments... same) { return (real().*kMember)(same...); }, arguments...);
  }
};
#define WRAPPED(function) Wrapped<decltype(CK_FUNCTION_LIST::function), #function, &CK_FUNCTION_LIST::function>

CK_RV login(CK_SESSION_HANDLE session, CK_USER_TYPE user, CK_UTF8CHAR* pin, CK_ULONG size) {
  note("C_Login");
  return WRAPPED(C_Login)::plain(session, user, pin, size);
}

CK_RV sign(CK_SESSION_HANDLE session, CK_BYTE* data, CK_ULONG size, CK_BYTE* signature, CK_ULONG* signature_size) {
  note("C_Sign");
  const auto lie = [](const std::string& fault, auto... arguments) {
    const CK_RV result = real().C_Sign(arguments...);
    CK_ULONG* length = std::get<4>(std::tuple(arguments...));
    if (fault == "short") *length = *length - 1;
    if (fault == "empty") *length = 0;
    if (fault == "huge") *length = CK_ULONG{4} << 30U;
    return result;
  };
  return WRAPPED(C_Sign)::call(lie, session, data, size, signature, signature_size);
}

CK_RV find_objects(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE* objects, CK_ULONG room, CK_ULONG* count) {
  const auto lie = [](const std::string& fault, CK_SESSION_HANDLE, CK_OBJECT_HANDLE* found, CK_ULONG space,
                      CK_ULONG* number) {
    std::fill_n(found, space, CK_OBJECT_HANDLE{1});
    *number = fault == "count" ? CK_ULONG{4} << 30U : space;
    return CK_RV{CKR_OK};
  };
  return WRAPPED(C_FindObjects)::call(lie, session, objects, room, count);
}

CK_RV get_attribute(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE* attributes, CK_ULONG count) {
  const auto lie = [](const std::string& fault, CK_SESSION_HANDLE in, CK_OBJECT_HANDLE of, CK_ATTRIBUTE* wanted,
                      CK_ULONG number) {
    const CK_RV result = real().C_GetAttributeValue(in, of, wanted, number);
    if (fault == "huge") wanted->ulValueLen = CK_ULONG{4} << 30U;
    if (fault == "control" && wanted->type == CKA_LABEL && wanted->pValue != nullptr) {
      std::memset(wanted->pValue, '\033', wanted->ulValueLen);
    }
    return result;
  };
  return WRAPPED(C_GetAttributeValue)::call(lie, session, object, attributes, count);
}

CK_RV get_token_info(CK_SLOT_ID slot, CK_TOKEN_INFO* info) {
  const auto lie = [](const std::string& fault, CK_SLOT_ID of, CK_TOKEN_INFO* facts) {
    const CK_RV result = real().C_GetTokenInfo(of, facts);
    if (fault == "control") std::memset(facts->model, '\033', sizeof(facts->model));
    return result;
  };
  return WRAPPED(C_GetTokenInfo)::call(lie, slot, info);
}

CK_RV get_slot_list(CK_BBOOL present, CK_SLOT_ID* slots, CK_ULONG* count) {
  const auto lie = [](const std::string& fault, CK_BBOOL with_token, CK_SLOT_ID* list, CK_ULONG* number) {
    static std::atomic<unsigned> times = 0;
    const CK_RV result = real().C_GetSlotList(with_token, list, number);
    if (fault == "flicker" && times++ % 2 == 0) {
      note("flicker");
      *number = 0;
    }
    if (fault == "huge" && list == nullptr) *number = CK_ULONG{4} << 30U;
    return result;
  };
  return WRAPPED(C_GetSlotList)::call(lie, present, slots, count);
}

}  // namespace

void install_fault(CK_FUNCTION_LIST& functions) {
  functions.C_Initialize = WRAPPED(C_Initialize)::plain;
  functions.C_Finalize = WRAPPED(C_Finalize)::plain;
  functions.C_CloseSession = WRAPPED(C_CloseSession)::plain;
  functions.C_DestroyObject = WRAPPED(C_DestroyObject)::plain;
  functions.C_OpenSession = WRAPPED(C_OpenSession)::plain;
  functions.C_FindObjectsInit = WRAPPED(C_FindObjectsInit)::plain;
  functions.C_SignInit = WRAPPED(C_SignInit)::plain;
  functions.C_Login = login;
  functions.C_Sign = sign;
  functions.C_FindObjects = find_objects;
  functions.C_GetAttributeValue = get_attribute;
  functions.C_GetTokenInfo = get_token_info;
  functions.C_GetSlotList = get_slot_list;
}

}  // namespace signet::test
