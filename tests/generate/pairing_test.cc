#include "generate/pairing.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include <gtest/gtest.h>

#include "base/random_stream.h"

namespace jetvit {
namespace {

// Jets without pixels, all in one bin of pT and eta, each with a different mass.
JetRecords block_of(std::uint8_t label, std::size_t count, double first_mass) {
  JetRecords jets;
  jets.images.shape = {3, 125, 125};
  jets.images.offset.resize(3 * count + 1, 0);
  jets.observer_names = {"pt", "m0", "eta"};
  jets.observers.assign(3, std::vector<double>(count, 1.0));
  for (std::size_t jet = 0; jet < count; ++jet) jets.observers[1][jet] = first_mass + static_cast<double>(jet);
  jets.label.assign(count, label);
  jets.weight.assign(count, 1);
  jets.source_file.assign(count, 0);
  jets.source_row.assign(count, 0);
  return jets;
}

TEST(PairStream, PassesEveryPairOnceInChunks) {
  std::vector<std::size_t> chunks;
  std::vector<double> masses;
  std::size_t signal = 0;
  PairStream stream(1101, 7, [&](const JetRecords& jets) {
    chunks.push_back(jets.size());
    masses.insert(masses.end(), jets.observers[1].begin(), jets.observers[1].end());
    for (const std::uint8_t label : jets.label) signal += label;
  });
  for (int block = 0; stream.size() < 1101; ++block) {
    ASSERT_LT(block, 10);
    stream.add(block_of(0, 300, 10000.0 * block));
    stream.add(block_of(1, 250, 10000.0 * block + 5000));
  }
  EXPECT_EQ(chunks, (std::vector<std::size_t>{512, 512, 77}));
  EXPECT_NEAR(static_cast<double>(signal), 550.5, 0.6);
  std::sort(masses.begin(), masses.end());
  EXPECT_EQ(std::adjacent_find(masses.begin(), masses.end()), masses.end());
}

// After pairing, classes with different spectra of pT and |eta| have equal ones: the same number of jets in every bin
// (10 GeV and 0.2 wide), and no difference within a bin that a classifier could use.
TEST(Pairing, MakesTheSpectraOfBothClassesEqual) {
  RandomStream random({21});
  JetRecords jets = block_of(0, 6000, 0);
  jets.append(block_of(1, 4000, 6000));
  for (std::size_t jet = 0; jet < jets.size(); ++jet) {
    const bool signal = jets.label[jet] == 1;
    jets.observers[0][jet] = 70 - (signal ? 40 : 25) * std::log(1 - random.uniform());
    jets.observers[2][jet] = random.uniform(-1, 1) * (signal ? 1.2 : 2.0);
  }
  const std::vector<std::size_t> pairs = pair_classes(jets);
  ASSERT_GT(pairs.size(), 4000U);
  std::map<std::pair<int, int>, int> difference;
  for (std::size_t index = 0; index < pairs.size(); ++index) {
    const std::size_t jet = pairs[index];
    EXPECT_EQ(jets.label[jet], index % 2 == 0 ? 1 : 0);
    if (jets.observers[0][jet] >= 200) continue;  // bins of 5 % there
    const std::pair<int, int> bin = {static_cast<int>(jets.observers[0][jet] / 10),
                                     static_cast<int>(std::abs(jets.observers[2][jet]) / 0.2)};
    difference[bin] += jets.label[jet] == 1 ? 1 : -1;
  }
  for (const auto& [bin, count] : difference) EXPECT_EQ(count, 0) << bin.first << " " << bin.second;
  // The AUC of each observer. Without a difference, its standard error is 1 / sqrt(6 n) for n jets per class.
  for (const std::size_t observer : {0U, 2U}) {
    std::vector<std::pair<double, int>> order;
    for (const std::size_t jet : pairs) order.emplace_back(std::abs(jets.observers[observer][jet]), jets.label[jet]);
    std::sort(order.begin(), order.end());
    double background = 0, below = 0;
    for (const auto& [value, label] : order) (label == 1 ? below : background) += label == 1 ? background : 1;
    const double half = static_cast<double>(pairs.size()) / 2;
    EXPECT_NEAR(below / (half * half), 0.5, 4 / std::sqrt(6 * half));
  }
}

}  // namespace
}  // namespace jetvit
