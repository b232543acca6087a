#include "pictures/other_lanes.h"

#include <vector>

#include <gmock/gmock.h>

namespace jetvit {
namespace {

template <class Lane>
std::vector<std::size_t> other_places(const std::vector<Lane>& lanes, const EmptyLanes<Lane>& empty) {
  std::vector<std::size_t> places;
  visit_other_lanes(lanes.data(), lanes.size(), empty, [&](std::size_t place) { places.push_back(place); });
  return places;
}

// One lane that differs, at every place of every length up to some blocks and tails.
template <class Lane>
void expect_each_alone(const EmptyLanes<Lane>& empty, Lane other) {
  for (std::size_t length = 0; length <= 2 * empty.size() + 3; ++length) {
    std::vector<Lane> lanes(length);
    for (std::size_t place = 0; place < length; ++place) lanes[place] = empty[place % empty.size()];
    ASSERT_THAT(other_places(lanes, empty), testing::IsEmpty()) << length;
    for (std::size_t place = 0; place < length; ++place) {
      std::swap(lanes[place], other);
      ASSERT_THAT(other_places(lanes, empty), testing::ElementsAre(place)) << length;
      std::swap(lanes[place], other);
    }
  }
}

TEST(OtherLanes, FindsEachLaneAlone) {
  EmptyLanes<std::uint8_t> bytes{};
  expect_each_alone<std::uint8_t>(bytes, 1);
  expect_each_alone<std::uint8_t>(bytes, 0x80);
  for (std::size_t byte = 0; byte < bytes.size(); ++byte) bytes[byte] = byte % 3 == 1 ? 128 : 0;
  expect_each_alone<std::uint8_t>(bytes, 255);
  expect_each_alone<float>({}, 1e-45F);
  expect_each_alone<float>({}, -1.0F);
}

TEST(OtherLanes, FindsAllThatDifferInRisingOrder) {
  std::vector<std::uint8_t> bytes(1000);
  for (std::size_t place = 0; place < bytes.size(); ++place) bytes[place] = place % 2 == 0 ? 7 : 9;
  std::vector<std::size_t> nines;
  for (std::size_t place = 1; place < bytes.size(); place += 2) nines.push_back(place);
  EmptyLanes<std::uint8_t> seven;
  seven.fill(7);
  EXPECT_EQ(other_places(bytes, seven), nines);
}

}  // namespace
}  // namespace jetvit
