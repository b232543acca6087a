#include "raw/hybrid_runs.h"

#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "raw/value_decoder.h"
#include "support/expect_error.h"

namespace jetvit {
namespace {

using Bytes = std::vector<std::byte>;

void add_varint(Bytes& bytes, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) bytes.push_back(static_cast<std::byte>(value | 0x80));
  bytes.push_back(static_cast<std::byte>(value));
}

void add_run(Bytes& bytes, int bit_width, std::uint32_t value, std::uint64_t length) {
  add_varint(bytes, length << 1);
  for (int byte = 0; byte < (bit_width + 7) / 8; ++byte) bytes.push_back(static_cast<std::byte>(value >> (8 * byte)));
}

// Packs values bit by bit, in groups of eight.
void add_packed(Bytes& bytes, int bit_width, std::span<const std::uint32_t> values) {
  const std::size_t groups = (values.size() + 7) / 8;
  add_varint(bytes, groups << 1 | 1);
  const std::size_t start = bytes.size();
  bytes.resize(start + groups * static_cast<std::size_t>(bit_width));
  std::size_t bit = 0;
  for (const std::uint32_t value : values) {
    for (int position = 0; position < bit_width; ++position, ++bit) {
      if ((value >> position & 1U) != 0) bytes[start + bit / 8] |= std::byte{1} << (bit % 8);
    }
  }
}

std::vector<std::uint32_t> walk(std::span<const std::byte> bytes, int bit_width, std::size_t count) {
  std::vector<std::uint32_t> out;
  walk_hybrid(
      bytes, bit_width, count, [&](std::uint32_t value, std::size_t length) { out.insert(out.end(), length, value); },
      [&](const std::uint8_t* group, std::size_t used) {
        const auto values = unpack_group(group, bit_width);
        if (bit_width <= LaneUnpacker::kMaxWidth) {
          const auto lanes = LaneUnpacker(bit_width)(group);
          for (std::size_t i = 0; i < 8; ++i) EXPECT_EQ(lanes[i / 4] >> (16 * (i % 4)) & 0xffff, values[i]);
        }
        out.insert(out.end(), values.begin(), values.begin() + static_cast<std::ptrdiff_t>(used));
      });
  return out;
}

// A random mixture of runs and packed groups, and the values that it encodes.
std::pair<Bytes, std::vector<std::uint32_t>> random_runs(int bit_width, std::uint32_t seed) {
  std::mt19937 random(seed);
  const std::uint32_t mask = bit_width == 0 ? 0 : ~std::uint32_t{0} >> (32 - bit_width);
  Bytes bytes;
  std::vector<std::uint32_t> values;
  for (int part = 0; part < 12; ++part) {
    if (random() % 2 == 0) {
      const std::size_t length = 1 + random() % 900;
      const auto value = static_cast<std::uint32_t>(random()) & mask;
      add_run(bytes, bit_width, value, length);
      values.insert(values.end(), length, value);
    } else {
      std::vector<std::uint32_t> packed(8 * (1 + random() % 150));
      for (std::uint32_t& value : packed) value = static_cast<std::uint32_t>(random()) & mask;
      add_packed(bytes, bit_width, packed);
      values.insert(values.end(), packed.begin(), packed.end());
    }
  }
  return {bytes, values};
}

TEST(HybridRuns, EveryBitWidth) {
  for (int bit_width = 0; bit_width <= 32; ++bit_width) {
    const auto [bytes, values] = random_runs(bit_width, static_cast<std::uint32_t>(bit_width) + 1);
    ASSERT_EQ(walk(bytes, bit_width, values.size()), values) << bit_width;
    // A page may end inside a run or inside packed groups.
    for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{9}, values.size() - 3}) {
      const std::vector<std::uint32_t> first(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(count));
      ASSERT_EQ(walk(bytes, bit_width, count), first) << bit_width;
    }
  }
}

TEST(HybridRuns, RunsBeyondThePageEndWithIt) {
  Bytes bytes;
  add_run(bytes, 3, 5, std::uint64_t{1} << 55);
  EXPECT_EQ(walk(bytes, 3, 4), (std::vector<std::uint32_t>{5, 5, 5, 5}));
  bytes.clear();
  add_varint(bytes, (std::uint64_t{1} << 55) | 1);  // packed groups that are missing
  EXPECT_ERROR(walk(bytes, 3, 4), Error, "a page's runs are cut short");
  EXPECT_EQ(walk(bytes, 0, 4), (std::vector<std::uint32_t>{0, 0, 0, 0}));  // groups of width 0 take no bytes
}

// The unused bits of a run's value are ignored.
TEST(HybridRuns, ValuesStayInTheirWidth) {
  Bytes bytes;
  add_run(bytes, 8, 0xff, 2);
  EXPECT_EQ(walk(bytes, 3, 2), (std::vector<std::uint32_t>{7, 7}));
}

TEST(HybridRuns, EveryTruncationIsFound) {
  for (const int bit_width : {1, 7, 8, 9, 17, 32}) {
    const auto [bytes, values] = random_runs(bit_width, 77);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const std::vector<std::byte> part(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
      EXPECT_ERROR(walk(part, bit_width, values.size()), Error, "a page's runs are cut short");
    }
  }
}

TEST(HybridRuns, RefusesInvalidWidthsAndRuns) {
  EXPECT_ERROR(walk(Bytes(4), 33, 1), Error, "impossible bit width");
  EXPECT_ERROR(walk(Bytes(4), -1, 1), Error, "impossible bit width");
  EXPECT_ERROR(walk(Bytes(4), 1, 1), Error, "an empty run");
  EXPECT_ERROR(walk(Bytes(1, std::byte{1}), 1, 1), Error, "an empty run");
  EXPECT_ERROR(walk(Bytes(40, std::byte{0xff}), 1, 1), Error, "a page's runs are cut short");  // overlong number
}

TEST(HybridRuns, RandomBytesNeverCauseReadsOutsideThePage) {
  std::mt19937 random(5);
  for (int trial = 0; trial < 20000; ++trial) {
    Bytes bytes(random() % 40);
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
    const int bit_width = static_cast<int>(random() % 33);
    try {
      const std::size_t count = 1 + random() % 5000;
      ASSERT_EQ(walk(bytes, bit_width, count).size(), count);
    } catch (const Error&) {
    }
  }
}

TEST(Levels, AreBoundedBeforeTheyAreAllocated) {
  Bytes bytes;
  add_run(bytes, 1, 1, std::uint64_t{1} << 40);
  std::vector<std::uint8_t> levels;
  EXPECT_ERROR(decode_levels(bytes, 1, std::size_t{1} << 40, levels), Error, "values (limit 67108864)");
  decode_levels(bytes, 1, 5, levels);
  EXPECT_EQ(levels, (std::vector<std::uint8_t>{1, 1, 1, 1, 1}));
  decode_levels({}, 0, 3, levels);
  EXPECT_EQ(levels, (std::vector<std::uint8_t>{0, 0, 0}));
  EXPECT_ERROR(decode_levels({}, 3, 1, levels), Error, "cut short");
}

}  // namespace
}  // namespace jetvit
