#include "raw/page_header.h"

#include "base/error.h"
#include "base/text.h"
#include "raw/compact_thrift.h"

namespace jetvit {
namespace {

constexpr std::int64_t kPageLimit = 64 << 20;

}  // namespace

PageHeader read_page_header(ChunkBytes& bytes) {
  PageHeader header;
  std::uint64_t seen = 0;
  const auto next_window = [&] {
    const auto window = bytes.peek(seen);
    seen += window.size();
    return window;
  };
  CompactReader reader(bytes.left(), next_window, "a page header");
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
  bytes.skip(reader.position());
  if (header.uncompressed < 0 || header.uncompressed > kPageLimit || header.compressed < 0 ||
      header.compressed > 2 * kPageLimit || static_cast<std::uint64_t>(header.compressed) > bytes.left()) {
    throw Error(text("a page states ", header.compressed, " bytes, ", header.uncompressed, " uncompressed (limit ",
                     kPageLimit, ")"));
  }
  return header;
}

}  // namespace jetvit
