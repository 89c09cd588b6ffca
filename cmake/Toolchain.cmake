# How everything is compiled: the standard, the warnings, the sanitizers, the linker.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

option(TOMME_STATIC "link OpenSSL, zlib and the C++ library into the program" OFF)
option(TOMME_BENCH "build the benchmarks" OFF)
option(TOMME_FUZZ "build the fuzz targets: with libFuzzer under clang, as replayers elsewhere" OFF)
option(TOMME_PCH "compile the headers that nearly every file includes once; hides a forgotten #include" OFF)
set(TOMME_SANITIZE "" CACHE STRING "-fsanitize= value, or empty")

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_library(tomme_flags INTERFACE)
target_include_directories(tomme_flags INTERFACE ${CMAKE_SOURCE_DIR}/src ${CMAKE_BINARY_DIR}/generated)
target_compile_options(tomme_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Wnon-virtual-dtor
  -Woverloaded-virtual -Wcast-align -Wundef -Werror -fno-strict-aliasing -fstack-protector-strong)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports moved-from std::expected members as uninitialised when it inlines, and "text" + string&&
  # as overlapping (GCC bug 105329).
  target_compile_options(tomme_flags INTERFACE -Wduplicated-cond -Wlogical-op -Wno-maybe-uninitialized -Wno-restrict)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_definitions(tomme_flags INTERFACE _FORTIFY_SOURCE=2 _GLIBCXX_ASSERTIONS)
  add_link_options(-Wl,-z,relro,-z,now -Wl,--gc-sections)
  add_compile_options(-ffunction-sections -fdata-sections)
endif()
if(TOMME_SANITIZE)
  add_compile_options(-fsanitize=${TOMME_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g1)
  add_link_options(-fsanitize=${TOMME_SANITIZE})
endif()
if(TOMME_FUZZ AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(TOMME_STATIC)
  add_link_options(-static-libstdc++ -static-libgcc -Wl,--exclude-libs,ALL -Wl,--as-needed)
  # libstdc++ calls fegetround and fesetround: not worth a library to load at each start.
  link_libraries(-l:libm.a)
endif()

configure_file(${CMAKE_SOURCE_DIR}/cmake/version.h.in ${CMAKE_BINARY_DIR}/generated/tomme_version.h)
