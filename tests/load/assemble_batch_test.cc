#include "load/assemble_batch.h"

#include <cmath>
#include <numbers>
#include <tuple>

#include <ATen/core/Tensor.h>
#include <ATen/ops/flip.h>
#include <ATen/ops/grid_sampler_2d.h>
#include <ATen/ops/rot90.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/upsample_bicubic2d.h>
#include <ATen/ops/upsample_bilinear2d.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "load/assembled_images.h"
#include "support/expect_error.h"

namespace jetvit {
namespace {

// The dense grid of normalized sampling positions (x, y) from the formula of the placement, without flips.
at::Tensor sampling_grid(const Placement& placement, const ImageShape& shape, int size) {
  at::Tensor grid = at::zeros({1, size, size, 2}, at::kDouble);
  double* out = grid.data_ptr<double>();
  const double angle = placement.degrees * std::numbers::pi / 180;
  for (int row = 0; row < size; ++row) {
    for (int column = 0; column < size; ++column) {
      const double x = (column + 0.5) * shape.width / size - 0.5 * shape.width - placement.shift_phi;
      const double y = (row + 0.5) * shape.height / size - 0.5 * shape.height - placement.shift_eta;
      *out++ = (std::cos(angle) * x + std::sin(angle) * y) / (0.5 * shape.width);
      *out++ = (-std::sin(angle) * x + std::cos(angle) * y) / (0.5 * shape.height);
    }
  }
  return grid;
}

class Interpolation : public testing::TestWithParam<std::tuple<const char*, int, int, int>> {
 protected:
  std::string resize() const { return std::get<0>(GetParam()); }
  int size() const { return std::get<1>(GetParam()); }
  ImageShape shape() const { return {2, std::get<2>(GetParam()), std::get<3>(GetParam())}; }
};

TEST_P(Interpolation, ResizeEqualsTorchUpsample) {
  const SparseImages images = random_images(shape(), 0.1, 1);
  const at::Tensor got = assemble(images, identity(2), {size(), resize()});
  const at::Tensor source = dense(images);
  const at::Tensor wanted = resize() == "bicubic" ? at::upsample_bicubic2d(source, {size(), size()}, false)
                                                  : at::upsample_bilinear2d(source, {size(), size()}, false);
  expect_close(got, wanted, source);
}

TEST_P(Interpolation, RandomPlacementsEqualTorchGridSample) {
  const SparseImages images = random_images(shape(), 0.1, 2);
  const at::Tensor source = dense(images);
  RandomStream stream({3});
  for (int trial = 0; trial < 12; ++trial) {
    Placement placement = draw_placement(
        {.rotation = 180, .horizontal_flip = 0.5, .vertical_flip = 0.5, .shift_eta = 9, .shift_phi = 9}, stream);
    if (trial < 3) placement.degrees = 0;
    if (trial == 2) placement.shift_eta = 0;
    if (trial == 3) placement.degrees = 90;
    if (trial == 4) placement.degrees = -90;
    if (trial == 5) placement.degrees = 180;
    if (placement.shift_phi == 0) placement.shift_phi = 4;
    at::Tensor wanted = at::grid_sampler_2d(source, sampling_grid(placement, images.shape, size()),
                                            resize() == "bicubic" ? 2 : 0, 0, false);
    if (placement.flip_eta) wanted = at::flip(wanted, {2});
    if (placement.flip_phi) wanted = at::flip(wanted, {3});
    expect_close(assemble(images, identity(2), {size(), resize()}, placement), wanted, source);
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, Interpolation,
                         testing::Combine(testing::Values("bilinear", "bicubic"), testing::Values(1, 48, 125, 128, 224),
                                          testing::Values(125), testing::Values(125, 90)));

class AnyResize : public testing::TestWithParam<const char*> {};

TEST_P(AnyResize, FlipsAndQuarterTurnsAreExact) {
  const SparseImages images = random_images(kShape, 0.05, 4);
  for (const int size : {42, 125, 128}) {
    const ImageOptions image{size, GetParam()};
    const at::Tensor straight = assemble(images, identity(3), image);
    EXPECT_TRUE(at::flip(straight, {3}).equal(assemble(images, identity(3), image, {.flip_phi = true})));
    EXPECT_TRUE(at::flip(straight, {2}).equal(assemble(images, identity(3), image, {.flip_eta = true})));
    for (const int turns : {-2, -1, 0, 1, 2}) {
      const at::Tensor turned = assemble(images, identity(3), image, {.degrees = 90.0 * turns});
      // rot90 rotates counterclockwise with rows pointing down; the placement rotates from columns (phi) to rows (eta).
      EXPECT_TRUE(at::rot90(straight, -turns, {2, 3}).equal(turned)) << size << " " << turns;
    }
  }
}

TEST_P(AnyResize, EqualSizeIsACopy) {
  const SparseImages images = random_images(kShape, 0.05, 5);
  EXPECT_TRUE(dense(images).to(at::kFloat).equal(assemble(images, identity(3), {125, GetParam()})));
}

TEST_P(AnyResize, EmptyPixelsShowExactlyTheTransformOfZero) {
  SparseImages images;
  images.shape = {1, 125, 125};
  images.pixel = {62 * 125 + 62};
  images.value = {3};
  images.offset = {0, 1};
  InputTransform transform = identity(1);
  transform.planes[0].scale = 0.37F;
  transform.planes[0].offset = -1.13F;
  const at::Tensor out = assemble(images, transform, {128, GetParam()}, {.degrees = 12});
  EXPECT_GE(out.eq(-1.13F).sum().item<int>(), 128 * 128 - 40);
  EXPECT_LT(out.eq(-1.13F).sum().item<int>(), 128 * 128);
}

INSTANTIATE_TEST_SUITE_P(All, AnyResize, testing::Values("bilinear", "bicubic", "sum"));

TEST(Sum, ConservesEnergy) {
  const SparseImages images = random_images(kShape, 0.05, 6);
  const double energy = dense(images).sum().item<double>();
  for (const int size : {1, 7, 42, 125, 128, 224}) {
    const at::Tensor out = assemble(images, identity(3), {size, "sum"});
    EXPECT_NEAR(out.to(at::kDouble).sum().item<double>(), energy, 1e-6 * energy) << size;
  }
  // A rotation keeps everything within the circle.
  SparseImages core;
  core.shape = kShape;
  core.pixel = {30 * 125 + 62, 62 * 125 + 62, 80 * 125 + 90};
  core.value = {1, 2, 4};
  core.offset = {0, 3, 3, 3};
  EXPECT_EQ(assemble(core, identity(3), {42, "sum"}, {.degrees = 33}).sum().item<float>(), 7);
}

TEST(Sum, AppliesTheFunctionToPooledParts) {
  SparseImages images;
  images.shape = {1, 4, 4};
  images.pixel = {0, 1, 4};
  images.value = {4, 5, -9};
  images.offset = {0, 3};
  InputTransform transform = identity(1);
  transform.planes = {{.channel = 0, .part = Part::kPositive, .function = PixelFunction::kSqrt},
                      {.channel = 0, .part = Part::kNegative, .function = PixelFunction::kSqrt}};
  const at::Tensor out = assemble(images, transform, {2, "sum"});
  EXPECT_TRUE(out.flatten().equal(at::tensor({3.F, 0.F, 0.F, 0.F, 3.F, 0.F, 0.F, 0.F})));
}

TEST(Channels, ImpactParametersChangeSignWhenMirrored) {
  SparseImages images;
  images.shape = {3, 2, 2};
  images.pixel = {0, 0, 0};
  images.value = {1, 2, -3};
  images.offset = {0, 1, 2, 3};
  InputTransform transform = identity(3);
  transform.channels[1].name = "d0";
  transform.channels[2].name = "dz";
  const ImageOptions image{2, "bilinear"};
  EXPECT_TRUE(assemble(images, transform, image, {.flip_phi = true})
                  .flatten()
                  .equal(at::tensor({0.F, 1.F, 0.F, 0.F, 0.F, -2.F, 0.F, 0.F, 0.F, -3.F, 0.F, 0.F})));
  EXPECT_TRUE(assemble(images, transform, image, {.flip_eta = true})
                  .flatten()
                  .equal(at::tensor({0.F, 0.F, 1.F, 0.F, 0.F, 0.F, 2.F, 0.F, 0.F, 0.F, 3.F, 0.F})));
}

// Two mirrors make a half turn: the same pixels and the same signs, in both of its ways. A smaller turn keeps the
// signs.
TEST(Channels, AHalfTurnIsBothMirrors) {
  SparseImages images;
  images.shape = {3, 4, 4};
  images.pixel = {1, 6, 1, 6, 1, 6};
  images.value = {1, 4, 2, -5, -3, 6};
  images.offset = {0, 2, 4, 6};
  InputTransform transform = identity(3);
  transform.channels[1].name = "d0";
  transform.channels[2].name = "dz";
  for (const char* resize : {"bilinear", "sum", "pad"}) {
    const ImageOptions image{4, resize};
    const at::Tensor mirrored = assemble(images, transform, image, {.flip_eta = true, .flip_phi = true});
    for (const double degrees : {-180.0, 180.0}) {
      EXPECT_TRUE(assemble(images, transform, image, {.degrees = degrees}).equal(mirrored)) << resize << degrees;
      const at::Tensor straight = assemble(images, transform, image, {});
      EXPECT_TRUE(
          assemble(images, transform, image, {.degrees = degrees, .flip_eta = true, .flip_phi = true}).equal(straight));
    }
    EXPECT_GT(assemble(images, transform, image, {.degrees = 60})[0][1].sum().item<float>() * -3, 0) << resize;
    EXPECT_GT(assemble(images, transform, image, {.degrees = 120})[0][1].sum().item<float>() * 3, 0) << resize;
  }
}

TEST(Channels, ZeroSuppressionGivesPreparedAndRawInputTheSameImage) {
  SparseImages raw;
  raw.shape = {2, 2, 2};
  raw.pixel = {0, 1, 2, 3, 0, 1};
  raw.value = {5e-4F, 2, -3, 0, -5e-4F, -2};
  raw.offset = {0, 4, 6};
  SparseImages prepared;
  prepared.shape = {2, 2, 2};
  prepared.pixel = {1, 1};
  prepared.value = {2, -2};
  prepared.offset = {0, 1, 2};
  InputTransform transform = identity(2);
  transform.channels[0].is_signed = false;
  transform.zero_threshold = 1e-3F;
  const AugmentOptions augment{.rotation = 60, .pixel_dropout = 0.1, .channel_mask = 0.1, .noise = 0.2};
  const ImageAssembler assembler(raw.shape, transform, {16, "bilinear"}, augment);
  ImageAssembler::Workspace workspace;
  std::vector<float> from_raw(assembler.values());
  std::vector<float> from_prepared(assembler.values());
  for (std::uint64_t jet = 0; jet < 20; ++jet) {
    assembler.assemble_augmented(raw, 0, RandomStream({1, jet}), from_raw.data(), workspace);
    assembler.assemble_augmented(prepared, 0, RandomStream({1, jet}), from_prepared.data(), workspace);
    EXPECT_EQ(from_raw, from_prepared);
  }
}

TEST(Augmentation, RatesAreAsRequested) {
  const SparseImages images = random_images(kShape, 0.1, 7);
  const ImageOptions image{125, "bilinear"};
  const auto mean_of = [&](const AugmentOptions& augment) {
    const ImageAssembler assembler(kShape, identity(3), image, augment);
    ImageAssembler::Workspace workspace;
    at::Tensor out = at::zeros({3, 125, 125}, at::kFloat);
    at::Tensor total = at::zeros({3}, at::kDouble);
    for (std::uint64_t jet = 0; jet < 100; ++jet) {
      assembler.assemble_augmented(images, 0, RandomStream({9, jet}), out.data_ptr<float>(), workspace);
      total += out.to(at::kDouble).sum(at::IntArrayRef({1, 2})).div(100);
    }
    return total.sum().item<double>() / dense(images).sum().item<double>();
  };
  EXPECT_NEAR(mean_of({.pixel_dropout = 0.25}), 0.75, 0.005);
  EXPECT_NEAR(mean_of({.channel_mask = 0.25}), 0.75, 0.1);
  EXPECT_NEAR(mean_of({.noise = 0.1}), 1, 0.001);
  EXPECT_NEAR(mean_of({.horizontal_flip = 0.5, .vertical_flip = 0.5}), 1, 1e-6);
}

TEST(Augmentation, DefaultsChangeNothing) {
  const SparseImages images = random_images(kShape, 0.05, 8);
  const ImageAssembler assembler(kShape, identity(3), {128, "bilinear"});
  ImageAssembler::Workspace workspace;
  std::vector<float> plain(assembler.values());
  std::vector<float> augmented(assembler.values());
  assembler.assemble(images, 0, plain.data(), workspace);
  assembler.assemble_augmented(images, 0, RandomStream({1}), augmented.data(), workspace);
  EXPECT_EQ(plain, augmented);
}

TEST(Options, RefusesOtherChannelsAndWords) {
  EXPECT_THROW(ImageAssembler(kShape, identity(8), {}), Error);
  EXPECT_THROW(ImageAssembler(kShape, identity(3), {128, "nearest"}), UsageError);
  EXPECT_THROW(ImageAssembler(kShape, identity(3), {0, "sum"}), UsageError);
}

}  // namespace
}  // namespace jetvit
