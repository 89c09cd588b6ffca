# The libraries of the design, each behind one target. Headers are SYSTEM: their warnings are not ours.
if(TOMME_STATIC)
  set(OPENSSL_USE_STATIC_LIBS ON)
  set(ZLIB_USE_STATIC_LIBS ON)
endif()
find_package(OpenSSL 3.0 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(GTest REQUIRED)

# tomme_headers(<name> <header> [SUFFIXES folder...] [LINK library...]): tomme::<name> for who includes that header.
function(tomme_headers name header)
  cmake_parse_arguments(ARG "" "" "SUFFIXES;LINK" ${ARGN})
  string(TOUPPER ${name}_INCLUDE include)
  find_path(${include} ${header} PATH_SUFFIXES ${ARG_SUFFIXES} REQUIRED)
  add_library(tomme_${name} INTERFACE)
  add_library(tomme::${name} ALIAS tomme_${name})
  target_include_directories(tomme_${name} SYSTEM INTERFACE ${${include}})
  target_link_libraries(tomme_${name} INTERFACE ${ARG_LINK})
endfunction()

# tomme_linked(<name> <header>): lib<name> as well, inside the program where that is linked statically.
function(tomme_linked name header)
  string(TOUPPER ${name}_LIBRARY library)
  if(TOMME_STATIC)
    find_library(${library} NAMES lib${name}.a REQUIRED)
  else()
    find_library(${library} NAMES ${name} REQUIRED)
  endif()
  tomme_headers(${name} ${header} LINK ${${library}})
endfunction()

# Boost.JSON's event parser: one .cc includes it and compiles its sources (src.hpp) in.
add_library(tomme_boost_json INTERFACE)
add_library(tomme::boost_json ALIAS tomme_boost_json)
target_include_directories(tomme_boost_json SYSTEM INTERFACE ${Boost_INCLUDE_DIRS})

# Boost.Beast over Asio, header-only.
add_library(tomme_beast INTERFACE)
add_library(tomme::beast ALIAS tomme_beast)
target_include_directories(tomme_beast SYSTEM INTERFACE ${Boost_INCLUDE_DIRS})
target_compile_definitions(tomme_beast INTERFACE BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_COROUTINE)
target_link_libraries(tomme_beast INTERFACE Threads::Threads)

# Header-only, each included by one .cc.
tomme_headers(tomlplusplus toml++/toml.h)
tomme_headers(cli11 CLI/CLI.hpp)

tomme_linked(expat expat.h)
tomme_linked(yaml yaml.h)

# Headers only: these are loaded on first use, since a program that does without must not pay for them. Those of
# PKCS #11 are p11-kit's.
tomme_headers(curl_headers curl/curl.h LINK ${CMAKE_DL_LIBS})
tomme_headers(sqlite_headers sqlite3.h LINK ${CMAKE_DL_LIBS})
tomme_headers(libpq_headers libpq-fe.h SUFFIXES postgresql LINK ${CMAKE_DL_LIBS})
tomme_headers(pkcs11_headers p11-kit/pkcs11.h SUFFIXES p11-kit-1 LINK ${CMAKE_DL_LIBS})
