// All commands of jetvit, with libtorch.
#include <array>

#include "app/commands.h"
#include "app/program.h"
#include "ops/explain_torch_failure.h"
#include "ops/tensor_memory.h"

int main(int argc, char** argv) {
  jetvit::keep_tensor_memory();
  // In the order in which data flows, which is the order that --help shows.
  constexpr std::array<jetvit::AddCommand, 12> kCommands = {
      &jetvit::add_demo,     &jetvit::add_generate, &jetvit::add_inspect, &jetvit::add_prepare,
      &jetvit::add_train,    &jetvit::add_evaluate, &jetvit::add_predict, &jetvit::add_models,
      &jetvit::add_describe, &jetvit::add_weights,  &jetvit::add_forward, &jetvit::add_bench,
  };
  return jetvit::run_program(argc, argv, kCommands, &jetvit::explain_torch_failure);
}
