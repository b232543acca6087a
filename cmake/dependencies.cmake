# Third parties as imported targets. libtorch and Arrow come from the wheels that scripts/setup put into .deps/; their own
# CMake packages insist on a CUDA toolkit (torch) or are absent (Arrow), so that the targets are stated here.
find_package(Threads REQUIRED)
find_package(CLI11 REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(cairo REQUIRED IMPORTED_TARGET cairo)
pkg_check_modules(isal REQUIRED IMPORTED_TARGET libisal)

set(JETVIT_DEPS ${CMAKE_SOURCE_DIR}/.deps CACHE PATH "Folder that scripts/setup filled")
foreach(folder torch arrow)
  if(NOT EXISTS ${JETVIT_DEPS}/${folder})
    message(FATAL_ERROR "${JETVIT_DEPS}/${folder} is missing: run scripts/setup first")
  endif()
endforeach()

file(REAL_PATH ${JETVIT_DEPS}/torch torch_root)
add_library(jetvit_torch INTERFACE)
target_include_directories(jetvit_torch SYSTEM INTERFACE ${torch_root}/include ${torch_root}/include/torch/csrc/api/include)
target_link_options(jetvit_torch INTERFACE "LINKER:-rpath,${torch_root}/lib")
# NDEBUG as the wheel was built: some classes of libtorch have other members without it.
target_compile_definitions(jetvit_torch INTERFACE AT_PER_OPERATOR_HEADERS NDEBUG)
set(torch_libraries ${torch_root}/lib/libtorch_cpu.so ${torch_root}/lib/libc10.so)
# at::parallel_for is a template that runs on one thread unless OpenMP is on where it is compiled; the runtime is the
# wheel's. Clang would bring another one, and the thread sanitizer does not see this one's barriers.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND NOT JETVIT_SANITIZE MATCHES "thread")
  target_compile_options(jetvit_torch INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-fopenmp>)
  list(APPEND torch_libraries ${torch_root}/lib/libgomp.so.1)
endif()
# The operators register themselves on load, which --as-needed would prevent; the wheel's CUDA-side dependencies of the
# profiler need not be present at link time.
target_link_libraries(jetvit_torch INTERFACE "-Wl,--no-as-needed,--allow-shlib-undefined" ${torch_libraries} "-Wl,--as-needed" Threads::Threads)

file(REAL_PATH ${JETVIT_DEPS}/arrow arrow_root)
add_library(jetvit_arrow INTERFACE)
target_include_directories(jetvit_arrow SYSTEM INTERFACE ${arrow_root}/include)
target_link_options(jetvit_arrow INTERFACE "LINKER:-rpath,${arrow_root}")
target_link_libraries(jetvit_arrow INTERFACE ${arrow_root}/libparquet.so.2600 ${arrow_root}/libarrow.so.2600)
