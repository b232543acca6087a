#include "cuda/layer_norm.cuh"
#include "cuda/part_grids.cuh"
#include "cuda/stored_types.cuh"
#include "cuda/sum_parts.cuh"

namespace jetvit::cuda {
namespace {

constexpr int kWarps = 4;  // of a block
constexpr int kThreads = 256;

}  // namespace

void layer_norm(Stored stored, const void* x, const float* weight, const float* bias, void* y, float* mean,
                float* inverse_deviation, Rows rows, float epsilon, cudaStream_t stream) {
  with_type(stored, [&](auto type) {
    using T = decltype(type);
    layer_norm_rows<T>
        <<<blocks_for(rows.count, kWarps), kWarps * kWarp, kWarps * rows.channels * sizeof(float), stream>>>(
            static_cast<const T*>(x), weight, bias, static_cast<T*>(y), mean, inverse_deviation, rows.count,
            rows.channels, epsilon);
  });
}

void layer_norm_backward(Stored stored, const void* gradient, const void* x, const float* weight, const float* mean,
                         const float* inverse_deviation, void* of_x, Rows rows, cudaStream_t stream) {
  with_type(stored, [&](auto type) {
    using T = decltype(type);
    layer_norm_backward_rows<T>
        <<<blocks_for(rows.count, kWarps), kWarps * kWarp, 2 * kWarps * rows.channels * sizeof(float), stream>>>(
            static_cast<const T*>(gradient), static_cast<const T*>(x), weight, mean, inverse_deviation,
            static_cast<T*>(of_x), rows.count, rows.channels);
  });
}

void layer_norm_parameter_sums(Stored stored, const void* gradient, const void* x, const float* mean,
                               const float* inverse_deviation, float* sums, Rows rows, int parts, cudaStream_t stream) {
  with_type(stored, [&](auto type) {
    using T = decltype(type);
    jetvit::layer_norm_parameter_sums<T><<<grid_of_parts(rows, parts), kPartThreads, 0, stream>>>(
        static_cast<const T*>(gradient), static_cast<const T*>(x), mean, inverse_deviation, sums, rows.count,
        rows.channels, rows_of_part(rows.count, parts));
  });
}

void sum_parts(const float* sums, float* out, std::int64_t parts, std::int64_t count, cudaStream_t stream) {
  jetvit::sum_parts<<<blocks_for(count, kThreads), kThreads, 0, stream>>>(sums, out, parts, count);
}

}  // namespace jetvit::cuda
