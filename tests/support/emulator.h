#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <stdexcept>
#include <vector>

#include <ucontext.h>

// CUDA's kernel language on the host, to test kernels (src/cuda/*.cuh) where there is no GPU. Each thread of a block is
// a fiber that runs until it meets a barrier or a shuffle; blocks run one after the other. This shows whether a kernel
// computes the right numbers and whether its threads meet; it says nothing of speed.
#define __global__
#define __device__
#define __host__
#define __shared__ static
#define __launch_bounds__(...)
#define JETVIT_DYNAMIC_SHARED(type, name) type* name = reinterpret_cast<type*>(jetvit::emulator::shared_memory())

struct dim3 {
  unsigned x = 1, y = 1, z = 1;
};

namespace jetvit::emulator {

inline constexpr std::size_t kWarpThreads = 32;  // threads
inline constexpr std::size_t kStack = 64 << 10;  // bytes of a fiber

// A shuffle waits for the warp, a barrier for the block.
enum class Wait : std::uint8_t { kNothing, kWarp, kBlock, kEver };

struct Fiber {
  ucontext_t context = {};
  std::unique_ptr<char[]> stack;
  dim3 thread;
  Wait wait = Wait::kNothing;
  std::uint32_t shuffled = 0;
};

// The order in which threads run between two meetings. Where it changes the result, a barrier is missing.
enum class Order : std::uint8_t { kForward, kBackward };

struct Block {
  dim3 grid, size, index;
  std::vector<Fiber> fibers;
  std::vector<char> shared;
  ucontext_t scheduler = {};
  std::size_t running = 0;
  std::function<void()> body;
};

inline Block* block = nullptr;

inline Fiber& fiber() {
  return block->fibers[block->running];
}

inline void* shared_memory() {
  return block->shared.data();
}

inline void wait_for(Wait what) {
  fiber().wait = what;
  swapcontext(&fiber().context, &block->scheduler);
}

inline void run_fiber() {
  block->body();
  wait_for(Wait::kEver);
}

// Lets those go on that have met: the threads of a warp at a shuffle, or all threads of the block at a barrier. Returns
// false where all have ended.
inline bool release(Block& of) {
  const auto count = [&](std::size_t first, std::size_t last, Wait what) {
    std::size_t n = 0;
    for (std::size_t i = first; i < last; ++i) n += of.fibers[i].wait == what ? 1 : 0;
    return n;
  };
  const auto go = [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) of.fibers[i].wait = Wait::kNothing;
  };
  const std::size_t all = of.fibers.size();
  if (count(0, all, Wait::kEver) == all) return false;
  if (count(0, all, Wait::kBlock) == all) {
    go(0, all);
    return true;
  }
  bool any = false;
  for (std::size_t first = 0; first < all; first += kWarpThreads) {
    const std::size_t last = std::min(first + kWarpThreads, all);
    const std::size_t waiting = count(first, last, Wait::kWarp);
    if (waiting == 0) continue;
    if (waiting != last - first) throw std::logic_error("threads of a warp do not meet at a shuffle");
    go(first, last);
    any = true;
  }
  if (!any) throw std::logic_error("threads of a block do not meet at a barrier");
  return true;
}

inline void run_block(Block& of, Order order) {
  const std::size_t count = of.fibers.size();
  for (std::size_t i = 0; i < count; ++i) {
    Fiber& f = of.fibers[i];
    if (!f.stack) f.stack = std::make_unique<char[]>(kStack);
    f.wait = Wait::kNothing;
    f.thread = {static_cast<unsigned>(i % of.size.x), static_cast<unsigned>(i / of.size.x % of.size.y),
                static_cast<unsigned>(i / of.size.x / of.size.y)};
    getcontext(&f.context);
    f.context.uc_stack.ss_sp = f.stack.get();
    f.context.uc_stack.ss_size = kStack;
    f.context.uc_link = nullptr;
    makecontext(&f.context, run_fiber, 0);
  }
  do {
    for (std::size_t k = 0; k < count; ++k) {
      of.running = order == Order::kForward ? k : count - 1 - k;
      if (fiber().wait == Wait::kNothing) swapcontext(&of.scheduler, &fiber().context);
    }
  } while (release(of));
}

// Runs kernel() once for each thread of each block. Throws std::logic_error where threads do not meet.
inline void launch(dim3 grid, dim3 size, std::size_t shared_bytes, const std::function<void()>& kernel, Order order) {
  Block of;
  of.grid = grid;
  of.size = size;
  of.body = kernel;
  of.fibers.resize(std::size_t{size.x} * size.y * size.z);
  block = &of;
  for (of.index.z = 0; of.index.z < grid.z; ++of.index.z) {
    for (of.index.y = 0; of.index.y < grid.y; ++of.index.y) {
      for (of.index.x = 0; of.index.x < grid.x; ++of.index.x) {
        of.shared.assign(shared_bytes, static_cast<char>(0xff));  // NaN
        run_block(of, order);
      }
    }
  }
  block = nullptr;
}

}  // namespace jetvit::emulator

#define threadIdx (jetvit::emulator::fiber().thread)
#define blockIdx (jetvit::emulator::block->index)
#define blockDim (jetvit::emulator::block->size)
#define gridDim (jetvit::emulator::block->grid)

inline void __syncthreads() {
  jetvit::emulator::wait_for(jetvit::emulator::Wait::kBlock);
}

inline void __syncwarp() {
  jetvit::emulator::wait_for(jetvit::emulator::Wait::kWarp);
}

template <class T>
T __shfl_xor_sync(unsigned /*mask*/, T value, unsigned lanes) {
  static_assert(sizeof(T) == sizeof(std::uint32_t));
  std::memcpy(&jetvit::emulator::fiber().shuffled, &value, sizeof(T));
  jetvit::emulator::wait_for(jetvit::emulator::Wait::kWarp);
  T other;
  std::memcpy(&other, &jetvit::emulator::block->fibers[jetvit::emulator::block->running ^ lanes].shuffled, sizeof(T));
  jetvit::emulator::wait_for(jetvit::emulator::Wait::kWarp);
  return other;
}

inline float rsqrtf(float x) {
  return 1 / std::sqrt(x);
}

inline float __expf(float x) {
  return std::exp(x);
}
