#include "generate/generate.h"

#include <gtest/gtest.h>

#include "generate/collisions.h"
#include "generate/pool_size.h"

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

// All tests use one pile-up pool, which takes seconds to make.
const std::vector<std::vector<Particle>>& small_pool() {
  static const std::vector<std::vector<Particle>> pool = pile_up_pool(small(false, 1));
  return pool;
}

// The complete data set.
JetRecords jets_of(const GenerateOptions& options) {
  JetRecords all;
  generate(options, small_pool(), [&all](const JetRecords& jets) { all.append(jets); });
  return all;
}

// Pythia 8 has no state that survives a new seed, so that any thread can make any block.
TEST(Generate, CollisionsDependOnTheSeedOnly) {
  PythiaSource source(Process::gluon);
  source.seed(1);
  const Collision first = source.next();
  for (int count = 0; count < 50; ++count) source.next();
  source.seed(2);
  const Collision other = source.next();
  source.seed(1);
  const Collision again = source.next();
  ASSERT_EQ(first.particles.size(), again.particles.size());
  for (std::size_t index = 0; index < first.particles.size(); ++index) {
    ASSERT_EQ(first.particles[index].px, again.particles[index].px);
    ASSERT_EQ(first.particles[index].z, again.particles[index].z);
  }
  EXPECT_NE(first.particles.front().px, other.particles.front().px);
}

// With one thread, the second block comes from a generator that has already made the first.
TEST(Generate, PileUpDoesNotDependOnTheNumberOfThreads) {
  const auto one = make_pile_up(255, 5, 1), two = make_pile_up(255, 5, 2);
  ASSERT_EQ(one.size(), two.size());
  for (std::size_t index = 0; index < one.size(); ++index) {
    ASSERT_EQ(one[index].size(), two[index].size());
    for (std::size_t particle = 0; particle < one[index].size(); ++particle) {
      ASSERT_EQ(one[index][particle].px, two[index][particle].px);
    }
  }
}

// Which sizes are right, pool_size_test.cc says.
TEST(Generate, PileUpPoolHasItsSize) {
  EXPECT_EQ(small_pool().size(), pool_size(small(false, 1)));
  GenerateOptions without = small(false, 1);
  without.pile_up = 0;
  EXPECT_TRUE(pile_up_pool(without).empty());
}

TEST(Generate, JetsDoNotDependOnTheNumberOfThreads) {
  const JetRecords one = jets_of(small(false, 1)), three = jets_of(small(false, 3));
  ASSERT_EQ(one.size(), 12U);
  EXPECT_EQ(one.images.offset, three.images.offset);
  EXPECT_EQ(one.images.pixel, three.images.pixel);
  EXPECT_EQ(one.images.value, three.images.value);
  EXPECT_EQ(one.label, three.label);
  EXPECT_EQ(one.observers, three.observers);
}

TEST(Generate, ClassesAreBalanced) {
  const JetRecords made = jets_of(small(false, 1));
  std::size_t signal = 0;
  for (const std::uint8_t label : made.label) signal += label;
  EXPECT_EQ(signal, 6U);
}

TEST(Generate, TowersAreConstantBlocks) {
  const JetRecords made = jets_of(small(false, 1));
  for (std::size_t jet = 0; jet < made.size(); ++jet) {
    const SparseChannel hcal = made.images.channel(jet, 2);
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
  const JetRecords made = jets_of(small(true, 2));
  ASSERT_EQ(made.images.shape.channels, 8);
  bool negative = false;
  for (std::size_t jet = 0; jet < made.size(); ++jet) {
    EXPECT_GT(made.observer("pt")[jet], 400);
    for (const float value : made.images.channel(jet, 1).value) negative = negative || value < 0;
  }
  EXPECT_TRUE(negative);
}

}  // namespace
}  // namespace jetvit
