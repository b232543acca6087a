#include "published/resize.h"

#include <bit>
#include <cstdint>

#include <gtest/gtest.h>

namespace jetvit {
namespace {

TEST(BilinearResize, EqualsOpenCvToTheLastBit) {
  std::vector<double> plane(125 * 125);
  for (std::size_t index = 0; index < plane.size(); ++index) {
    const std::size_t row = index / 125;
    const bool empty = index * 31 % 7 > 1 || (row >= 40 && row < 60);
    plane[index] = empty ? 0 : static_cast<double>(index * 7919 % 1009) / 3.0;
  }
  BilinearResize resize(125, 125, 128, 128);
  std::vector<double> out(128 * 128, -1);
  for (int round = 0; round < 2; ++round) {
    resize(plane, out);
    std::uint64_t digest = 0;
    for (const double value : out) digest = digest * 1099511628211U ^ std::bit_cast<std::uint64_t>(value);
    EXPECT_EQ(digest, 0x5d53d51541c5dadaU);  // cv2.resize, by tests/oracle/make_published_oracles.py
  }
  EXPECT_TRUE(resize.occupied(0));
  EXPECT_FALSE(resize.occupied(50));
}

TEST(BilinearResize, EvenPlanesStayEvenAndTheSameSizeIsACopy) {
  const std::vector<double> even(30, 254.99999999999997);
  std::vector<double> out(77);
  BilinearResize(6, 5, 7, 11)(even, out);
  for (const double value : out) EXPECT_EQ(value, even[0]);
  const std::vector<double> plane = {1, 2, 3, 4, 5, 6};
  std::vector<double> same(6);
  BilinearResize(2, 3, 2, 3)(plane, same);
  EXPECT_EQ(same, plane);
}

}  // namespace
}  // namespace jetvit
