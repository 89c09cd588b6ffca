include(GoogleTest)
include(Precompiled)

# tomme_room(floor/name LINKS rooms… LIBRARIES targets… [TEST_ONLY])
# The folder's `*.cc` but main.cc are the library, its `*_test.cc` one test program. A room without sources yet
# is an interface library, so that the drawing above is whole from the first day.
function(tomme_room path)
  cmake_parse_arguments(ROOM "TEST_ONLY" "" "LINKS;LIBRARIES" ${ARGN})
  tomme_sources_(${path} sources tests)
  string(REPLACE "/" "_" name ${path})
  list(TRANSFORM ROOM_LINKS REPLACE "/" "_")
  list(TRANSFORM ROOM_LINKS PREPEND "tomme_")
  if(sources)
    set_property(GLOBAL APPEND PROPERTY TOMME_ROOMS ${path})
    add_library(tomme_${name} STATIC ${sources})
    target_link_libraries(tomme_${name} PUBLIC tomme_flags ${ROOM_LINKS} PRIVATE ${ROOM_LIBRARIES})
    tomme_precompiled(tomme_${name} room)
  else()
    add_library(tomme_${name} INTERFACE)
    target_link_libraries(tomme_${name} INTERFACE tomme_flags ${ROOM_LINKS})
  endif()
  if(ROOM_TEST_ONLY)
    set_target_properties(tomme_${name} PROPERTIES EXCLUDE_FROM_ALL ON)
  endif()
  if(tests)
    tomme_test(${name}_test SOURCES ${tests} LINKS tomme_${name} LIBRARIES ${ROOM_LIBRARIES})
  endif()
endfunction()

# tomme_test(name SOURCES files… LINKS targets…): one GoogleTest program, each of its tests one in ctest.
function(tomme_test name)
  cmake_parse_arguments(TEST "" "" "SOURCES;LINKS;LIBRARIES" ${ARGN})
  add_executable(${name} ${TEST_SOURCES})
  target_link_libraries(${name} PRIVATE tomme_flags ${TEST_LINKS} ${TEST_LIBRARIES} GTest::gtest GTest::gmock
                        GTest::gtest_main)
  tomme_test_folders(${name})
  tomme_precompiled(${name} test)
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST PROPERTIES TIMEOUT 300)
endfunction()

# tomme_program(name main.cc LINKS rooms…): the program that starts there; all else of it is in rooms.
function(tomme_program name main)
  cmake_parse_arguments(PROGRAM "" "" "LINKS" ${ARGN})
  list(TRANSFORM PROGRAM_LINKS REPLACE "/" "_")
  list(TRANSFORM PROGRAM_LINKS PREPEND "tomme_")
  add_executable(${name} ${main})
  target_link_libraries(${name} PRIVATE tomme_flags ${PROGRAM_LINKS})
endfunction()

function(tomme_sources_ path out_sources out_tests)
  file(GLOB all CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${path}/*.cc)
  set(sources ${all})
  set(tests ${all})
  list(FILTER sources EXCLUDE REGEX "(_test|_bench|/main)\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  set(${out_sources} ${sources} PARENT_SCOPE)
  set(${out_tests} ${tests} PARENT_SCOPE)
endfunction()

# Where tests find what they read.
function(tomme_test_folders target)
  target_compile_definitions(${target} PRIVATE
    TOMME_SHARED_DIR="${TOMME_SHARED_DIR}" TOMME_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
endfunction()

# Real bundles, roots and attestations beside the checkout; tests skip what needs them when absent.
get_filename_component(TOMME_SHARED_DIR_DEFAULT "${CMAKE_SOURCE_DIR}/../shared" ABSOLUTE)
set(TOMME_SHARED_DIR "${TOMME_SHARED_DIR_DEFAULT}" CACHE PATH "folder with vectors/")
