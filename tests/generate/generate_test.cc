#include "generate/generate.h"

#include <gtest/gtest.h>

namespace jetvit {
namespace {

GenerateOptions small(bool top, int threads) {
  GenerateOptions options;
  options.top = top;
  options.jets = 12;
  options.seed = 5;
  options.pile_up = 3;
  options.threads = threads;
  return options;
}

TEST(Generate, SameJetsWhateverTheThreads) {
  const Generated one = generate(small(false, 1)), two = generate(small(false, 2));
  ASSERT_EQ(one.jets.size(), 12U);
  EXPECT_EQ(one.jets.images.offset, two.jets.images.offset);
  EXPECT_EQ(one.jets.images.pixel, two.jets.images.pixel);
  EXPECT_EQ(one.jets.images.value, two.jets.images.value);
  EXPECT_EQ(one.jets.label, two.jets.label);
  EXPECT_EQ(one.jets.observers, two.jets.observers);
}

TEST(Generate, ClassesAreBalanced) {
  const Generated made = generate(small(false, 1));
  std::size_t signal = 0;
  for (const std::uint8_t label : made.jets.label) signal += label;
  EXPECT_EQ(signal, 6U);
}

TEST(Generate, TowersAreConstantBlocks) {
  const Generated made = generate(small(false, 1));
  for (std::size_t jet = 0; jet < made.jets.size(); ++jet) {
    const SparseChannel hcal = made.jets.images.channel(jet, 2);
    std::vector<float> dense(125 * 125, 0.0F);
    for (std::size_t entry = 0; entry < hcal.pixel.size(); ++entry) dense[hcal.pixel[entry]] = hcal.value[entry];
    for (std::size_t row = 0; row < 125; ++row) {
      for (std::size_t column = 0; column < 125; ++column) {
        ASSERT_EQ(dense[row * 125 + column], dense[row / 5 * 5 * 125 + column / 5 * 5]);
      }
    }
  }
}

TEST(Generate, TopHasEightChannelsAndSignedSignificances) {
  const Generated made = generate(small(true, 2));
  ASSERT_EQ(made.jets.images.shape.channels, 8);
  bool negative = false;
  for (std::size_t jet = 0; jet < made.jets.size(); ++jet) {
    EXPECT_GT(made.jets.observer("pt")[jet], 400);
    for (const float value : made.jets.images.channel(jet, 1).value) negative = negative || value < 0;
  }
  EXPECT_TRUE(negative);
}

}  // namespace
}  // namespace jetvit
