#include "cuda/part_grids.cuh"
#include "cuda/squeeze_excite.cuh"
#include "cuda/stored_types.cuh"

namespace jetvit::cuda {
namespace {

dim3 grid_of_images(const Images& images, std::int64_t parts) {
  return {static_cast<unsigned>(images.count) * blocks_for(images.channels, kWarp), static_cast<unsigned>(parts)};
}

}  // namespace

void squeeze_excite_means(Stored stored, const void* x, float* sums, Images images, int parts, cudaStream_t stream) {
  with_type(stored, [&](auto type) {
    using T = decltype(type);
    jetvit::squeeze_excite_means<T><<<grid_of_images(images, parts), kPartThreads, 0, stream>>>(
        static_cast<const T*>(x), sums, images.count, images.pixels, images.channels,
        rows_of_part(images.pixels, parts));
  });
}

void squeeze_excite_products(Stored stored, const void* gradient, const void* x, float* sums, Images images, int parts,
                             cudaStream_t stream) {
  with_type(stored, [&](auto type) {
    using T = decltype(type);
    jetvit::squeeze_excite_products<T><<<grid_of_images(images, parts), kPartThreads, 0, stream>>>(
        static_cast<const T*>(gradient), static_cast<const T*>(x), sums, images.count, images.pixels, images.channels,
        rows_of_part(images.pixels, parts));
  });
}

void squeeze_excite_scale(Stored stored, const void* x, const float* gate, const float* shift, void* y, Images images,
                          cudaStream_t stream) {
  const std::int64_t parts = parts_without_sums(images.pixels);
  with_type(stored, [&](auto type) {
    using T = decltype(type);
    jetvit::squeeze_excite_scale<T><<<grid_of_images(images, parts), kPartThreads, 0, stream>>>(
        static_cast<const T*>(x), gate, shift, static_cast<T*>(y), images.pixels, images.channels,
        rows_of_part(images.pixels, parts));
  });
}

}  // namespace jetvit::cuda
