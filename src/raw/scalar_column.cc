#include "raw/scalar_column.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "raw/value_decoder.h"

namespace jetvit {

ScalarColumnReader::ScalarColumnReader(ChunkBytes bytes, const LeafColumn& column, const Decompressor& decompressor,
                                       std::uint64_t rows, PageReader::Buffers& buffers)
    : pages_(std::move(bytes), column, decompressor, buffers), column_(column), rows_(rows) {}

bool ScalarColumnReader::next_page() {
  DataPage page;
  if (!pages_.next(page)) return false;
  if (page.values > rows_ - seen_) throw Error(text("column ", column_.root, " holds more values than rows"));
  seen_ += page.values;
  decode_levels(page.definition, column_.max_definition, page.values, levels_);
  const auto present = static_cast<std::size_t>(
      std::count(levels_.begin(), levels_.end(), static_cast<std::uint8_t>(column_.max_definition)));
  nulls_ += levels_.size() - present;
  decode_values(page, pages_, column_.type, present, values_);
  if (column_.is_unsigned) {
    const double range = column_.type == PhysicalType::kInt32 ? 0x1p32 : 0x1p64;
    for (double& value : values_) value += value < 0 ? range : 0;
  }
  next_level_ = 0;
  next_value_ = 0;
  return true;
}

void ScalarColumnReader::read(std::size_t count, std::vector<double>& out) {
  out.clear();
  while (out.size() < count) {
    if (next_level_ == levels_.size() && !next_page()) {
      throw Error(text("column ", column_.root, " holds ", seen_, " values for ", rows_, " rows"));
    }
    for (; next_level_ < levels_.size() && out.size() < count; ++next_level_) {
      const bool is_present = levels_[next_level_] == column_.max_definition;
      out.push_back(is_present ? values_[next_value_++] : std::numeric_limits<double>::quiet_NaN());
    }
  }
}

void ScalarColumnReader::finish() {
  while (next_page()) continue;
}

}  // namespace jetvit
