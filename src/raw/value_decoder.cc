#include "raw/value_decoder.h"

#include <cstring>
#include <type_traits>

#include "base/error.h"
#include "base/text.h"
#include "raw/delta_values.h"
#include "raw/hybrid_runs.h"
#include "raw/stored_numbers.h"

namespace jetvit {
namespace {

constexpr std::size_t kValueLimit = 64 << 20;  // values per page, as many as bytes

// Calls number_of(value) for each of the `count` stored values.
template <class Stored, class Number, class NumberOf>
void convert_plain(std::span<const std::byte> bytes, std::size_t count, std::vector<Number>& out, NumberOf number_of) {
  if (bytes.size() / sizeof(Stored) < count) throw Error("a page holds fewer values than it states");
  out.resize(count);
  for (std::size_t index = 0; index < count; ++index) {
    Stored value;
    std::memcpy(&value, bytes.data() + index * sizeof(Stored), sizeof(Stored));
    out[index] = static_cast<Number>(number_of(value));
  }
}

// The same for values of `width` bytes.
template <class Number, class NumberOf>
void convert_fixed(std::span<const std::byte> bytes, std::size_t width, std::size_t count, std::vector<Number>& out,
                   NumberOf number_of) {
  if (width == 0 || bytes.size() / width < count) throw Error("a page holds fewer values than it states");
  out.resize(count);
  for (std::size_t index = 0; index < count; ++index) {
    out[index] = static_cast<Number>(number_of(bytes.subspan(index * width, width)));
  }
}

template <class Number>
void convert_bits(std::span<const std::byte> bytes, std::size_t count, std::vector<Number>& out) {
  if (bytes.size() < (count + 7) / 8) throw Error("a page holds fewer values than it states");
  out.resize(count);
  for (std::size_t index = 0; index < count; ++index) {
    out[index] = static_cast<Number>((static_cast<unsigned>(bytes[index / 8]) >> (index % 8)) & 1U);
  }
}

template <class Signed, class Number>
void convert_integers(std::span<const std::byte> bytes, const LeafColumn& column, std::size_t count,
                      std::vector<Number>& out) {
  const auto same = [](auto value) { return value; };
  if (column.is_unsigned) return convert_plain<std::make_unsigned_t<Signed>>(bytes, count, out, same);
  return convert_plain<Signed>(bytes, count, out, same);
}

template <class Number>
void convert_decimals(std::span<const std::byte> bytes, const LeafColumn& column, std::size_t count,
                      std::vector<Number>& out) {
  const auto number_of = [&](auto unscaled) {
    constexpr bool kFromBytes = std::is_same_v<decltype(unscaled), std::span<const std::byte>>;
    if constexpr (!std::is_same_v<Number, std::int64_t>) {
      return decimal_value(unscaled, column.scale);
    } else if constexpr (kFromBytes) {
      return big_endian_integer(unscaled);
    } else {
      return std::int64_t{unscaled};
    }
  };
  switch (column.type) {
    case PhysicalType::kInt32:
      return convert_plain<std::int32_t>(bytes, count, out, number_of);
    case PhysicalType::kInt64:
      return convert_plain<std::int64_t>(bytes, count, out, number_of);
    default:
      return convert_fixed(bytes, static_cast<std::size_t>(column.width), count, out, number_of);
  }
}

template <class Number>
void plain(std::span<const std::byte> bytes, const LeafColumn& column, std::size_t count, std::vector<Number>& out) {
  if (column.kind == NumberKind::kDecimal) return convert_decimals(bytes, column, count, out);
  if (column.kind == NumberKind::kHalf) return convert_plain<std::uint16_t>(bytes, count, out, half_to_float);
  const auto same = [](auto value) { return value; };
  switch (column.type) {
    case PhysicalType::kBoolean:
      return convert_bits(bytes, count, out);
    case PhysicalType::kInt32:
      return convert_integers<std::int32_t>(bytes, column, count, out);
    case PhysicalType::kInt64:
      return convert_integers<std::int64_t>(bytes, column, count, out);
    case PhysicalType::kFloat:
      return convert_plain<float>(bytes, count, out, same);
    case PhysicalType::kDouble:
      return convert_plain<double>(bytes, count, out, same);
    case PhysicalType::kFixedBytes:
    case PhysicalType::kOther:
      break;
  }
  throw Error("a column is not numeric");
}

// Bytes of one stored value; 0 for booleans, which are packed.
std::size_t stored_bytes(const LeafColumn& column) {
  switch (column.type) {
    case PhysicalType::kInt32:
    case PhysicalType::kFloat:
      return 4;
    case PhysicalType::kInt64:
    case PhysicalType::kDouble:
      return 8;
    case PhysicalType::kFixedBytes:
      return static_cast<std::size_t>(column.width);
    case PhysicalType::kBoolean:
    case PhysicalType::kOther:
      break;
  }
  return 0;
}

// Integers as a page with plain encoding stores them.
template <class Stored>
std::vector<std::byte> as_plain(const std::vector<std::int64_t>& values) {
  std::vector<std::byte> out(values.size() * sizeof(Stored));
  for (std::size_t index = 0; index < values.size(); ++index) {
    const auto value = static_cast<Stored>(values[index]);
    std::memcpy(out.data() + index * sizeof(Stored), &value, sizeof(Stored));
  }
  return out;
}

// Byte b of value v is at b * count + v.
std::vector<std::byte> joined_streams(std::span<const std::byte> bytes, std::size_t width, std::size_t count) {
  if (width == 0 || bytes.size() / width < count) throw Error("a page holds fewer values than it states");
  std::vector<std::byte> out(count * width);
  for (std::size_t byte = 0; byte < width; ++byte) {
    for (std::size_t index = 0; index < count; ++index) out[index * width + byte] = bytes[byte * count + index];
  }
  return out;
}

// A page of booleans: hybrid runs, after their length.
template <class Number>
void boolean_runs(std::span<const std::byte> bytes, std::size_t count, std::vector<Number>& out) {
  if (bytes.size() < sizeof(std::uint32_t)) throw Error("a page is cut short");
  std::vector<std::uint8_t> bits;
  decode_levels(bytes.subspan(sizeof(std::uint32_t)), 1, count, bits);
  out.assign(bits.begin(), bits.end());
}

template <class Number>
void by_dictionary(const DataPage& page, const PageReader& pages, const LeafColumn& column, std::size_t count,
                   std::vector<Number>& out) {
  std::vector<Number> dictionary;
  decode_dictionary(pages, column, dictionary);
  out.clear();
  if (count == 0) return;
  if (page.data.empty()) throw Error("a page is cut short");
  out.reserve(count);
  const auto look_up = [&](std::uint32_t index) {
    if (index >= dictionary.size()) throw Error("a page points outside its dictionary");
    return dictionary[index];
  };
  walk_hybrid(
      page.data.subspan(1), static_cast<int>(page.data[0]), count,
      [&](std::uint32_t index, std::size_t length) { out.insert(out.end(), length, look_up(index)); },
      [&](const std::uint8_t* group, std::size_t used) {
        const auto indices = unpack_group(group, static_cast<int>(page.data[0]));
        for (std::size_t i = 0; i < used; ++i) out.push_back(look_up(indices[i]));
      });
}

}  // namespace

void decode_levels(std::span<const std::byte> bytes, int max_level, std::size_t count, std::vector<std::uint8_t>& out) {
  out.clear();
  if (count > kValueLimit) throw Error(text("a page states ", count, " values (limit ", kValueLimit, ")"));
  if (max_level == 0) {
    out.assign(count, 0);
    return;
  }
  int bit_width = 0;
  while ((max_level >> bit_width) != 0) ++bit_width;
  out.reserve(count);
  walk_hybrid(
      bytes, bit_width, count,
      [&](std::uint32_t level, std::size_t length) { out.insert(out.end(), length, static_cast<std::uint8_t>(level)); },
      [&](const std::uint8_t* group, std::size_t used) {
        const auto levels = unpack_group(group, bit_width);
        for (std::size_t i = 0; i < used; ++i) out.push_back(static_cast<std::uint8_t>(levels[i]));
      });
}

template <class Number>
void decode_dictionary(const PageReader& pages, const LeafColumn& column, std::vector<Number>& out) {
  plain(pages.dictionary().bytes, column, pages.dictionary().values, out);
}

template <class Number>
void decode_values(const DataPage& page, const PageReader& pages, const LeafColumn& column, std::size_t count,
                   std::vector<Number>& out) {
  if (count > kValueLimit) throw Error(text("a page states ", count, " values (limit ", kValueLimit, ")"));
  if (count == 0) return out.clear();
  const bool is_integer = column.type == PhysicalType::kInt32 || column.type == PhysicalType::kInt64;
  switch (page.encoding) {
    case Encoding::kPlain:
      return plain(page.data, column, count, out);
    case Encoding::kPlainDictionary:
    case Encoding::kRleDictionary:
      return by_dictionary(page, pages, column, count, out);
    case Encoding::kByteStreamSplit:
      return plain<Number>(joined_streams(page.data, stored_bytes(column), count), column, count, out);
    case Encoding::kRle:
      if (column.type == PhysicalType::kBoolean) return boolean_runs(page.data, count, out);
      break;
    case Encoding::kDeltaBinaryPacked: {
      if (!is_integer) break;
      std::span<const std::byte> bytes = page.data;
      const std::vector<std::int64_t> values = take_delta_values(bytes, count);
      const bool is_short = column.type == PhysicalType::kInt32;
      return plain<Number>(is_short ? as_plain<std::int32_t>(values) : as_plain<std::int64_t>(values), column, count,
                           out);
    }
    case Encoding::kDeltaByteArray:
      if (column.type != PhysicalType::kFixedBytes) break;
      return plain<Number>(delta_byte_arrays(page.data, stored_bytes(column), count), column, count, out);
    case Encoding::kBitPacked:
    case Encoding::kDeltaLengthByteArray:
      break;
  }
  throw Error(text("a page has the encoding ", static_cast<int>(page.encoding),
                   ", which is not supported for numbers (write the file with plain or dictionary encoding)"));
}

template void decode_dictionary(const PageReader&, const LeafColumn&, std::vector<float>&);
template void decode_values(const DataPage&, const PageReader&, const LeafColumn&, std::size_t, std::vector<float>&);
template void decode_values(const DataPage&, const PageReader&, const LeafColumn&, std::size_t, std::vector<double>&);
template void decode_values(const DataPage&, const PageReader&, const LeafColumn&, std::size_t,
                            std::vector<std::int64_t>&);

}  // namespace jetvit
