#include "raw/page_reader.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include <isa-l/crc.h>

#include "base/error.h"
#include "base/text.h"
#include "raw/compact_thrift.h"

namespace jetvit {

// parquet.thrift, struct PageHeader with the structs of the three page kinds.
struct PageReader::Header {
  enum Kind : std::int64_t { kData = 0, kIndex = 1, kDictionary = 2, kDataV2 = 3 };
  std::int64_t kind = -1, uncompressed = -1, compressed = -1;
  std::int64_t values = -1, encoding = 0;
  std::optional<std::uint32_t> checksum;
  std::int64_t definition_bytes = 0, repetition_bytes = 0;        // version 2
  bool is_compressed = true;                                      // version 2
  std::int64_t definition_encoding = 3, repetition_encoding = 3;  // version 1: kRle
};

namespace {

constexpr std::int64_t kPageLimit = 64 << 20;

// CRC-32 as gzip's, over the page as it is stored.
std::uint32_t checksum_of(std::span<const std::byte> bytes) {
  return crc32_gzip_refl(0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

std::span<const std::byte> take(std::span<const std::byte>& from, std::uint64_t count) {
  if (count > from.size()) throw Error("a page is cut short");
  const auto out = from.first(count);
  from = from.subspan(count);
  return out;
}

}  // namespace

PageReader::PageReader(std::span<const std::byte> chunk, const LeafColumn& column, const Decompressor& decompressor,
                       Buffers& buffers)
    : rest_(chunk), column_(column), decompressor_(decompressor), buffers_(buffers) {}

PageReader::Header PageReader::read_header() {
  Header header;
  CompactReader reader(rest_, "a page header");
  const auto integer = [&](std::int64_t& into) {
    into = reader.read_integer();
    return true;
  };
  const auto data_header = [&](std::int16_t id, int) {
    if (id == 1) return integer(header.values);
    if (id == 2) return integer(header.encoding);
    if (id == 3) return integer(header.definition_encoding);
    if (id == 4) return integer(header.repetition_encoding);
    return false;
  };
  const auto dictionary_header = [&](std::int16_t id, int) { return id == 1 && integer(header.values); };
  const auto data_header_v2 = [&](std::int16_t id, int type) {
    if (id == 1) return integer(header.values);
    if (id == 4) return integer(header.encoding);
    if (id == 5) return integer(header.definition_bytes);
    if (id == 6) return integer(header.repetition_bytes);
    if (id == 7) header.is_compressed = type == CompactReader::kTrue;
    return id == 7;
  };
  reader.read_struct([&](std::int16_t id, int) {
    if (id == 1) return integer(header.kind);
    if (id == 2) return integer(header.uncompressed);
    if (id == 3) return integer(header.compressed);
    if (id == 4) header.checksum = static_cast<std::uint32_t>(reader.read_integer());
    if (id == 5) reader.read_struct(data_header);
    if (id == 7) reader.read_struct(dictionary_header);
    if (id == 8) reader.read_struct(data_header_v2);
    return id == 4 || id == 5 || id == 7 || id == 8;
  });
  rest_ = rest_.subspan(reader.position());
  if (header.uncompressed < 0 || header.uncompressed > kPageLimit || header.compressed < 0 ||
      header.compressed > static_cast<std::int64_t>(rest_.size())) {
    throw Error(text("a page states ", header.compressed, " bytes, ", header.uncompressed, " uncompressed (limit ",
                     kPageLimit, ")"));
  }
  return header;
}

std::span<const std::byte> PageReader::decompressed(std::span<const std::byte> bytes, std::size_t size,
                                                    std::vector<std::byte>& into) const {
  if (decompressor_.is_identity()) {
    if (bytes.size() != size) throw Error("an uncompressed page states two sizes");
    return bytes;
  }
  if (into.size() < size) into.resize(size);
  const std::span<std::byte> out(into.data(), size);
  decompressor_.decompress(bytes, out);
  return out;
}

void PageReader::read_levels_v1(DataPage& page, std::span<const std::byte> body) const {
  const auto levels = [&](int max_level) -> std::span<const std::byte> {
    if (max_level == 0) return {};
    std::uint32_t length = 0;
    std::memcpy(&length, take(body, sizeof(length)).data(), sizeof(length));
    return take(body, length);
  };
  page.repetition = levels(column_.max_repetition);
  page.definition = levels(column_.max_definition);
  page.data = body;
}

bool PageReader::next(DataPage& page) {
  while (!rest_.empty()) {
    const Header header = read_header();
    std::span<const std::byte> body = take(rest_, static_cast<std::uint64_t>(header.compressed));
    if (header.checksum && *header.checksum != checksum_of(body)) throw Error("a page differs from its checksum");
    const auto size = static_cast<std::size_t>(header.uncompressed);
    if (header.kind == Header::kIndex) continue;
    if (header.values < 0) throw Error("a page states no number of values");
    if (header.kind == Header::kDictionary) {
      dictionary_ = decompressed(body, size, buffers_.dictionary);
      dictionary_values_ = static_cast<std::size_t>(header.values);
      continue;
    }
    page.values = static_cast<std::size_t>(header.values);
    if (header.encoding < 0 || header.encoding > static_cast<std::int64_t>(Encoding::kByteStreamSplit)) {
      throw Error(text("a page has the unknown encoding ", header.encoding));
    }
    page.encoding = static_cast<Encoding>(header.encoding);
    if (header.kind == Header::kData) {
      constexpr auto kRle = static_cast<std::int64_t>(Encoding::kRle);
      if ((column_.max_definition > 0 && header.definition_encoding != kRle) ||
          (column_.max_repetition > 0 && header.repetition_encoding != kRle)) {
        throw Error("a page has levels in an encoding that is not supported (write the file anew)");
      }
      read_levels_v1(page, decompressed(body, size, buffers_.page));
      return true;
    }
    if (header.kind != Header::kDataV2) throw Error(text("a page is of the unknown kind ", header.kind));
    const std::int64_t most = std::min(header.compressed, header.uncompressed);
    if (header.repetition_bytes < 0 || header.definition_bytes < 0 || header.repetition_bytes > most ||
        header.definition_bytes > most - header.repetition_bytes) {
      throw Error("a page states levels longer than itself");
    }
    page.repetition = take(body, static_cast<std::uint64_t>(header.repetition_bytes));
    page.definition = take(body, static_cast<std::uint64_t>(header.definition_bytes));
    const std::size_t level_bytes = page.repetition.size() + page.definition.size();
    page.data = header.is_compressed && !body.empty() ? decompressed(body, size - level_bytes, buffers_.page) : body;
    return true;
  }
  return false;
}

}  // namespace jetvit
