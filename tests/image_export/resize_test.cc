#include "image_export/resize.h"

#include <bit>
#include <cstdint>

#include <gtest/gtest.h>

namespace jetvit {
namespace {

TEST(BilinearResize, EqualsOpenCvToTheLastBit) {
  std::vector<std::uint32_t> pixel;
  std::vector<double> value;
  for (std::uint32_t index = 0; index < 125 * 125; ++index) {
    const std::uint32_t row = index / 125;
    if (index * 31 % 7 > 1 || (row >= 40 && row < 60)) continue;
    pixel.push_back(index);
    value.push_back((index * 7919 % 1009) / 3.0);
  }
  BilinearResize resize(125, 125, 128, 128);
  std::vector<double> out(128 * 128, -1);
  const std::vector<std::uint32_t> other = {0, 55 * 125 + 124};
  for (int round = 0; round < 2; ++round) {
    resize(other, value, out);  // must not affect the next call
    EXPECT_TRUE(resize.occupied(56));
    resize(pixel, value, out);
    std::uint64_t digest = 0;
    for (const double number : out) digest = digest * 1099511628211U ^ std::bit_cast<std::uint64_t>(number);
    EXPECT_EQ(digest, 0x5d53d51541c5dadaU);  // cv2.resize, by tests/oracle/make/make_published_oracles.py
  }
  EXPECT_TRUE(resize.occupied(0));
  EXPECT_FALSE(resize.occupied(50));
}

TEST(BilinearResize, UniformPlanesStayUniformAndTheSameSizeIsACopy) {
  const std::vector<std::uint32_t> pixel = {0, 1, 2, 3, 4, 5};
  const std::vector<double> even(6, 254.99999999999997);
  std::vector<double> out(77);
  BilinearResize(2, 3, 7, 11)(pixel, even, out);
  for (const double mixed : out) EXPECT_EQ(mixed, even[0]);
  const std::vector<double> plane = {1, 2, 3, 4, 5, 6};
  std::vector<double> same(6);
  BilinearResize(2, 3, 2, 3)(pixel, plane, same);
  EXPECT_EQ(same, plane);
}

}  // namespace
}  // namespace jetvit
