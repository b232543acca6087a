#include "pictures/nonempty_pixels.h"

#include <vector>

#include <gmock/gmock.h>

namespace jetvit {
namespace {

template <class Lane>
std::vector<std::size_t> nonempty_positions(const std::vector<Lane>& lanes, const EmptyPixels<Lane>& empty) {
  std::vector<std::size_t> positions;
  visit_nonempty_pixels(lanes.data(), lanes.size(), empty,
                        [&](std::size_t position) { positions.push_back(position); });
  return positions;
}

// One lane that differs, at every position of every length up to two blocks and a tail.
template <class Lane>
void expect_each_alone(const EmptyPixels<Lane>& empty, Lane other) {
  for (std::size_t length = 0; length <= 2 * empty.size() + 3; ++length) {
    std::vector<Lane> lanes(length);
    for (std::size_t position = 0; position < length; ++position) lanes[position] = empty[position % empty.size()];
    ASSERT_THAT(nonempty_positions(lanes, empty), testing::IsEmpty()) << length;
    for (std::size_t position = 0; position < length; ++position) {
      std::swap(lanes[position], other);
      ASSERT_THAT(nonempty_positions(lanes, empty), testing::ElementsAre(position)) << length;
      std::swap(lanes[position], other);
    }
  }
}

TEST(NonemptyPixels, FindsEachLaneAlone) {
  EmptyPixels<std::uint8_t> bytes{};
  expect_each_alone<std::uint8_t>(bytes, 1);
  expect_each_alone<std::uint8_t>(bytes, 0x80);
  for (std::size_t byte = 0; byte < bytes.size(); ++byte) bytes[byte] = byte % 3 == 1 ? 128 : 0;
  expect_each_alone<std::uint8_t>(bytes, 255);
  expect_each_alone<float>({}, 1e-45F);
  expect_each_alone<float>({}, -1.0F);
}

TEST(NonemptyPixels, FindsAllThatDifferInRisingOrder) {
  std::vector<std::uint8_t> bytes(1000);
  for (std::size_t position = 0; position < bytes.size(); ++position) bytes[position] = position % 2 == 0 ? 7 : 9;
  std::vector<std::size_t> nines;
  for (std::size_t position = 1; position < bytes.size(); position += 2) nines.push_back(position);
  EmptyPixels<std::uint8_t> seven;
  seven.fill(7);
  EXPECT_EQ(nonempty_positions(bytes, seven), nines);
}

}  // namespace
}  // namespace jetvit
