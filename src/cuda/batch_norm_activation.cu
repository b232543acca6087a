#include "cuda/batch_norm_activation.cuh"
#include "cuda/part_grids.cuh"
#include "cuda/stored_types.cuh"

namespace jetvit::cuda {
namespace {

constexpr int kChannelThreads = 128;

template <class Call>
void with_activation(ActivationKind kind, const Call& call) {
  switch (kind) {
    case ActivationKind::kSilu:
      call(SiluOnGpu());
      return;
    case ActivationKind::kGelu:
      call(GeluOnGpu());
      return;
    case ActivationKind::kGeluTanh:
      call(GeluTanhOnGpu());
      return;
  }
}

}  // namespace

void batch_norm_statistics(Stored stored, const void* x, float* sums, int parts, Rows rows, double momentum,
                           double epsilon, float* statistics, float* running_mean, float* running_variance,
                           cudaStream_t stream) {
  with_type(stored, [&](auto type) {
    using T = decltype(type);
    const T* const values = static_cast<const T*>(x);
    batch_norm_moments<T><<<grid_of_parts(rows, parts), kPartThreads, 0, stream>>>(
        values, sums, rows.count, rows.channels, rows_of_part(rows.count, parts));
    jetvit::batch_norm_statistics<T><<<blocks_for(rows.channels, kChannelThreads), kChannelThreads, 0, stream>>>(
        values, sums, parts, rows.count, rows.channels, momentum, epsilon, statistics, running_mean, running_variance);
  });
}

void batch_norm_normalize(Stored stored, ActivationKind kind, const void* x, const float* statistics,
                          const float* weight, const float* bias, void* y, Rows rows, cudaStream_t stream) {
  const std::int64_t parts = parts_without_sums(rows.count);
  with_type(stored, [&](auto type) {
    using T = decltype(type);
    with_activation(kind, [&](auto activation) {
      jetvit::batch_norm_normalize<T, decltype(activation)><<<grid_of_parts(rows, parts), kPartThreads, 0, stream>>>(
          static_cast<const T*>(x), statistics, weight, bias, static_cast<T*>(y), rows.count, rows.channels,
          rows_of_part(rows.count, parts));
    });
  });
}

void batch_norm_gradient_terms(Stored stored, ActivationKind kind, const void* gradient, const void* x,
                               const float* statistics, const float* weight, const float* bias, float* sums, int parts,
                               Rows rows, float* of_weight, float* of_bias, float* terms, cudaStream_t stream) {
  with_type(stored, [&](auto type) {
    using T = decltype(type);
    with_activation(kind, [&](auto activation) {
      batch_norm_gradient_sums<T, decltype(activation)><<<grid_of_parts(rows, parts), kPartThreads, 0, stream>>>(
          static_cast<const T*>(gradient), static_cast<const T*>(x), statistics, weight, bias, sums, rows.count,
          rows.channels, rows_of_part(rows.count, parts));
    });
  });
  jetvit::batch_norm_gradient_terms<<<blocks_for(rows.channels, kChannelThreads), kChannelThreads, 0, stream>>>(
      sums, parts, statistics, rows.count, rows.channels, of_weight, of_bias, terms);
}

void batch_norm_differentiate(Stored stored, ActivationKind kind, const void* gradient, const void* x,
                              const float* statistics, const float* weight, const float* bias, const float* terms,
                              void* of_x, Rows rows, cudaStream_t stream) {
  const std::int64_t parts = parts_without_sums(rows.count);
  with_type(stored, [&](auto type) {
    using T = decltype(type);
    with_activation(kind, [&](auto activation) {
      jetvit::batch_norm_differentiate<T, decltype(activation)>
          <<<grid_of_parts(rows, parts), kPartThreads, 0, stream>>>(
              static_cast<const T*>(gradient), static_cast<const T*>(x), statistics, weight, bias, terms,
              static_cast<T*>(of_x), rows.count, rows.channels, rows_of_part(rows.count, parts));
    });
  });
}

}  // namespace jetvit::cuda
