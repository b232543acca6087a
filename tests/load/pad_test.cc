#include <cmath>
#include <cstdint>
#include <numbers>

#include <ATen/core/Tensor.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/flip.h>
#include <ATen/ops/grid_sampler_2d.h>
#include <ATen/ops/rot90.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "load/assembled_images.h"
#include "support/expect_error.h"

namespace jetvit {
namespace {

at::Tensor torch_pad(const at::Tensor& image, int size) {
  const std::int64_t rows = size - image.size(2);
  const std::int64_t columns = size - image.size(3);
  return at::constant_pad_nd(image, {columns / 2, columns - columns / 2, rows / 2, rows - rows / 2});
}

TEST(Pad, EqualsTorchPadBitForBit) {
  for (const ImageShape shape : {kShape, ImageShape{2, 125, 90}, ImageShape{1, 8, 125}}) {
    const SparseImages images = random_images(shape, 0.05, 11);
    const at::Tensor source = dense(images).to(at::kFloat);
    for (const int size : {125, 126, 128, 131, 224}) {
      EXPECT_TRUE(assemble(images, identity(shape.channels), {size, "pad"}).equal(torch_pad(source, size))) << size;
    }
  }
  // One column to the left of 125 in 128, two to the right.
  SparseImages corners;
  corners.shape = {1, 125, 125};
  corners.pixel = {0, 125 * 125 - 1};
  corners.value = {1, 2};
  corners.offset = {0, 2};
  const at::Tensor out = assemble(corners, identity(1), {128, "pad"});
  EXPECT_EQ(out[0][0][1][1].item<float>(), 1);
  EXPECT_EQ(out[0][0][125][125].item<float>(), 2);
}

TEST(Pad, FlipsAndQuarterTurnsActAboutTheJet) {
  const SparseImages images = random_images(kShape, 0.05, 12);
  const at::Tensor source = dense(images).to(at::kFloat);
  for (const int size : {125, 126, 128}) {
    const ImageOptions image{size, "pad"};
    const auto padded = [&](const Placement& placement) { return assemble(images, identity(3), image, placement); };
    EXPECT_TRUE(padded({.flip_phi = true}).equal(torch_pad(at::flip(source, {3}), size)));
    EXPECT_TRUE(padded({.flip_eta = true}).equal(torch_pad(at::flip(source, {2}), size)));
    for (const int turns : {-2, -1, 1, 2}) {
      EXPECT_TRUE(padded({.degrees = 90.0 * turns}).equal(torch_pad(at::rot90(source, -turns, {2, 3}), size)));
      EXPECT_TRUE(padded({.degrees = 90.0 * turns, .flip_phi = true})
                      .equal(torch_pad(at::flip(at::rot90(source, -turns, {2, 3}), {3}), size)));
    }
  }
}

TEST(Pad, ShiftsUseTheMarginsAndLosePixelsOutside) {
  const SparseImages images = random_images(kShape, 0.05, 13);
  const at::Tensor source = dense(images).to(at::kFloat);
  for (const int eta : {-9, -1, 2, 9}) {
    for (const int phi : {-3, 0, 2, 9}) {
      // Negative padding crops.
      const at::Tensor wanted = at::constant_pad_nd(source, {1 + phi, 2 - phi, 1 + eta, 2 - eta});
      const Placement shifted{.shift_eta = eta, .shift_phi = phi};
      EXPECT_TRUE(assemble(images, identity(3), {128, "pad"}, shifted).equal(wanted)) << eta << " " << phi;
      // Mirrored about the jet after cropping.
      Placement mirrored = shifted;
      mirrored.flip_eta = mirrored.flip_phi = true;
      const at::Tensor turned = at::constant_pad_nd(at::flip(source, {2, 3}), {1 - phi, 2 + phi, 1 - eta, 2 + eta});
      EXPECT_TRUE(assemble(images, identity(3), {128, "pad"}, mirrored).equal(turned)) << eta << " " << phi;
    }
  }
}

TEST(Pad, RandomPlacementsEqualTorchGridSample) {
  for (const ImageShape shape : {kShape, ImageShape{2, 125, 90}}) {
    const SparseImages images = random_images(shape, 0.1, 14);
    const at::Tensor source = dense(images);
    RandomStream stream({15});
    for (int trial = 0; trial < 8; ++trial) {
      const int size = trial % 2 == 0 ? 128 : 180;
      const Placement placement = draw_placement(
          {.rotation = 180, .horizontal_flip = 0.5, .vertical_flip = 0.5, .shift_eta = 9, .shift_phi = 9}, stream);
      // The sampling grid of the raw image, extended beyond the output on every side and mirrored about its center, and
      // then cropped to the output.
      const int margin = size;
      const ImageShape wide{1, shape.height + 2 * margin, shape.width + 2 * margin};
      at::Tensor grid = at::zeros({1, wide.height, wide.width, 2}, at::kDouble);
      double* out = grid.data_ptr<double>();
      const double angle = placement.degrees * std::numbers::pi / 180;
      for (int row = 0; row < wide.height; ++row) {
        for (int column = 0; column < wide.width; ++column) {
          const double x = column + 0.5 - 0.5 * wide.width - placement.shift_phi;
          const double y = row + 0.5 - 0.5 * wide.height - placement.shift_eta;
          *out++ = (std::cos(angle) * x + std::sin(angle) * y) / (0.5 * shape.width);
          *out++ = (-std::sin(angle) * x + std::cos(angle) * y) / (0.5 * shape.height);
        }
      }
      at::Tensor wanted = at::grid_sampler_2d(source, grid, 0, 0, false);
      if (placement.flip_eta) wanted = at::flip(wanted, {2});
      if (placement.flip_phi) wanted = at::flip(wanted, {3});
      wanted =
          wanted.narrow(2, margin - (size - shape.height) / 2, size).narrow(3, margin - (size - shape.width) / 2, size);
      expect_close(assemble(images, identity(shape.channels), {size, "pad"}, placement), wanted, source);
    }
  }
}

TEST(Pad, KeepsEnergyValuesAndCenter) {
  const SparseImages images = random_images(kShape, 0.05, 16);
  const double energy = dense(images).sum().item<double>();
  RandomStream stream({17});
  for (int trial = 0; trial < 20; ++trial) {
    Placement placement =
        draw_placement({.horizontal_flip = 0.5, .vertical_flip = 0.5, .shift_eta = 3, .shift_phi = 3}, stream);
    placement.degrees = 90.0 * (trial % 4);
    const at::Tensor out = assemble(images, identity(3), {140, "pad"}, placement);
    EXPECT_NEAR(out.to(at::kDouble).sum().item<double>(), energy, 1e-9 * energy);
    EXPECT_EQ(out.ne(0).sum().item<std::int64_t>(), static_cast<std::int64_t>(images.value.size()));
  }
  SparseImages core;
  core.shape = {1, 125, 125};
  core.pixel = {62 * 125 + 62};
  core.value = {5};
  core.offset = {0, 1};
  for (const double degrees : {0.0, 17.0, 45.0, 90.0, 180.0}) {
    for (const bool flip : {false, true}) {
      const at::Tensor out =
          assemble(core, identity(1), {128, "pad"}, {.degrees = degrees, .flip_eta = flip, .flip_phi = flip});
      EXPECT_EQ(out[0][0][63][63].item<float>(), 5) << degrees << " " << flip;
    }
  }
  // Corners that a rotation moves out of 128 pixels are within 180 pixels.
  core.pixel = {0};
  EXPECT_EQ(assemble(core, identity(1), {128, "pad"}, {.degrees = 45}).sum().item<float>(), 0);
  EXPECT_NEAR(assemble(core, identity(1), {180, "pad"}, {.degrees = 45}).sum().item<double>(), 5, 1);
}

TEST(Pad, RefusesASmallerSquare) {
  EXPECT_ERROR(ImageAssembler(kShape, identity(3), {112, "pad"}), UsageError,
               "image.size: 112 is less than the 125 x 125 pixels of the images, which image.resize = \"pad\" does not "
               "resize (use 125 or more, or resize by bilinear, bicubic or sum)");
  EXPECT_ERROR(ImageAssembler({3, 90, 125}, identity(3), {124, "pad"}), UsageError, "90 x 125 pixels");
  EXPECT_NO_THROW(ImageAssembler({3, 90, 125}, identity(3), {125, "pad"}));
}

}  // namespace
}  // namespace jetvit
