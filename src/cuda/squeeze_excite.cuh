#pragma once

#include <cstdint>

#include "cuda/kernel_language.h"
#include "cuda/row_parts.cuh"

// The passes of squeeze-excite over images x (images, pixels, channels) in channels-last memory, float32 or bfloat16.
// The layers between them have small tensors alone (ops/squeeze_excite_layers.h). Sums over the pixels of an image are
// taken in parts (row_parts.cuh), to sums (parts, images, channels).
namespace jetvit {

// The pixels of a block's part of an image, counted as rows of all images, and the channel of a thread. blockIdx.x
// counts the groups of channels of one image after the other, blockIdx.y parts of the pixels.
struct PartOfImage : PartOfRows {
  std::int64_t image;

  __device__ PartOfImage(std::int64_t pixels, int channels, std::int64_t pixels_of_part)
      : PartOfImage(static_cast<unsigned>((channels + kWarp - 1) / kWarp), pixels, pixels_of_part) {}

 private:
  __device__ PartOfImage(unsigned groups, std::int64_t pixels, std::int64_t pixels_of_part)
      : PartOfRows(blockIdx.x % groups, pixels, pixels_of_part), image(blockIdx.x / groups) {
    first += image * pixels;
    last += image * pixels;
  }
};

// The sums of the parts add up to the mean of each channel of each image.
template <class T>
__global__ void squeeze_excite_means(const T* x, float* sums, std::int64_t images, std::int64_t pixels, int channels,
                                     std::int64_t pixels_of_part) {
  const PartOfImage part(pixels, channels, pixels_of_part);
  float sum = 0;
  if (part.channel < channels) {
    for (std::int64_t row = part.first; row < part.last; row += kRowLanes) {
      sum += static_cast<float>(x[row * channels + part.channel]);
    }
  }
  store_part({sum / static_cast<float>(pixels)}, sums, blockIdx.y * images + part.image, part.channel, channels);
}

// The gradient of the gate: the sums of gradient times x.
template <class T>
__global__ void squeeze_excite_products(const T* gradient, const T* x, float* sums, std::int64_t images,
                                        std::int64_t pixels, int channels, std::int64_t pixels_of_part) {
  const PartOfImage part(pixels, channels, pixels_of_part);
  float sum = 0;
  if (part.channel < channels) {
    for (std::int64_t row = part.first; row < part.last; row += kRowLanes) {
      const std::int64_t i = row * channels + part.channel;
      sum += static_cast<float>(gradient[i]) * static_cast<float>(x[i]);
    }
  }
  store_part({sum}, sums, blockIdx.y * images + part.image, part.channel, channels);
}

// y = x gate + shift, of each image and channel: forward without a shift (null), backward with gradients as x and y.
// x and y are restricted, or else each pixel would wait to be read until the one before it is written.
template <class T>
__global__ void squeeze_excite_scale(const T* __restrict__ x, const float* gate, const float* shift, T* __restrict__ y,
                                     std::int64_t pixels, int channels, std::int64_t pixels_of_part) {
  const PartOfImage part(pixels, channels, pixels_of_part);
  if (part.channel >= channels) return;
  const std::int64_t of_image = part.image * channels + part.channel;
  const float factor = gate[of_image];
  const float offset = shift == nullptr ? 0 : shift[of_image];
  for (std::int64_t row = part.first; row < part.last; row += kRowLanes) {
    const std::int64_t i = row * channels + part.channel;
    y[i] = static_cast<T>(static_cast<float>(x[i]) * factor + offset);
  }
}

}  // namespace jetvit
