#pragma once

#include <cstdint>

#include "cuda/conv_sizes.h"
#include "cuda/kernel_language.h"

// Depthwise convolutions of images in channels-last memory, float32 or bfloat16, with kernels of kSize x kSize float32
// weights and a stride of kStride; all sums are float32. The 32 threads of a warp take 32 adjacent channels, so that
// they read adjacent values, and each of them a strip of adjacent pixels, whose windows share what they read.
namespace jetvit {

constexpr int kStrip = 4;       // pixels
constexpr int kStripLanes = 4;  // warps of a block, each with a strip

// The strip and the channel of a thread: blocks of (kWarp, kStripLanes) threads, blockIdx.y counts groups of channels.
struct Strip {
  std::int64_t image;
  int channel, row, first;  // first: column
  bool is_outside;

  __device__ Strip(std::int64_t images, int channels, int height, int width) {
    const int in_row = (width + kStrip - 1) / kStrip;
    std::int64_t strip = std::int64_t{blockIdx.x} * kStripLanes + threadIdx.y;
    channel = static_cast<int>(blockIdx.y * kWarp + threadIdx.x);
    first = static_cast<int>(strip % in_row) * kStrip;
    strip /= in_row;
    row = static_cast<int>(strip % height);
    image = strip / height;
    is_outside = image >= images || channel >= channels;
  }
};

// The weights of a channel as the sums read them: rounded as the images are.
template <class T, int kSize>
__device__ inline void load_weights(const float* weight, int channel, float* to) {
  for (int i = 0; i < kSize * kSize; ++i) {
    to[i] = static_cast<float>(static_cast<T>(weight[channel * kSize * kSize + i]));
  }
}

// bias may be null.
template <class T, int kSize, int kStride>
__global__ void depthwise_conv(const T* x, const float* weight, const float* bias, T* y, ConvSizes sizes) {
  const Strip strip(sizes.images, sizes.channels, sizes.out_height, sizes.out_width);
  if (strip.is_outside) return;
  float w[kSize * kSize];
  load_weights<T, kSize>(weight, strip.channel, w);
  float sums[kStrip];
  for (float& sum : sums) sum = bias == nullptr ? 0 : bias[strip.channel];
  constexpr int kColumns = (kStrip - 1) * kStride + kSize;  // under the strip
  const int left = strip.first * kStride - sizes.left;
  x += strip.image * sizes.height * sizes.width * sizes.channels + strip.channel;
  for (int i = 0; i < kSize; ++i) {
    const int row = strip.row * kStride - sizes.top + i;
    if (row < 0 || row >= sizes.height) continue;
    float values[kColumns];
    for (int column = 0; column < kColumns; ++column) {
      const int from = left + column;
      const bool is_inside = from >= 0 && from < sizes.width;
      values[column] =
          is_inside ? static_cast<float>(x[(std::int64_t{row} * sizes.width + from) * sizes.channels]) : 0.0F;
    }
    for (int pixel = 0; pixel < kStrip; ++pixel) {
      for (int j = 0; j < kSize; ++j) sums[pixel] += w[i * kSize + j] * values[pixel * kStride + j];
    }
  }
  y += ((strip.image * sizes.out_height + strip.row) * sizes.out_width + strip.first) * sizes.channels + strip.channel;
  for (int pixel = 0; pixel < kStrip && strip.first + pixel < sizes.out_width; ++pixel) {
    y[std::int64_t{pixel} * sizes.channels] = static_cast<T>(sums[pixel]);
  }
}

// The gradient of x, of which a strip is taken: each pixel adds up what the windows over it have.
template <class T, int kSize, int kStride>
__global__ void depthwise_conv_backward(const T* gradient, const float* weight, T* of_x, ConvSizes sizes) {
  const Strip strip(sizes.images, sizes.channels, sizes.height, sizes.width);
  if (strip.is_outside) return;
  float w[kSize * kSize];
  load_weights<T, kSize>(weight, strip.channel, w);
  float sums[kStrip] = {};
  gradient += strip.image * sizes.out_height * sizes.out_width * sizes.channels + strip.channel;
  for (int i = 0; i < kSize; ++i) {
    const int below = strip.row + sizes.top - i;  // kStride times the row of the window
    if (below < 0 || below % kStride != 0 || below / kStride >= sizes.out_height) continue;
    const T* const row = gradient + std::int64_t{below / kStride} * sizes.out_width * sizes.channels;
    // What lies under column `first - kSize + 1 + n` of the windows, counted in columns of x.
    float values[kStrip + kSize - 1];
    for (int n = 0; n < kStrip + kSize - 1; ++n) {
      const int right = strip.first + sizes.left - kSize + 1 + n;
      const bool is_inside = right >= 0 && right % kStride == 0 && right / kStride < sizes.out_width;
      values[n] = is_inside ? static_cast<float>(row[std::int64_t{right / kStride} * sizes.channels]) : 0.0F;
    }
    for (int pixel = 0; pixel < kStrip; ++pixel) {
      for (int j = 0; j < kSize; ++j) sums[pixel] += w[i * kSize + j] * values[pixel + kSize - 1 - j];
    }
  }
  of_x += ((strip.image * sizes.height + strip.row) * sizes.width + strip.first) * sizes.channels + strip.channel;
  for (int pixel = 0; pixel < kStrip && strip.first + pixel < sizes.width; ++pixel) {
    of_x[std::int64_t{pixel} * sizes.channels] = static_cast<T>(sums[pixel]);
  }
}

// The gradients of weights and bias, summed over parts of the strips of y: sums (parts, kSize^2 + 1, channels), those
// of the bias last. blockIdx.x is the part; the warps of a block take its strips in turn, and add up in order at its
// end.
template <class T, int kSize, int kStride>
__global__ void depthwise_conv_parameter_sums(const T* gradient, const T* x, float* sums, ConvSizes sizes,
                                              std::int64_t strips_of_part) {
  constexpr int kWeights = kSize * kSize;
  __shared__ float of_lanes[kStripLanes][kWarp];
  const int channel = static_cast<int>(blockIdx.y * kWarp + threadIdx.x);
  const int in_row = (sizes.out_width + kStrip - 1) / kStrip;
  const std::int64_t strips = sizes.images * sizes.out_height * in_row;
  const std::int64_t first = blockIdx.x * strips_of_part;
  const std::int64_t last = first + strips_of_part < strips ? first + strips_of_part : strips;
  float own[kWeights + 1] = {};
  for (std::int64_t strip = first + threadIdx.y; strip < last && channel < sizes.channels; strip += kStripLanes) {
    const int begin = static_cast<int>(strip % in_row) * kStrip;
    const std::int64_t line = strip / in_row;  // row of y in all images
    const int window = static_cast<int>(line % sizes.out_height);
    const std::int64_t image = line / sizes.out_height;
    float slopes[kStrip];
    for (int pixel = 0; pixel < kStrip; ++pixel) {
      const bool is_inside = begin + pixel < sizes.out_width;
      slopes[pixel] =
          is_inside ? static_cast<float>(gradient[(line * sizes.out_width + begin + pixel) * sizes.channels + channel])
                    : 0.0F;
      own[kWeights] += slopes[pixel];
    }
    for (int i = 0; i < kSize; ++i) {
      const int row = window * kStride - sizes.top + i;
      if (row < 0 || row >= sizes.height) continue;
      const std::int64_t begin_of_row = (image * sizes.height + row) * sizes.width;
      for (int j = 0; j < kSize; ++j) {
        for (int pixel = 0; pixel < kStrip; ++pixel) {
          const int column = (begin + pixel) * kStride - sizes.left + j;
          if (column < 0 || column >= sizes.width) continue;
          own[i * kSize + j] +=
              slopes[pixel] * static_cast<float>(x[(begin_of_row + column) * sizes.channels + channel]);
        }
      }
    }
  }
  for (int i = 0; i <= kWeights; ++i) {
    of_lanes[threadIdx.y][threadIdx.x] = own[i];
    __syncthreads();
    if (threadIdx.y == 0 && channel < sizes.channels) {
      float sum = 0;
      for (int lane = 0; lane < kStripLanes; ++lane) sum += of_lanes[lane][threadIdx.x];
      sums[(std::int64_t{blockIdx.x} * (kWeights + 1) + i) * sizes.channels + channel] = sum;
    }
    __syncthreads();
  }
}

}  // namespace jetvit
