# signet_library(NAME SOURCES … [DEPENDS …] [PRIVATE_DEPENDS …]): target signet_NAME with alias signet::NAME.
# signet_program(NAME SOURCES … DEPENDS …): an executable in build/<preset>/bin.
# signet_test(NAME [OPTIMISED] SOURCES … DEPENDS …): a GoogleTest program test_NAME whose cases are ctest cases.
# signet_fuzzer(NAME SOURCES … DEPENDS …): a libFuzzer program fuzz_NAME; target `fuzzers` is all of them.
function(signet_library NAME)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;PRIVATE_DEPENDS" ${ARGN})
  add_library(signet_${NAME} STATIC ${ARG_SOURCES})
  add_library(signet::${NAME} ALIAS signet_${NAME})
  target_link_libraries(signet_${NAME} PUBLIC signet_flags ${ARG_DEPENDS} PRIVATE ${ARG_PRIVATE_DEPENDS})
endfunction()

function(signet_program NAME)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${NAME} ${ARG_SOURCES})
  target_link_libraries(${NAME} PRIVATE signet_flags ${ARG_DEPENDS})
endfunction()

function(signet_test NAME)
  cmake_parse_arguments(ARG "OPTIMISED" "TIMEOUT" "SOURCES;DEPENDS;LABELS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_executable(test_${NAME} ${ARG_SOURCES})
  target_link_libraries(test_${NAME} PRIVATE signet_flags ${ARG_DEPENDS} GTest::gmock_main)
  # Half the time to compile; what is tested stays optimised, but for inline functions that a test instantiates, too.
  if(NOT ARG_OPTIMISED)
    target_compile_options(test_${NAME} PRIVATE $<$<CONFIG:Sanitize>:-O0>)
  endif()
  target_compile_definitions(test_${NAME} PRIVATE
    SIGNET_SOURCE_DIR="${PROJECT_SOURCE_DIR}" SIGNET_BIN_DIR="${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
  include(GoogleTest)
  gtest_discover_tests(test_${NAME} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60 NO_PRETTY_VALUES
    PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}")
endfunction()

function(signet_fuzzer NAME)
  if(NOT SIGNET_FUZZERS)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  if(NOT TARGET fuzzers)
    add_custom_target(fuzzers)
  endif()
  add_executable(fuzz_${NAME} ${ARG_SOURCES})
  add_dependencies(fuzzers fuzz_${NAME})
  target_link_libraries(fuzz_${NAME} PRIVATE signet_flags ${ARG_DEPENDS})
  target_link_options(fuzz_${NAME} PRIVATE -fsanitize=fuzzer)
endfunction()
