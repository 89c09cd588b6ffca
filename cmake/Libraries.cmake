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

# Boost.JSON's event parser: one .cc includes it and compiles its sources (src.hpp) in.
add_library(tomme_boost_json INTERFACE)
add_library(tomme::boost_json ALIAS tomme_boost_json)
target_include_directories(tomme_boost_json SYSTEM INTERFACE ${Boost_INCLUDE_DIRS})

# toml++, header-only: included by one .cc.
find_path(TOMLPLUSPLUS_INCLUDE toml++/toml.h REQUIRED)
add_library(tomme_tomlplusplus INTERFACE)
add_library(tomme::tomlplusplus ALIAS tomme_tomlplusplus)
target_include_directories(tomme_tomlplusplus SYSTEM INTERFACE ${TOMLPLUSPLUS_INCLUDE})

# Boost.Beast over Asio, header-only.
add_library(tomme_beast INTERFACE)
add_library(tomme::beast ALIAS tomme_beast)
target_include_directories(tomme_beast SYSTEM INTERFACE ${Boost_INCLUDE_DIRS})
target_compile_definitions(tomme_beast INTERFACE BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_COROUTINE)
target_link_libraries(tomme_beast INTERFACE Threads::Threads)

# libcurl is loaded on first use (a program that stays offline must not pay for it): headers only.
find_path(CURL_INCLUDE curl/curl.h REQUIRED)
add_library(tomme_curl_headers INTERFACE)
add_library(tomme::curl_headers ALIAS tomme_curl_headers)
target_include_directories(tomme_curl_headers SYSTEM INTERFACE ${CURL_INCLUDE})
target_link_libraries(tomme_curl_headers INTERFACE ${CMAKE_DL_LIBS})

# Expat is inside the program where that is linked statically.
find_path(EXPAT_INCLUDE expat.h REQUIRED)
if(TOMME_STATIC)
  find_library(EXPAT_LIBRARY NAMES libexpat.a REQUIRED)
else()
  find_library(EXPAT_LIBRARY NAMES expat REQUIRED)
endif()
add_library(tomme_expat INTERFACE)
add_library(tomme::expat ALIAS tomme_expat)
target_include_directories(tomme_expat SYSTEM INTERFACE ${EXPAT_INCLUDE})
target_link_libraries(tomme_expat INTERFACE ${EXPAT_LIBRARY})

# libyaml likewise.
find_path(YAML_INCLUDE yaml.h REQUIRED)
if(TOMME_STATIC)
  find_library(YAML_LIBRARY NAMES libyaml.a REQUIRED)
else()
  find_library(YAML_LIBRARY NAMES yaml REQUIRED)
endif()
add_library(tomme_yaml INTERFACE)
add_library(tomme::yaml ALIAS tomme_yaml)
target_include_directories(tomme_yaml SYSTEM INTERFACE ${YAML_INCLUDE})
target_link_libraries(tomme_yaml INTERFACE ${YAML_LIBRARY})

# SQLite and libpq are loaded on first use, as libcurl is: headers only.
find_path(SQLITE_INCLUDE sqlite3.h REQUIRED)
add_library(tomme_sqlite_headers INTERFACE)
add_library(tomme::sqlite_headers ALIAS tomme_sqlite_headers)
target_include_directories(tomme_sqlite_headers SYSTEM INTERFACE ${SQLITE_INCLUDE})
target_link_libraries(tomme_sqlite_headers INTERFACE ${CMAKE_DL_LIBS})

find_path(LIBPQ_INCLUDE libpq-fe.h PATH_SUFFIXES postgresql REQUIRED)
add_library(tomme_libpq_headers INTERFACE)
add_library(tomme::libpq_headers ALIAS tomme_libpq_headers)
target_include_directories(tomme_libpq_headers SYSTEM INTERFACE ${LIBPQ_INCLUDE})
target_link_libraries(tomme_libpq_headers INTERFACE ${CMAKE_DL_LIBS})

# The functions and numbers of PKCS #11, as p11-kit has them; the module that drives a token is loaded on first use.
find_path(PKCS11_INCLUDE p11-kit/pkcs11.h PATH_SUFFIXES p11-kit-1 REQUIRED)
add_library(tomme_pkcs11_headers INTERFACE)
add_library(tomme::pkcs11_headers ALIAS tomme_pkcs11_headers)
target_include_directories(tomme_pkcs11_headers SYSTEM INTERFACE ${PKCS11_INCLUDE})
target_link_libraries(tomme_pkcs11_headers INTERFACE ${CMAKE_DL_LIBS})

find_path(CLI11_INCLUDE CLI/CLI.hpp REQUIRED)
add_library(tomme_cli11 INTERFACE)
add_library(tomme::cli11 ALIAS tomme_cli11)
target_include_directories(tomme_cli11 SYSTEM INTERFACE ${CLI11_INCLUDE})
