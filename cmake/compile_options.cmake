# The vector code and the kernels' dispatch are for x86-64; nobody has tested another processor.
if(NOT CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|amd64|AMD64)$")
  message(FATAL_ERROR "jetvit builds on x86-64 only; this is ${CMAKE_SYSTEM_PROCESSOR}, which nobody has tested yet")
endif()

# Options of the C++ compiler alone: nvcc has others.
function(jetvit_cxx_options)
  add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:${ARGN}>")
endfunction()

# Warnings are errors for developers and in CI (scripts/test), not for users: another compiler finds other ones.
option(JETVIT_WERROR "Treat compiler warnings as errors" OFF)
jetvit_cxx_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor)
if(JETVIT_WERROR)
  jetvit_cxx_options(-Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC reports std::string operations that are correct (GCC bug 105651), and from version 13 on references into
  # containers that a function takes by reference and returns (bug 107532).
  jetvit_cxx_options(-Wno-restrict)
  if(CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 13)
    # Growing std::vector is reported too: by insert() of another one, or in torch::autograd::Function::apply.
    jetvit_cxx_options(-Wno-dangling-reference -Wno-stringop-overflow)
  endif()
  if(CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 14)
    jetvit_cxx_options(-Wno-array-bounds)  # for the same in apply
  endif()
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 18)
  # From this version on, Clang names templates with std::enable_if_t in another way than the GCC that built libtorch.
  jetvit_cxx_options(-fclang-abi-compat=17)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
  # Clang 14 calls the version for AVX-512 of a function that is declared elsewhere, on any processor. 19 does not; those
  # between were not tried.
  add_compile_definitions(JETVIT_NO_MULTIVERSIONING)
endif()
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O3")
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1")
if(JETVIT_SANITIZE)
  add_compile_options(-fsanitize=${JETVIT_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Instrumented code defeats GCC's flow analysis (GCC manual, -fsanitize=address): empty std::optional is reported.
    jetvit_cxx_options(-Wno-maybe-uninitialized)
  endif()
  add_link_options(-fsanitize=${JETVIT_SANITIZE})
  # Function multiversioning resolves before a sanitizer's runtime is up.
  add_compile_definitions(JETVIT_NO_MULTIVERSIONING)
endif()
