# For work on the code (preset dev): the headers that take most of a file's compile time are compiled once. They are those
# of third parties alone. What a file includes of jetvit is read as always, so that a missing include is still an error.
option(JETVIT_PRECOMPILE "Precompile the headers of libtorch, nlohmann-json, CLI11 and GoogleTest" OFF)

set(jetvit_tensor_headers <ATen/TensorOperators.h> <ATen/core/Tensor.h> <nlohmann/json.hpp>)
set(jetvit_operator_headers <torch/csrc/autograd/custom_function.h> <torch/library.h>)
set(jetvit_command_headers <CLI/CLI.hpp> <nlohmann/json.hpp>)
set(jetvit_googletest_headers <gmock/gmock.h> <gtest/gtest.h>)

# ccache keeps such files only if they name their precompiled header in the preprocessed source.
function(jetvit_pch_for_ccache target)
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
endfunction()

# jetvit_precompile(TARGET headers...)
function(jetvit_precompile target)
  if(JETVIT_PRECOMPILE)
    target_precompile_headers(${target} PRIVATE ${ARGN})
    jetvit_pch_for_ccache(${target})
  endif()
endfunction()

# jetvit_precompile_as(TARGET OWNER): with the headers that OWNER compiles, which has the same options.
function(jetvit_precompile_as target owner)
  if(JETVIT_PRECOMPILE)
    target_precompile_headers(${target} REUSE_FROM ${owner})
    jetvit_pch_for_ccache(${target})
  endif()
endfunction()
