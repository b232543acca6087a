#include "raw/scalar_column.h"

#include <algorithm>
#include <limits>

#include "base/error.h"
#include "base/text.h"
#include "raw/value_decoder.h"

namespace jetvit {

void read_scalar_chunk(std::span<const std::byte> chunk, const LeafColumn& column, const Decompressor& decompressor,
                       std::uint64_t rows, PageReader::Buffers& buffers, std::vector<double>& out) {
  PageReader pages(chunk, column, decompressor, buffers);
  DataPage page;
  std::vector<std::uint8_t> levels;
  std::vector<double> values;
  out.clear();
  while (pages.next(page)) {
    if (page.values > rows - out.size()) throw Error(text("column ", column.root, " holds more values than rows"));
    decode_levels(page.definition, column.max_definition, page.values, levels);
    const auto present = static_cast<std::size_t>(
        std::count(levels.begin(), levels.end(), static_cast<std::uint8_t>(column.max_definition)));
    decode_values(page, pages, column.type, present, values);
    auto value = values.begin();
    for (const std::uint8_t level : levels) {
      out.push_back(level == column.max_definition ? *value++ : std::numeric_limits<double>::quiet_NaN());
    }
  }
  if (out.size() != rows)
    throw Error(text("column ", column.root, " holds ", out.size(), " values for ", rows, " rows"));
}

}  // namespace jetvit
