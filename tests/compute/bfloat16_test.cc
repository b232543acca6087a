#include "compute/bfloat16.h"

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include <ATen/core/Tensor.h>
#include <ATen/ops/from_blob.h>
#include <gtest/gtest.h>

#include "base/random_stream.h"

namespace jetvit {
namespace {

TEST(BFloat16, RoundsLikeATen) {
  std::vector<float> values;
  // Every upper half of a word (normal, denormal, infinite) with lower halves at and next to 0 and the midpoint.
  for (std::uint32_t upper = 0; upper < 0x10000; ++upper) {
    for (const std::uint32_t lower : {0x0000U, 0x0001U, 0x7fffU, 0x8000U, 0x8001U, 0xffffU}) {
      const float value = std::bit_cast<float>(upper << 16 | lower);
      if (!std::isnan(value)) values.push_back(value);
    }
  }
  RandomStream stream({5});
  for (int i = 0; i < 100000; ++i) values.push_back(static_cast<float>(stream.uniform(-1e3, 1e3)));
  values.push_back(0);  // an odd count
  std::vector<std::uint16_t> rounded(values.size());
  round_to_bfloat16(values.data(), values.size(), rounded.data());
  const at::Tensor expected =
      at::from_blob(values.data(), {static_cast<std::int64_t>(values.size())}).to(at::kBFloat16);
  const auto* bits = static_cast<const std::uint16_t*>(expected.const_data_ptr());
  for (std::size_t i = 0; i < values.size(); ++i) ASSERT_EQ(rounded[i], bits[i]) << values[i];
}

TEST(BFloat16, KeepsNaN) {
  for (const std::uint32_t bits : {0x7f800001U, 0xff800001U, 0x7fffffffU, 0xffffffffU}) {
    const float value = std::bit_cast<float>(bits);
    std::uint16_t rounded = 0;
    round_to_bfloat16(&value, 1, &rounded);
    EXPECT_TRUE(std::isnan(std::bit_cast<float>(static_cast<std::uint32_t>(rounded) << 16)));
  }
}

}  // namespace
}  // namespace jetvit
