# Everything that the product needs from outside; all of it is in Debian 12.
find_package(PkgConfig REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(Threads REQUIRED)
set(Boost_NO_WARN_NEW_VERSIONS ON)
find_package(Boost 1.81 REQUIRED COMPONENTS json url program_options)
pkg_check_modules(p11kit REQUIRED IMPORTED_TARGET p11-kit-1)
pkg_check_modules(libp11 REQUIRED IMPORTED_TARGET libp11)
pkg_check_modules(pcsclite REQUIRED IMPORTED_TARGET libpcsclite)
pkg_check_modules(assuan REQUIRED IMPORTED_TARGET libassuan gpg-error)
pkg_check_modules(seccomp REQUIRED IMPORTED_TARGET libseccomp)
pkg_check_modules(curl REQUIRED IMPORTED_TARGET libcurl)
if(SIGNET_TESTS)
  find_package(GTest REQUIRED)
endif()

# The archive rather than the shared library: a client that starts in a millisecond cannot afford to load it.
find_library(SIGNET_BOOST_JSON_ARCHIVE libboost_json.a REQUIRED)

# The archive, too: it adds nothing to the start of a verifier that is given no regular expression.
find_library(SIGNET_RE2_ARCHIVE libre2.a REQUIRED)

# Boost.Asio and Boost.Beast are headers alone. One translation unit per program instantiates what Asio can instantiate apart
# (BOOST_ASIO_SEPARATE_COMPILATION), which is most of its compile time.
add_library(signet_asio STATIC ${PROJECT_SOURCE_DIR}/cmake/asio.cc)
add_library(signet::asio ALIAS signet_asio)
target_link_libraries(signet_asio PUBLIC Threads::Threads PRIVATE signet_flags)
target_include_directories(signet_asio SYSTEM PUBLIC ${Boost_INCLUDE_DIRS})
target_compile_definitions(signet_asio PUBLIC BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_COROUTINE)
