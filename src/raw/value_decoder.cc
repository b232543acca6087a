#include "raw/value_decoder.h"

#include <cstring>

#include "base/error.h"
#include "base/text.h"
#include "raw/hybrid_runs.h"

namespace jetvit {
namespace {

constexpr std::size_t kValueLimit = 64 << 20;  // values per page, as many as bytes

template <class Stored, class Number>
void convert_plain(std::span<const std::byte> bytes, std::size_t count, std::vector<Number>& out) {
  if (bytes.size() / sizeof(Stored) < count) throw Error("a page holds fewer values than it states");
  out.resize(count);
  for (std::size_t index = 0; index < count; ++index) {
    Stored value;
    std::memcpy(&value, bytes.data() + index * sizeof(Stored), sizeof(Stored));
    out[index] = static_cast<Number>(value);
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

template <class Number>
void plain(std::span<const std::byte> bytes, PhysicalType type, std::size_t count, std::vector<Number>& out) {
  switch (type) {
    case PhysicalType::kBoolean:
      return convert_bits(bytes, count, out);
    case PhysicalType::kInt32:
      return convert_plain<std::int32_t>(bytes, count, out);
    case PhysicalType::kInt64:
      return convert_plain<std::int64_t>(bytes, count, out);
    case PhysicalType::kFloat:
      return convert_plain<float>(bytes, count, out);
    case PhysicalType::kDouble:
      return convert_plain<double>(bytes, count, out);
    case PhysicalType::kOther:
      break;
  }
  throw Error("a column is not numeric");
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
void by_dictionary(const DataPage& page, const PageReader& pages, PhysicalType type, std::size_t count,
                   std::vector<Number>& out) {
  std::vector<Number> dictionary;
  decode_dictionary(pages, type, dictionary);
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

std::size_t stored_bytes(PhysicalType type) {
  switch (type) {
    case PhysicalType::kInt32:
    case PhysicalType::kFloat:
      return 4;
    case PhysicalType::kInt64:
    case PhysicalType::kDouble:
      return 8;
    case PhysicalType::kBoolean:
    case PhysicalType::kOther:
      break;
  }
  return 0;
}

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
void decode_dictionary(const PageReader& pages, PhysicalType type, std::vector<Number>& out) {
  plain(pages.dictionary().bytes, type, pages.dictionary().values, out);
}

template <class Number>
void decode_values(const DataPage& page, const PageReader& pages, PhysicalType type, std::size_t count,
                   std::vector<Number>& out) {
  if (count > kValueLimit) throw Error(text("a page states ", count, " values (limit ", kValueLimit, ")"));
  switch (page.encoding) {
    case Encoding::kPlain:
      return plain(page.data, type, count, out);
    case Encoding::kPlainDictionary:
    case Encoding::kRleDictionary:
      return by_dictionary(page, pages, type, count, out);
    case Encoding::kByteStreamSplit:
      return plain<Number>(joined_streams(page.data, stored_bytes(type), count), type, count, out);
    case Encoding::kRle:
      if (type == PhysicalType::kBoolean) return boolean_runs(page.data, count, out);
      break;
    case Encoding::kBitPacked:
    case Encoding::kDeltaBinaryPacked:
      break;
  }
  throw Error(text("a page has the encoding ", static_cast<int>(page.encoding),
                   ", which is not supported for numbers (write the file with plain or dictionary encoding)"));
}

template void decode_dictionary(const PageReader&, PhysicalType, std::vector<float>&);
template void decode_dictionary(const PageReader&, PhysicalType, std::vector<double>&);
template void decode_values(const DataPage&, const PageReader&, PhysicalType, std::size_t, std::vector<float>&);
template void decode_values(const DataPage&, const PageReader&, PhysicalType, std::size_t, std::vector<double>&);

}  // namespace jetvit
