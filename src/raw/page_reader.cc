#include "raw/page_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <isa-l/crc.h>

#include "base/error.h"
#include "base/text.h"

namespace jetvit {

namespace {

// CRC-32 (as in gzip) of the stored page.
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

PageReader::PageReader(ChunkBytes bytes, const LeafColumn& column, const Decompressor& decompressor, Buffers& buffers,
                       Dictionary dictionary)
    : bytes_(std::move(bytes)),
      column_(column),
      decompressor_(decompressor),
      buffers_(buffers),
      dictionary_(dictionary),
      dictionary_may_follow_(dictionary.values == 0) {}

std::span<const std::byte> PageReader::decompressed(std::span<const std::byte> bytes, std::size_t size,
                                                    std::vector<std::byte>& into) const {
  if (decompressor_.is_identity()) {
    if (bytes.size() != size) throw Error("an uncompressed page states two different sizes");
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

void PageReader::read_dictionary(const PageHeader& header, std::span<const std::byte> body) {
  if (!dictionary_may_follow_) throw Error("a dictionary page follows other pages");
  dictionary_.bytes = decompressed(body, static_cast<std::size_t>(header.uncompressed), buffers_.dictionary);
  dictionary_.values = static_cast<std::size_t>(header.values);
  if (decompressor_.is_identity() && !bytes_.is_in_memory()) {  // the window will change
    buffers_.dictionary.assign(body.begin(), body.end());
    dictionary_.bytes = buffers_.dictionary;
  }
}

bool PageReader::next(DataPage& page) {
  while (bytes_.left() > 0) {
    const PageHeader header = read_page_header(bytes_);
    std::span<const std::byte> body = bytes_.take(static_cast<std::uint64_t>(header.compressed));
    if (header.checksum && *header.checksum != checksum_of(body)) throw Error("a page differs from its checksum");
    const auto size = static_cast<std::size_t>(header.uncompressed);
    if (header.kind == PageHeader::kIndex) continue;
    if (header.values < 0) throw Error("a page does not state its number of values");
    if (header.kind == PageHeader::kDictionary) {
      read_dictionary(header, body);
      dictionary_may_follow_ = false;
      continue;
    }
    dictionary_may_follow_ = false;
    page.values = static_cast<std::size_t>(header.values);
    if (header.encoding < 0 || header.encoding > static_cast<std::int64_t>(Encoding::kByteStreamSplit)) {
      throw Error(text("a page has unknown encoding ", header.encoding));
    }
    page.encoding = static_cast<Encoding>(header.encoding);
    if (header.kind == PageHeader::kData) {
      constexpr auto kRle = static_cast<std::int64_t>(Encoding::kRle);
      if ((column_.max_definition > 0 && header.definition_encoding != kRle) ||
          (column_.max_repetition > 0 && header.repetition_encoding != kRle)) {
        throw Error("a page has levels in an encoding that is not supported (rewrite the file)");
      }
      read_levels_v1(page, decompressed(body, size, buffers_.page));
      return true;
    }
    if (header.kind != PageHeader::kDataV2) throw Error(text("a page has unknown kind ", header.kind));
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
