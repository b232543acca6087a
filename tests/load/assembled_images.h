#pragma once

#include <cstdint>
#include <string>

#include <ATen/core/Tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "load/assemble_batch.h"

// Random jets, assembled by jetvit and as dense images that ATen computes with.
namespace jetvit {

constexpr ImageShape kShape{3, 125, 125};

// One random sparse jet with `channels` channels; in signed channels every fifth value is negative.
inline SparseImages random_images(ImageShape shape, double occupancy, std::uint64_t seed, bool is_signed = false) {
  SparseImages images;
  images.shape = shape;
  RandomStream stream({seed});
  for (int channel = 0; channel < shape.channels; ++channel) {
    for (int pixel = 0; pixel < shape.pixels(); ++pixel) {
      if (!stream.chance(occupancy)) continue;
      images.pixel.push_back(static_cast<std::uint16_t>(pixel));
      const float value = static_cast<float>(stream.uniform(0.1, 10));
      images.value.push_back(is_signed && stream.chance(0.2) ? -value : value);
    }
    images.offset.push_back(images.pixel.size());
  }
  return images;
}

// (1, C, H, W) in double precision.
inline at::Tensor dense(const SparseImages& images) {
  const ImageShape& shape = images.shape;
  at::Tensor out = at::zeros({1, shape.channels, shape.height, shape.width}, at::kDouble);
  for (int channel = 0; channel < shape.channels; ++channel) {
    const SparseChannel pixels = images.channel(0, channel);
    double* plane = out.data_ptr<double>() + channel * shape.pixels();
    for (std::size_t i = 0; i < pixels.value.size(); ++i) plane[pixels.pixel[i]] = pixels.value[i];
  }
  return out;
}

inline InputTransform identity(int channels) {
  InputTransform transform;
  for (int channel = 0; channel < channels; ++channel) {
    transform.channels.push_back({"c" + std::to_string(channel), "GeV", true});
    transform.planes.push_back({.channel = channel});
  }
  return transform;
}

inline at::Tensor assemble(const SparseImages& images, const InputTransform& transform, const ImageOptions& image,
                           const Placement& placement = {}) {
  const ImageAssembler assembler(images.shape, transform, image);
  at::Tensor out = at::zeros({1, assembler.planes(), assembler.size(), assembler.size()}, at::kFloat);
  ImageAssembler::Workspace workspace;
  assembler.assemble_at(images, 0, placement, out.data_ptr<float>(), workspace);
  return out;
}

inline double largest(const at::Tensor& tensor) {
  return tensor.abs().max().item<double>();
}

// Interpolation weights are at most about 1, so that rounding errors in single precision scale with the source.
inline void expect_close(const at::Tensor& got, const at::Tensor& wanted, const at::Tensor& source) {
  EXPECT_LE(largest(got.to(at::kDouble).sub(wanted)), 2e-6 * largest(source));
}

}  // namespace jetvit
