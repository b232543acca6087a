// All commands of jetvit, with libtorch.
#include <array>

#include <malloc.h>

#include "app/commands.h"
#include "app/program.h"

namespace {

// Activations come and go with every step. By default glibc returns each of them to the kernel, which clears the memory
// and maps it anew: a tenth of a training step of coatnet_0.
void keep_freed_memory() {
  ::mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the largest that glibc allows
  ::mallopt(M_TRIM_THRESHOLD, 1 << 30);
  ::mallopt(M_TOP_PAD, 64 << 20);
}

}  // namespace

int main(int argc, char** argv) {
  keep_freed_memory();
  // In the order in which data flows, which is the order that --help shows.
  constexpr std::array<jetvit::AddCommand, 12> kCommands = {
      &jetvit::add_demo,     &jetvit::add_generate, &jetvit::add_inspect, &jetvit::add_prepare,
      &jetvit::add_train,    &jetvit::add_evaluate, &jetvit::add_predict, &jetvit::add_models,
      &jetvit::add_describe, &jetvit::add_weights,  &jetvit::add_forward, &jetvit::add_bench,
  };
  return jetvit::run_program(argc, argv, kCommands);
}
