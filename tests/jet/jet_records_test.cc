#include "jet/jet_records.h"

#include <array>
#include <cstdint>

#include "support/expect_error.h"

namespace jetvit {
namespace {

// Jet j has j % 3 pixels in channel 0 and one pixel in channel 1.
JetRecords make_jets(std::size_t count, std::uint64_t first_row) {
  JetRecords jets;
  jets.images.shape = {2, 4, 4};
  jets.observer_names = {"pt"};
  jets.observers.resize(1);
  for (std::size_t jet = 0; jet < count; ++jet) {
    const std::uint64_t row = first_row + jet;
    for (std::uint16_t pixel = 0; pixel < row % 3; ++pixel) {
      jets.images.pixel.push_back(pixel);
      jets.images.value.push_back(static_cast<float>(row));
    }
    jets.images.offset.push_back(jets.images.pixel.size());
    jets.images.pixel.push_back(15);
    jets.images.value.push_back(0.5F);
    jets.images.offset.push_back(jets.images.pixel.size());
    jets.label.push_back(row % 2);
    jets.weight.push_back(1);
    jets.observers[0].push_back(100.0 + static_cast<double>(row));
    jets.source_file.push_back(0);
    jets.source_row.push_back(row);
  }
  return jets;
}

TEST(JetRecords, AppendEqualsMakingThemAtOnce) {
  JetRecords jets = make_jets(5, 0);
  jets.append(make_jets(4, 5));
  const JetRecords all = make_jets(9, 0);
  EXPECT_EQ(jets.images.offset, all.images.offset);
  EXPECT_EQ(jets.images.pixel, all.images.pixel);
  EXPECT_EQ(jets.images.value, all.images.value);
  EXPECT_EQ(jets.source_row, all.source_row);
  EXPECT_EQ(jets.observers, all.observers);
}

// Integers have more digits than a double.
TEST(JetRecords, IntegersStayExact) {
  constexpr std::int64_t kLarge = (std::int64_t{1} << 53) + 1;
  JetRecords jets = make_jets(3, 0);
  jets.integers = {{0, false, {kLarge, kLarge + 1, kLarge + 2}}};
  JetRecords twice = jets;
  twice.append(jets);
  EXPECT_EQ(twice.integers_of(0)->value,
            (std::vector<std::int64_t>{kLarge, kLarge + 1, kLarge + 2, kLarge, kLarge + 1, kLarge + 2}));
  EXPECT_EQ(twice.select(std::array<std::size_t, 2>{5, 1}).integers_of(0)->value,
            (std::vector<std::int64_t>{kLarge + 2, kLarge + 1}));
  JetRecords empty;
  empty.append(jets);
  EXPECT_EQ(empty.integers, jets.integers);
  JetRecords doubles = make_jets(3, 0);
  EXPECT_EQ(doubles.integers_of(0), nullptr);
  EXPECT_ERROR(doubles.append(jets), Error, "the observers pt cannot be joined with jets with pt (integers)");
  jets.clear();
  EXPECT_TRUE(jets.integers_of(0)->value.empty());
}

TEST(JetRecords, SelectKeepsRowsTogether) {
  const JetRecords jets = make_jets(9, 0);
  const std::array<std::size_t, 3> wanted = {8, 2, 3};
  const JetRecords selected = jets.select(wanted);
  ASSERT_EQ(selected.size(), 3U);
  EXPECT_EQ(selected.images.size(), 3U);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    EXPECT_EQ(selected.source_row[i], wanted[i]);
    EXPECT_EQ(selected.images.channel(i, 0).pixel.size(), wanted[i] % 3);
    EXPECT_EQ(selected.images.channel(i, 1).pixel[0], 15);
  }
}

TEST(JetRecords, RefusesMixtures) {
  JetRecords jets = make_jets(2, 0);
  JetRecords other = make_jets(2, 2);
  other.images.shape = {2, 5, 5};
  EXPECT_ERROR(jets.images.append(other.images), Error, "different shapes");
  other = make_jets(2, 2);
  other.observer_names = {"m0"};
  EXPECT_ERROR(jets.append(other), Error, "cannot be joined with jets with m0");
  EXPECT_ERROR(jets.observer("mass"), Error, "no observer \"mass\" (available: pt)");
}

}  // namespace
}  // namespace jetvit
