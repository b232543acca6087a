#include "cuda/stored_types.cuh"
#include "cuda/window_attention.cuh"

namespace jetvit::cuda {
namespace {

// More than 48 KB has to be asked for.
template <class Kernel>
std::size_t shared_bytes(Kernel* kernel, int floats) {
  const std::size_t bytes = floats * sizeof(float);
  cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(bytes));
  return bytes;
}

}  // namespace

void window_attention(Stored stored, const void* qkv, const float* padding, const float* bias, void* y,
                      const WindowSizes& sizes, cudaStream_t stream) {
  const auto blocks = static_cast<unsigned>(sizes.images * sizes.windows() * sizes.heads);
  with_type(stored, [&](auto type) {
    using T = decltype(type);
    const std::size_t shared = shared_bytes(window_attention_forward<T>, sizes.forward_floats());
    window_attention_forward<T><<<blocks, kAttentionThreads, shared, stream>>>(static_cast<const T*>(qkv), padding,
                                                                               bias, static_cast<T*>(y), sizes);
  });
}

void window_attention_backward(Stored stored, const void* gradient, const void* qkv, const float* padding,
                               const float* bias, void* of_qkv, float* bias_sums, float* padding_sums,
                               const WindowSizes& sizes, int parts, cudaStream_t stream) {
  const dim3 grid(static_cast<unsigned>(sizes.heads), static_cast<unsigned>(parts));
  with_type(stored, [&](auto type) {
    using T = decltype(type);
    const std::size_t shared = shared_bytes(jetvit::window_attention_backward<T>, sizes.backward_floats());
    jetvit::window_attention_backward<T><<<grid, kAttentionThreads, shared, stream>>>(
        static_cast<const T*>(gradient), static_cast<const T*>(qkv), padding, bias, static_cast<T*>(of_qkv), bias_sums,
        padding_sums, sizes);
  });
}

}  // namespace jetvit::cuda
