#include "raw/delta_values.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"

namespace jetvit {
namespace {

constexpr const char* kCutShort = "a page of differences is cut short";

std::uint64_t take_unsigned(std::span<const std::byte>& bytes) {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    if (bytes.empty()) throw Error(kCutShort);
    const auto byte = static_cast<std::uint8_t>(bytes[0]);
    bytes = bytes.subspan(1);
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) return value;
  }
  throw Error("a page of differences holds an overlong number");
}

std::uint64_t take_zigzag(std::span<const std::byte>& bytes) {
  const std::uint64_t raw = take_unsigned(bytes);
  return (raw >> 1) ^ (~(raw & 1) + 1);
}

// The value of `width` bits that starts at bit `bit`.
std::uint64_t unpack(std::span<const std::byte> bytes, std::size_t bit, std::size_t width) {
  std::uint64_t value = 0;
  for (std::size_t done = 0; done < width;) {
    const std::size_t offset = (bit + done) % 8;
    const std::size_t taken = std::min(8 - offset, width - done);
    const std::uint64_t part = (static_cast<std::uint64_t>(bytes[(bit + done) / 8]) >> offset) & ((1U << taken) - 1);
    value |= part << done;
    done += taken;
  }
  return value;
}

}  // namespace

std::vector<std::int64_t> take_delta_values(std::span<const std::byte>& bytes, std::size_t count) {
  constexpr std::uint64_t kBlockLimit = 1 << 20;  // writers use 128
  const std::uint64_t block = take_unsigned(bytes);
  const std::uint64_t miniblocks = take_unsigned(bytes);
  const std::uint64_t stated = take_unsigned(bytes);
  std::uint64_t value = take_zigzag(bytes);
  if (miniblocks == 0 || block == 0 || block > kBlockLimit || block % miniblocks != 0 || block / miniblocks % 8 != 0) {
    throw Error("a page of differences states impossible blocks");
  }
  if (stated < count) throw Error("a page holds fewer values than it states");
  const std::uint64_t length = block / miniblocks;
  std::vector<std::int64_t> out;
  out.reserve(count);
  if (count > 0) out.push_back(static_cast<std::int64_t>(value));
  while (out.size() < count) {
    const std::uint64_t least = take_zigzag(bytes);
    if (bytes.size() < miniblocks) throw Error(kCutShort);
    const auto widths = bytes.first(miniblocks);
    bytes = bytes.subspan(miniblocks);
    for (std::size_t miniblock = 0; miniblock < miniblocks && out.size() < count; ++miniblock) {
      const auto width = static_cast<std::size_t>(widths[miniblock]);
      if (width > 64) throw Error("a page states an impossible bit width");
      if (bytes.size() < length / 8 * width) throw Error(kCutShort);
      const auto packed = bytes.first(length / 8 * width);
      bytes = bytes.subspan(packed.size());
      for (std::size_t index = 0; index < length && out.size() < count; ++index) {
        value += least + unpack(packed, index * width, width);
        out.push_back(static_cast<std::int64_t>(value));
      }
    }
  }
  return out;
}

std::vector<std::byte> delta_byte_arrays(std::span<const std::byte> bytes, std::size_t width, std::size_t count) {
  const std::vector<std::int64_t> prefixes = take_delta_values(bytes, count);
  const std::vector<std::int64_t> suffixes = take_delta_values(bytes, count);
  std::vector<std::byte> out(width * count);
  for (std::size_t index = 0; index < count; ++index) {
    const std::int64_t prefix = prefixes[index];
    const std::int64_t suffix = suffixes[index];
    const auto whole = static_cast<std::int64_t>(width);
    if (prefix < 0 || prefix > whole || suffix != whole - prefix || (index == 0 && prefix > 0)) {
      throw Error("a page holds values of another length than its column");
    }
    const auto kept = static_cast<std::size_t>(prefix);
    if (bytes.size() < width - kept) throw Error(kCutShort);
    std::byte* const value = out.data() + index * width;
    if (kept > 0) std::memcpy(value, value - width, kept);
    if (kept < width) std::memcpy(value + kept, bytes.data(), width - kept);
    bytes = bytes.subspan(width - kept);
  }
  return out;
}

}  // namespace jetvit
