# The one interface target that carries language level, warnings and hardening; every target of ours links it.
add_library(signet_flags INTERFACE)
target_compile_features(signet_flags INTERFACE cxx_std_23)
target_include_directories(signet_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(signet_flags INTERFACE
  -Wall -Wextra -Wconversion -Werror -fno-strict-aliasing
  $<$<CONFIG:Release>:-fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3>
  # GCC 12 sees uses of uninitialised members inside std::optional and std::variant where there are none.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
target_compile_definitions(signet_flags INTERFACE SIGNET_VERSION="${PROJECT_VERSION}")
target_link_options(signet_flags INTERFACE -Wl,-z,relro,-z,now -Wl,--as-needed)

if(SIGNET_SANITIZE)
  target_compile_options(signet_flags INTERFACE -fsanitize=${SIGNET_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(signet_flags INTERFACE -fsanitize=${SIGNET_SANITIZE})
endif()
if(SIGNET_FUZZERS)
  target_compile_options(signet_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
