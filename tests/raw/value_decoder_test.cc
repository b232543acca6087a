// Flat numeric columns, built page by page: every supported type and encoding, and the errors for damaged pages.
#include "raw/value_decoder.h"

#include <cmath>

#include <gtest/gtest.h>

#include "page_bytes.h"
#include "raw/compact_thrift.h"
#include "raw/scalar_column.h"
#include "support/expect_error.h"

namespace jetvit {
namespace {

using test::add_page;
using test::add_page_v2;
using test::Bytes;
using test::Page;
using test::plain;

constexpr int kDictionaryPage = 2;

LeafColumn column(PhysicalType type, int max_definition = 0) {
  LeafColumn leaf;
  leaf.path = leaf.root = "pt";
  leaf.type = type;
  leaf.max_definition = max_definition;
  return leaf;
}

std::vector<double> read(const Bytes& chunk, PhysicalType type, std::uint64_t rows, int max_definition = 0) {
  const LeafColumn leaf = column(type, max_definition);
  const Decompressor none(0);
  PageReader::Buffers buffers;
  ScalarValues out;
  ScalarColumnReader reader(ChunkBytes(std::span<const std::byte>(chunk)), leaf, none, rows, buffers);
  reader.read(rows, out);
  reader.finish();
  return out.numbers;
}

Bytes one_page(const Page& page, const Bytes& body) {
  Bytes chunk;
  add_page(chunk, page, body);
  return chunk;
}

// The length of the levels, the levels, then the values.
Bytes with_levels(const Bytes& levels, const Bytes& values) {
  Bytes body;
  test::add_value(body, static_cast<std::uint32_t>(levels.size()));
  body.insert(body.end(), levels.begin(), levels.end());
  body.insert(body.end(), values.begin(), values.end());
  return body;
}

TEST(Values, PlainOfEveryType) {
  EXPECT_EQ(read(one_page({.values = 2}, plain<double>({1.5, -2})), PhysicalType::kDouble, 2),
            (std::vector<double>{1.5, -2}));
  EXPECT_EQ(read(one_page({.values = 2}, plain<float>({0.5F, 1e30F})), PhysicalType::kFloat, 2),
            (std::vector<double>{0.5, static_cast<double>(1e30F)}));
  EXPECT_EQ(read(one_page({.values = 2}, plain<std::int32_t>({-7, 1 << 30})), PhysicalType::kInt32, 2),
            (std::vector<double>{-7, 1 << 30}));
  EXPECT_EQ(read(one_page({.values = 1}, plain<std::int64_t>({-(std::int64_t{1} << 40)})), PhysicalType::kInt64, 1),
            (std::vector<double>{-std::ldexp(1.0, 40)}));
  EXPECT_EQ(read(one_page({.values = 9}, {std::byte{0b10100101}, std::byte{1}}), PhysicalType::kBoolean, 9),
            (std::vector<double>{1, 0, 1, 0, 0, 1, 0, 1, 1}));
  EXPECT_ERROR(read(one_page({.values = 1}, plain<double>({1})), PhysicalType::kOther, 1), Error, "not numeric");
}

TEST(Values, Dictionary) {
  Bytes chunk;
  add_page(chunk, {.kind = kDictionaryPage, .values = 3}, plain<double>({10, 20, 30}));
  const Bytes packed = {std::byte{2}, std::byte{3}, std::byte{0b00100100}, std::byte{0b00000001}};  // 0 1 2 0 1 0 0 0
  for (const int encoding : {2, 8}) {
    Bytes both = chunk;
    add_page(both, {.values = 5, .encoding = encoding}, packed);
    EXPECT_EQ(read(both, PhysicalType::kDouble, 5), (std::vector<double>{10, 20, 30, 10, 20}));
  }
  Bytes outside = chunk;
  add_page(outside, {.values = 8, .encoding = 8}, Bytes{std::byte{2}, std::byte{16}, std::byte{3}});
  EXPECT_ERROR(read(outside, PhysicalType::kDouble, 8), Error, "a page points outside its dictionary");
  Bytes no_width = chunk;
  add_page(no_width, {.values = 8, .encoding = 8}, Bytes{});
  EXPECT_ERROR(read(no_width, PhysicalType::kDouble, 8), Error, "a page is cut short");
  const Bytes alone = one_page({.values = 8, .encoding = 8}, {std::byte{0}, std::byte{16}});
  EXPECT_ERROR(read(alone, PhysicalType::kDouble, 8), Error, "outside its dictionary");  // there is no dictionary
  Bytes short_one;
  add_page(short_one, {.kind = kDictionaryPage, .values = 1 << 30}, plain<double>({10}));
  add_page(short_one, {.values = 8, .encoding = 8}, Bytes{std::byte{0}, std::byte{16}});
  EXPECT_ERROR(read(short_one, PhysicalType::kDouble, 8), Error, "fewer values than it states");
}

TEST(Values, ByteStreamSplitAndBooleanRuns) {
  const Bytes whole = plain<float>({1.5F, -3, 1e-20F});
  Bytes split;
  for (std::size_t byte = 0; byte < 4; ++byte) {
    for (std::size_t value = 0; value < 3; ++value) split.push_back(whole[4 * value + byte]);
  }
  EXPECT_EQ(read(one_page({.values = 3, .encoding = 9}, split), PhysicalType::kFloat, 3),
            (std::vector<double>{1.5, -3, static_cast<double>(1e-20F)}));
  split.pop_back();
  EXPECT_ERROR(read(one_page({.values = 3, .encoding = 9}, split), PhysicalType::kFloat, 3), Error, "fewer values");
  EXPECT_ERROR(read(one_page({.values = 3, .encoding = 9}, split), PhysicalType::kBoolean, 3), Error, "fewer values");
  const Bytes runs = with_levels({std::byte{10}, std::byte{1}}, {});
  EXPECT_EQ(read(one_page({.values = 5, .encoding = 3}, runs), PhysicalType::kBoolean, 5), std::vector<double>(5, 1));
  EXPECT_ERROR(read(one_page({.values = 5, .encoding = 3}, {std::byte{1}}), PhysicalType::kBoolean, 5), Error,
               "cut short");
}

TEST(Values, NullsAreNan) {
  // Levels 1 0 1 1: a packed group.
  const Bytes body = with_levels({std::byte{3}, std::byte{0b1101}}, plain<double>({1, 2, 3}));
  const auto values = read(one_page({.values = 4}, body), PhysicalType::kDouble, 4, 1);
  ASSERT_EQ(values.size(), 4U);
  EXPECT_TRUE(std::isnan(values[1]));
  EXPECT_EQ(values[3], 3);
  const Bytes missing = with_levels({std::byte{3}, std::byte{0b1111}}, plain<double>({1, 2, 3}));
  EXPECT_ERROR(read(one_page({.values = 4}, missing), PhysicalType::kDouble, 4, 1), Error, "fewer values");
}

TEST(Values, SeveralPagesOfBothVersions) {
  Bytes chunk;
  add_page(chunk, {.values = 2}, with_levels({std::byte{4}, std::byte{1}}, plain<double>({1, 2})));
  Bytes body = {std::byte{4}, std::byte{1}};
  for (const std::byte byte : plain<double>({3, 4})) body.push_back(byte);
  add_page_v2(chunk, 2, 0, 2, 0, body);
  add_page(chunk, {.kind = 1, .values = 0}, Bytes(5));  // index pages are ignored
  EXPECT_EQ(read(chunk, PhysicalType::kDouble, 4, 1), (std::vector<double>{1, 2, 3, 4}));
  EXPECT_ERROR(read(chunk, PhysicalType::kDouble, 5, 1), Error, "column pt holds 4 values for 5 rows");
  EXPECT_ERROR(read(chunk, PhysicalType::kDouble, 3, 1), Error, "column pt holds more values than rows");
  EXPECT_ERROR(read(chunk, PhysicalType::kDouble, 2, 1), Error, "column pt holds more values than rows");
  EXPECT_EQ(read({}, PhysicalType::kDouble, 0), std::vector<double>{});
}

TEST(Pages, WithImpossibleHeadersAreRefused) {
  const Bytes body = plain<double>({1, 2});
  const auto refused = [&](const Page& page, const std::string& words) {
    EXPECT_ERROR(read(one_page(page, body), PhysicalType::kDouble, 2), Error, words);
  };
  refused({.values = 3}, "more values than rows");
  refused({.values = std::int64_t{1} << 62}, "more values than rows");
  refused({.values = -1}, "does not state its number of values");
  refused({.values = 2, .uncompressed = std::int64_t{1} << 40}, "1099511627776 uncompressed (limit 67108864)");
  refused({.values = 2, .uncompressed = 17}, "an uncompressed page states two different sizes");
  refused({.values = 2, .compressed = 17}, "a page states 17 bytes");
  refused({.values = 2, .compressed = std::numeric_limits<std::int64_t>::max()}, "a page states");
  refused({.values = 2, .encoding = 5}, "encoding 5, which is not supported");
  refused({.values = 2, .encoding = 256}, "unknown encoding 256");
  refused({.values = 2, .encoding = -256}, "unknown encoding -256");
  refused({.kind = 9, .values = 2}, "unknown kind 9");
  EXPECT_ERROR(read(one_page({.values = 2, .levels_encoding = 4}, body), PhysicalType::kDouble, 2, 1), Error,
               "levels in an encoding that is not supported");
  EXPECT_ERROR(read(one_page({.values = 2}, plain<std::uint32_t>({0xffffffff})), PhysicalType::kDouble, 2, 1), Error,
               "a page is cut short");
  constexpr auto kLargest = std::numeric_limits<std::int64_t>::max();
  for (const auto& [definition, repetition] : std::initializer_list<std::pair<std::int64_t, std::int64_t>>{
           {kLargest, kLargest}, {17, 0}, {0, 17}, {9, 9}, {-1, 1}}) {
    Bytes chunk;
    add_page_v2(chunk, 2, 0, definition, repetition, body);
    EXPECT_ERROR(read(chunk, PhysicalType::kDouble, 2), Error, "a page states levels longer than itself");
  }
}

TEST(Pages, OnlyTheFirstPageMayBeADictionary) {
  Bytes chunk;
  add_page(chunk, {.values = 2}, plain<double>({1, 2}));
  add_page(chunk, {.kind = kDictionaryPage, .values = 1}, plain<double>({10}));
  EXPECT_ERROR(read(chunk, PhysicalType::kDouble, 2), Error, "a dictionary page follows other pages");
}

TEST(Pages, EveryTruncationIsFound) {
  Bytes chunk;
  add_page(chunk, {.kind = kDictionaryPage, .values = 1}, plain<double>({10}));
  add_page(chunk, {.values = 8, .encoding = 8}, Bytes{std::byte{0}, std::byte{16}});
  ASSERT_EQ(read(chunk, PhysicalType::kDouble, 8), std::vector<double>(8, 10));
  for (std::size_t size = 0; size < chunk.size(); ++size) {
    const Bytes part(chunk.begin(), chunk.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_ERROR(read(part, PhysicalType::kDouble, 8), Error, "");
  }
}

// The Thrift compact protocol: what a page header may contain in addition to the fields that are read, and what it may
// not.
TEST(CompactThrift, SkipsUnknownFields) {
  Bytes header;
  const auto add = [&](std::initializer_list<int> bytes) {
    for (const int byte : bytes) header.push_back(static_cast<std::byte>(byte));
  };
  add({0x11, 0x12, 0x13, 7, 0x17, 1, 2, 3, 4, 5, 6, 7, 8, 0x18, 2, 65, 66});  // bools, byte, double, string
  add({0x19, 0x25, 1, 2, 0x19, 0xf3, 3, 9, 9, 9, 0x19, 0x22, 1, 2});          // lists of i32, bytes, bools
  add({0x1c, 0x15, 4, 0x00});                                                 // a struct
  add({0x05, 0x80, 0x02, 0x0a});                                              // field 128 in the long form: 5
  add({0x00});
  CompactReader reader(header, "a page header");
  std::int64_t got = 0;
  reader.read_struct([&](std::int16_t id, int) {
    if (id == 128) got = reader.read_integer();
    return id == 128;
  });
  EXPECT_EQ(got, 5);
  EXPECT_EQ(reader.position(), header.size());
  for (std::size_t size = 0; size < header.size(); ++size) {
    CompactReader part(std::span<const std::byte>(header).first(size), "a page header");
    EXPECT_ERROR(part.read_struct([](std::int16_t, int) { return false; }), Error, "a page header is cut short");
  }
}

// Windows of every size give the same result, and no more windows are requested than there are bytes.
TEST(CompactThrift, ReadsAcrossWindows) {
  Bytes all;
  for (const int byte : {0x15, 0x80, 0x02, 0x18, 3, 97, 98, 99, 0x19, 0x25, 2, 4, 0x18, 2, 1, 2, 0x15, 0x0a, 0x00}) {
    all.push_back(static_cast<std::byte>(byte));
  }
  for (std::size_t width = 1; width <= all.size(); ++width) {
    std::size_t position = 0;
    const auto next = [&] {
      const auto window = std::span<const std::byte>(all).subspan(position, std::min(width, all.size() - position));
      EXPECT_FALSE(window.empty());
      position += window.size();
      return window;
    };
    CompactReader reader(all.size(), next, "the footer");
    std::vector<std::int64_t> got;
    std::string name;
    reader.read_struct([&](std::int16_t id, int) {
      if (id == 1 || id == 5) got.push_back(reader.read_integer());
      if (id == 2) name = reader.read_string(10);
      if (id == 3) {
        for (std::uint64_t left = reader.read_list_head(5); left > 0; --left) got.push_back(reader.read_integer());
      }
      return id != 4;
    });
    EXPECT_EQ(got, (std::vector<std::int64_t>{128, 1, 2, 5}));
    EXPECT_EQ(name, "abc");
    EXPECT_EQ(reader.position(), all.size());
  }
}

TEST(CompactThrift, BoundsDepthAndNumbers) {
  const auto skip = [](const Bytes& bytes) {
    CompactReader reader(bytes, "a page header");
    reader.read_struct([](std::int16_t, int) { return false; });
  };
  EXPECT_ERROR(skip(Bytes(100000, std::byte{0x1c})), Error, "nested too deeply");
  Bytes lists(100000, std::byte{0x19});
  EXPECT_ERROR(skip(lists), Error, "nested too deeply");
  EXPECT_ERROR(skip(Bytes{std::byte{0x1d}}), Error, "unknown type");
  Bytes overlong(20, std::byte{0xff});
  overlong[0] = std::byte{0x15};
  EXPECT_ERROR(skip(overlong), Error, "an overlong number");
  Bytes string = {std::byte{0x18}};
  test::add_varint(string, std::uint64_t{1} << 62);
  EXPECT_ERROR(skip(string), Error, "cut short");
  Bytes list = {std::byte{0x19}, std::byte{0xf2}};
  test::add_varint(list, std::uint64_t{1} << 62);
  EXPECT_ERROR(skip(list), Error, "cut short");
}

}  // namespace
}  // namespace jetvit
