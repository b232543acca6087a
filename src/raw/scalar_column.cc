#include "raw/scalar_column.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "raw/value_decoder.h"

namespace jetvit {

void ScalarValues::clear() {
  numbers.clear();
  integers.clear();
}

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
  values_.clear();
  if (column_.is_integer()) {
    decode_values(page, pages_, column_, present, values_.integers);
    for (const std::int64_t value : values_.integers) {
      values_.numbers.push_back(column_.is_unsigned ? static_cast<double>(static_cast<std::uint64_t>(value))
                                                    : static_cast<double>(value));
    }
  } else {
    decode_values(page, pages_, column_, present, values_.numbers);
  }
  next_level_ = 0;
  next_value_ = 0;
  return true;
}

void ScalarColumnReader::read(std::size_t count, ScalarValues& out) {
  out.clear();
  while (out.numbers.size() < count) {
    if (next_level_ == levels_.size() && !next_page()) {
      throw Error(text("column ", column_.root, " holds ", seen_, " values for ", rows_, " rows"));
    }
    for (; next_level_ < levels_.size() && out.numbers.size() < count; ++next_level_) {
      const bool is_present = levels_[next_level_] == column_.max_definition;
      out.numbers.push_back(is_present ? values_.numbers[next_value_] : std::numeric_limits<double>::quiet_NaN());
      if (column_.is_integer()) out.integers.push_back(is_present ? values_.integers[next_value_] : 0);
      if (is_present) ++next_value_;
    }
  }
}

void ScalarColumnReader::finish() {
  while (next_page()) continue;
}

}  // namespace jetvit
