#include "cuda/depthwise_conv.cuh"
#include "cuda/stored_types.cuh"

namespace jetvit::cuda {
namespace {

template <int kValue>
struct Number {
  static constexpr int value = kValue;
};

// Calls call(size, stride) with those of the kernel as constants.
template <class Call>
void with_shape(int size, int stride, const Call& call) {
  if (size == 3 && stride == 1) {
    call(Number<3>(), Number<1>());
  } else if (size == 3) {
    call(Number<3>(), Number<2>());
  } else if (stride == 1) {
    call(Number<5>(), Number<1>());
  } else {
    call(Number<5>(), Number<2>());
  }
}

std::int64_t strips_of(const ConvSizes& sizes, int height, int width) {
  return sizes.images * height * ((width + kStrip - 1) / kStrip);
}

dim3 grid_for(const ConvSizes& sizes, int height, int width) {
  return {blocks_for(strips_of(sizes, height, width), kStripLanes), blocks_for(sizes.channels, kWarp)};
}

}  // namespace

void depthwise_conv(Stored stored, const void* x, const float* weight, const float* bias, void* y,
                    const ConvSizes& sizes, int size, int stride, cudaStream_t stream) {
  with_type(stored, [&](auto type) {
    using T = decltype(type);
    with_shape(size, stride, [&](auto side, auto step) {
      jetvit::depthwise_conv<T, decltype(side)::value, decltype(step)::value>
          <<<grid_for(sizes, sizes.out_height, sizes.out_width), dim3(kWarp, kStripLanes), 0, stream>>>(
              static_cast<const T*>(x), weight, bias, static_cast<T*>(y), sizes);
    });
  });
}

void depthwise_conv_backward(Stored stored, const void* gradient, const float* weight, void* of_x,
                             const ConvSizes& sizes, int size, int stride, cudaStream_t stream) {
  with_type(stored, [&](auto type) {
    using T = decltype(type);
    with_shape(size, stride, [&](auto side, auto step) {
      jetvit::depthwise_conv_backward<T, decltype(side)::value, decltype(step)::value>
          <<<grid_for(sizes, sizes.height, sizes.width), dim3(kWarp, kStripLanes), 0, stream>>>(
              static_cast<const T*>(gradient), weight, static_cast<T*>(of_x), sizes);
    });
  });
}

void depthwise_conv_parameter_sums(Stored stored, const void* gradient, const void* x, float* sums,
                                   const ConvSizes& sizes, int size, int stride, int parts, cudaStream_t stream) {
  const dim3 grid(static_cast<unsigned>(parts), blocks_for(sizes.channels, kWarp));
  const std::int64_t strips = strips_of(sizes, sizes.out_height, sizes.out_width);
  with_type(stored, [&](auto type) {
    using T = decltype(type);
    with_shape(size, stride, [&](auto side, auto step) {
      jetvit::depthwise_conv_parameter_sums<T, decltype(side)::value, decltype(step)::value>
          <<<grid, dim3(kWarp, kStripLanes), 0, stream>>>(static_cast<const T*>(gradient), static_cast<const T*>(x),
                                                          sums, sizes, (strips + parts - 1) / parts);
    });
  });
}

}  // namespace jetvit::cuda
