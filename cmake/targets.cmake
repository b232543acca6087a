# jetvit_library(NAME SOURCES files... USES stages... [THIRD_PARTY targets...])
# One static library per folder of src/, linked as jetvit::NAME. Includes are written from src/ ("store/manifest.h").
# USES are other stages and public; THIRD_PARTY stays behind the folder's .cc files.
function(jetvit_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;THIRD_PARTY" ${ARGN})
  add_library(jetvit_${name} STATIC ${ARG_SOURCES})
  add_library(jetvit::${name} ALIAS jetvit_${name})
  target_include_directories(jetvit_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  list(TRANSFORM ARG_USES PREPEND jetvit::)
  target_link_libraries(jetvit_${name} PUBLIC ${ARG_USES} PRIVATE ${ARG_THIRD_PARTY})
endfunction()

# jetvit_test(NAME SOURCES files... USES stages... [THIRD_PARTY targets...] [LABELS labels...])
# A GoogleTest program; each of its tests is one ctest. Label "slow" keeps a test out of the sanitizer runs, where the
# program is one ctest: an instrumented start with libtorch takes seconds.
function(jetvit_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;THIRD_PARTY;LABELS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_compile_definitions(${name} PRIVATE JETVIT_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  list(TRANSFORM ARG_USES PREPEND jetvit::)
  target_link_libraries(${name} PRIVATE ${ARG_USES} ${ARG_THIRD_PARTY} GTest::gmock GTest::gtest GTest::gtest_main)
  # Short spinning, as in app/beside.cc: tests run beside each other.
  set(properties TIMEOUT 600 ENVIRONMENT GOMP_SPINCOUNT=5000)
  if(ARG_LABELS)
    list(APPEND properties LABELS "${ARG_LABELS}")
  endif()
  if(JETVIT_SANITIZE)
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES ${properties})
  else()
    gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 PROPERTIES ${properties})
  endif()
endfunction()

# jetvit_oracles(NAMES...)
# Python tests: tests/oracle/NAME.py, given the path of the program, is the ctest oracle_NAME.
function(jetvit_oracles)
  foreach(name ${ARGV})
    add_test(NAME oracle_${name}
      COMMAND ${JETVIT_DEPS}/python/bin/python ${CMAKE_SOURCE_DIR}/tests/oracle/${name}.py $<TARGET_FILE:jetvit>)
  endforeach()
endfunction()
