# Warnings are errors everywhere; optimised builds keep debug line tables so that profiles and sanitizer reports name lines.
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports std::string operations that are correct (GCC bug 105651).
  add_compile_options(-Wno-restrict)
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
    add_compile_options(-Wno-maybe-uninitialized)
  endif()
  add_link_options(-fsanitize=${JETVIT_SANITIZE})
  # Function multiversioning resolves before a sanitizer's runtime is up.
  add_compile_definitions(JETVIT_NO_MULTIVERSIONING)
endif()
