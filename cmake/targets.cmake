# jetvit_library(NAME SOURCES files... USES folders... [THIRD_PARTY targets...])
# One static library per folder of src/, linked as jetvit::NAME. Includes are written from src/ ("store/manifest.h").
# USES are other folders and public; THIRD_PARTY is private: only the folder's .cc files include it.
function(jetvit_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;THIRD_PARTY" ${ARGN})
  add_library(jetvit_${name} STATIC ${ARG_SOURCES})
  add_library(jetvit::${name} ALIAS jetvit_${name})
  target_include_directories(jetvit_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  list(TRANSFORM ARG_USES PREPEND jetvit::)
  target_link_libraries(jetvit_${name} PUBLIC ${ARG_USES} PRIVATE ${ARG_THIRD_PARTY})
endfunction()

# What is tested lies in the libraries; the tests themselves compile in a third of the time this way.
set(jetvit_test_options -O0 -fno-sanitize=undefined)
option(JETVIT_SEPARATE_TESTS "Make each test of a test program a ctest of its own" OFF)

# jetvit_test(NAME SOURCES files... USES folders... [THIRD_PARTY targets...] [LABELS labels...])
# A GoogleTest program. It is one ctest, or with JETVIT_SEPARATE_TESTS (preset dev) each of its tests is one: a start with
# libtorch takes 0.3 seconds, a hundred times what most tests take. With a label, slow or long, it is not built with
# sanitizers.
function(jetvit_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;THIRD_PARTY;LABELS" ${ARGN})
  if(JETVIT_SANITIZE AND ARG_LABELS)
    return()
  endif()
  add_executable(${name} ${ARG_SOURCES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_compile_definitions(${name} PRIVATE JETVIT_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  target_compile_options(${name} PRIVATE ${jetvit_test_options})
  if("../support/seeded_tests.cc" IN_LIST ARG_SOURCES)
    jetvit_precompile_as(${name} jetvit_test_headers)
  endif()
  list(TRANSFORM ARG_USES PREPEND jetvit::)
  target_link_libraries(${name} PRIVATE ${ARG_USES} ${ARG_THIRD_PARTY} GTest::gmock GTest::gtest GTest::gtest_main)
  # Short spinning, as in base/threads.cc: tests run at the same time.
  set(properties TIMEOUT 600 ENVIRONMENT GOMP_SPINCOUNT=5000)
  if(ARG_LABELS)
    list(APPEND properties LABELS "${ARG_LABELS}")
  endif()
  if(JETVIT_SEPARATE_TESTS)
    gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 PROPERTIES ${properties})
  else()
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES ${properties})
  endif()
endfunction()

# jetvit_oracles(NAMES... [LABELS labels...]): tests/oracle/check/NAME.py is the ctest oracle_NAME.
function(jetvit_oracles)
  jetvit_python_tests(oracle oracle/check ${ARGV})
endfunction()

# jetvit_cli_tests(NAMES... [LABELS labels...]): tests/cli/NAME.py is the ctest cli_NAME.
function(jetvit_cli_tests)
  jetvit_python_tests(cli cli ${ARGV})
endfunction()

# jetvit_python_tests(PREFIX FOLDER NAMES... [LABELS labels...])
# tests/FOLDER/NAME.py, given the path of the program, is the ctest PREFIX_NAME.
function(jetvit_python_tests prefix folder)
  cmake_parse_arguments(ARG "" "" "LABELS" ${ARGN})
  foreach(name ${ARG_UNPARSED_ARGUMENTS})
    add_test(NAME ${prefix}_${name}
      COMMAND ${JETVIT_DEPS}/python/bin/python ${CMAKE_SOURCE_DIR}/tests/${folder}/${name}.py $<TARGET_FILE:jetvit>)
    if(ARG_LABELS)
      set_tests_properties(${prefix}_${name} PROPERTIES LABELS "${ARG_LABELS}")
    endif()
  endforeach()
endfunction()
