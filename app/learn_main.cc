// All commands of jetvit, with libtorch.
#include "app/commands.h"
#include "app/program.h"
#include "compute/caching_allocator.h"
#include "compute/describe_torch_error.h"

int main(int argc, char** argv) {
  jetvit::install_caching_allocator();
  static constexpr auto kCommands = jetvit::command_list</*with_learn=*/true>();
  return jetvit::run_program(argc, argv, kCommands, &jetvit::describe_torch_error);
}
