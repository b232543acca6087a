#include "raw/image_column.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "jet/jet_reader.h"
#include "raw/hybrid_runs.h"
#include "raw/value_decoder.h"

namespace jetvit {
namespace {

bool equal_bytes(std::span<const std::byte> a, const std::vector<std::byte>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

}  // namespace

ImageColumnReader::ImageColumnReader(const LeafColumn& column, const ImageLayout& layout)
    : column_(column), layout_(layout), values_per_jet_(static_cast<std::size_t>(layout.shape.values())) {
  // 0 at the start of a jet, otherwise the level of the innermost list that continues.
  const bool is_flat = column.max_repetition == 1;
  jet_repetition_.assign(values_per_jet_, is_flat ? 1 : 3);
  const std::array<std::size_t, 3> lengths = layout.lengths();
  for (std::size_t list = 0; !is_flat && list < values_per_jet_; list += lengths[2]) {
    jet_repetition_[list] = list % (lengths[1] * lengths[2]) == 0 ? 1 : 2;
  }
  if (values_per_jet_ > 0) jet_repetition_[0] = 0;
}

void ImageColumnReader::begin(SparseImages& images, std::vector<const char*>& reasons, std::uint64_t rows) {
  images_ = &images;
  reasons_ = &reasons;
  rows_ = rows;
  reasons.clear();
  row_open_ = false;
  row_is_foreign_ = false;
  position_ = 0;
  fault_ = nullptr;
  dictionary_is_decoded_ = false;
}

void ImageColumnReader::read(PageReader& pages, std::uint64_t rows, SparseImages& images,
                             std::vector<const char*>& reasons) {
  begin(images, reasons, rows);
  DataPage page;
  while (pages.next(page)) add_page(page, pages);
  finish_row();
  if (reasons.size() != rows)
    throw Error(text("column ", column_.root, " holds ", reasons.size(), " images for ", rows, " rows"));
}

void ImageColumnReader::read_run(PageReader& pages, std::uint64_t count, bool starts_chunk, SparseImages& images,
                                 std::vector<const char*>& reasons) {
  begin(images, reasons, std::numeric_limits<std::uint64_t>::max());
  DataPage page;
  bool before_first_row = !starts_chunk;
  for (; count > 0 && pages.next(page); --count) {
    if (before_first_row) {
      const std::size_t entries = entries_before_row(page);
      if (entries == page.values) continue;
      before_first_row = false;
      if (entries > 0) enter_foreign_row(entries);
    }
    add_page(page, pages);
  }
  while (row_open_ && pages.next(page)) {
    const std::size_t entries = entries_before_row(page);
    const bool ends_here = entries < page.values;
    page.values = entries;
    if (entries > 0) add_page(page, pages);
    if (ends_here) break;
  }
  finish_row();
}

std::size_t ImageColumnReader::entries_before_row(const DataPage& page) {
  decode_levels(page.repetition, column_.max_repetition, page.values, repetition_);
  return static_cast<std::size_t>(std::find(repetition_.begin(), repetition_.end(), 0) - repetition_.begin());
}

// Sets the state as if all but the last `entries` entries of a row had been read.
void ImageColumnReader::enter_foreign_row(std::size_t entries) {
  start_row();
  row_is_foreign_ = true;
  if (entries <= values_per_jet_) {
    position_ = values_per_jet_ - entries;
  } else {
    fault_ = kWrongShape;
  }
}

void ImageColumnReader::add_page(const DataPage& page, const PageReader& pages) {
  if (fault_ == nullptr && levels_are_regular(page)) {
    add_regular_page(page, pages);
  } else {
    add_any_page(page, pages);
  }
}

bool ImageColumnReader::levels_are_regular(const DataPage& page) {
  const std::size_t start = position_ == values_per_jet_ ? 0 : position_;
  if (verified_.values == page.values && verified_.position == start &&
      equal_bytes(page.repetition, verified_.repetition) && equal_bytes(page.definition, verified_.definition)) {
    return true;
  }
  decode_levels(page.definition, column_.max_definition, page.values, definition_);
  for (const std::uint8_t level : definition_) {
    if (level != column_.max_definition) return false;
  }
  decode_levels(page.repetition, column_.max_repetition, page.values, repetition_);
  if (!repetition_is_regular(start)) return false;
  verified_ = {start,
               page.values,
               {page.repetition.begin(), page.repetition.end()},
               {page.definition.begin(), page.definition.end()}};
  return true;
}

// Whether the decoded levels are those of consecutive complete jets, starting at `position` within a jet.
bool ImageColumnReader::repetition_is_regular(std::size_t position) const {
  for (std::size_t entry = 0; entry < repetition_.size(); position = 0) {
    const std::size_t step = std::min(repetition_.size() - entry, values_per_jet_ - position);
    if (std::memcmp(repetition_.data() + entry, jet_repetition_.data() + position, step) != 0) return false;
    entry += step;
  }
  return true;
}

void ImageColumnReader::start_row() {
  row_open_ = true;
  position_ = 0;
  fault_ = nullptr;
  positions_.clear();
  values_.clear();
}

void ImageColumnReader::finish_row() {
  if (!row_open_) return;
  if (!row_is_foreign_) add_row();
  row_open_ = false;
  row_is_foreign_ = false;
  position_ = 0;
  fault_ = nullptr;
}

void ImageColumnReader::add_row() {
  if (reasons_->size() == rows_) throw Error(text("column ", column_.root, " holds more images than rows"));
  if (fault_ == nullptr && position_ != values_per_jet_) fault_ = kWrongShape;
  if (fault_ == nullptr) fault_ = not_finite();
  reasons_->push_back(fault_);
  if (fault_ != nullptr) return;
  if (layout_.order == "chw") {
    append_channels_first();
  } else if (layout_.order == "hwc") {
    append_channels_last();
  } else {
    append_in_any_order();
  }
}

const char* ImageColumnReader::not_finite() const {
  const auto bad = std::find_if(values_.begin(), values_.end(), [](float value) { return !std::isfinite(value); });
  if (bad == values_.end()) return nullptr;
  return std::isnan(*bad) ? "NaN" : "infinite value";
}

void ImageColumnReader::append_channels_first() {
  const auto pixels = static_cast<std::uint32_t>(layout_.shape.pixels());
  const std::size_t start = images_->pixel.size();
  images_->pixel.resize(start + positions_.size());
  std::size_t index = 0;
  for (std::uint32_t channel = 0; channel < static_cast<std::uint32_t>(layout_.shape.channels); ++channel) {
    const std::uint32_t begin = channel * pixels;
    for (; index < positions_.size() && positions_[index] - begin < pixels; ++index) {
      images_->pixel[start + index] = static_cast<std::uint16_t>(positions_[index] - begin);
    }
    images_->offset.push_back(start + index);
  }
  images_->value.insert(images_->value.end(), values_.begin(), values_.end());
}

void ImageColumnReader::append_channels_last() {
  const auto channels = static_cast<std::uint32_t>(layout_.shape.channels);
  next_.assign(channels + 1, 0);
  for (const std::uint32_t position : positions_) ++next_[position % channels + 1];
  const std::size_t begin = images_->pixel.size();
  for (std::uint32_t channel = 0; channel < channels; ++channel) {
    next_[channel + 1] += next_[channel];
    images_->offset.push_back(begin + next_[channel + 1]);
  }
  images_->pixel.resize(begin + positions_.size());
  images_->value.resize(begin + positions_.size());
  for (std::size_t index = 0; index < positions_.size(); ++index) {
    const std::size_t to = begin + next_[positions_[index] % channels]++;
    images_->pixel[to] = static_cast<std::uint16_t>(positions_[index] / channels);
    images_->value[to] = values_[index];
  }
}

void ImageColumnReader::append_in_any_order() {
  const std::array<std::size_t, 3> lengths = layout_.lengths();
  const std::array<std::size_t, 3> steps = {lengths[1] * lengths[2], lengths[2], 1};
  const auto pixels = static_cast<std::size_t>(layout_.shape.pixels());
  const auto width = static_cast<std::size_t>(layout_.shape.width);
  std::array<std::size_t, 3> to{};  // steps of the stored axes in an image with the channels first
  for (std::size_t axis = 0; axis < 3; ++axis) {
    to[axis] = layout_.order[axis] == 'c' ? pixels : layout_.order[axis] == 'h' ? width : 1;
  }
  ordered_.clear();
  for (std::size_t index = 0; index < positions_.size(); ++index) {
    std::size_t place = 0;
    for (std::size_t axis = 0; axis < 3; ++axis) place += positions_[index] / steps[axis] % lengths[axis] * to[axis];
    ordered_.emplace_back(static_cast<std::uint32_t>(place), values_[index]);
  }
  std::sort(ordered_.begin(), ordered_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  positions_.clear();
  values_.clear();
  for (const auto& [place, value] : ordered_) {
    positions_.push_back(place);
    values_.push_back(value);
  }
  append_channels_first();
}

// Advances over `count` zeros, also across the ends of jets. Regular pages only.
inline void ImageColumnReader::skip(std::size_t count) {
  while (count > 0) {
    if (position_ == values_per_jet_ || !row_open_) {
      finish_row();
      start_row();
    }
    const std::size_t step = std::min(count, values_per_jet_ - position_);
    position_ += step;
    count -= step;
  }
}

// Adds a value after a run of zeros and finishes the rows that the zeros fill. Regular pages only.
inline void ImageColumnReader::add_after_zeros(std::size_t zeros, float value) {
  if (row_open_ && zeros < values_per_jet_ - position_) {
    position_ += zeros + 1;
  } else {
    skip(zeros + 1);
  }
  positions_.push_back(static_cast<std::uint32_t>(position_ - 1));
  values_.push_back(value);
}

void ImageColumnReader::add_regular_page(const DataPage& page, const PageReader& pages) {
  const bool by_dictionary = page.encoding == Encoding::kPlainDictionary || page.encoding == Encoding::kRleDictionary;
  if (by_dictionary) {
    if (!dictionary_is_decoded_) decode_dictionary(pages, column_, dictionary_);
    dictionary_is_decoded_ = true;
    add_dictionary_page(page);
  } else if (page.encoding == Encoding::kPlain && column_.type == PhysicalType::kDouble) {
    add_plain_page<double>(page);
  } else if (page.encoding == Encoding::kPlain && column_.type == PhysicalType::kFloat) {
    add_plain_page<float>(page);
  } else {
    decode_values(page, pages, column_, page.values, page_values_);
    std::size_t zeros = 0;
    for (const float value : page_values_) {
      if (value == 0) {
        ++zeros;
      } else {
        add_after_zeros(zeros, value);
        zeros = 0;
      }
    }
    skip(zeros);
  }
}

void ImageColumnReader::add_dictionary_page(const DataPage& page) {
  if (page.data.empty()) throw Error("a page is cut short");
  const auto bit_width = static_cast<int>(page.data[0]);
  const auto zero = std::find(dictionary_.begin(), dictionary_.end(), 0.0F);
  std::size_t zeros = 0;  // before the next value
  const auto value_of = [&](std::uint64_t index) {
    if (index >= dictionary_.size()) throw Error("a page points outside its dictionary");
    return dictionary_[index];
  };
  const auto add_run = [&](std::uint32_t index, std::size_t length) {
    const float value = value_of(index);
    if (value == 0) {
      zeros += length;
      return;
    }
    for (std::size_t i = 0; i < length; ++i, zeros = 0) add_after_zeros(zeros, value);
  };
  const auto add_any_group = [&](const std::uint8_t* group, std::size_t used) {
    const auto indices = unpack_group(group, bit_width);
    for (std::size_t i = 0; i < used; ++i) add_run(indices[i], 1);
  };
  if (zero == dictionary_.end() || bit_width > LaneUnpacker::kMaxWidth) {
    walk_hybrid(page.data.subspan(1), bit_width, page.values, add_run, add_any_group);
    return skip(zeros);
  }
  // Most values of a group are the zero of the dictionary, so only the lanes that differ from it are examined.
  const LaneUnpacker unpack(bit_width);
  const std::uint64_t all_zero = 0x0001000100010001 * static_cast<std::uint64_t>(zero - dictionary_.begin());
  walk_hybrid(page.data.subspan(1), bit_width, page.values, add_run, [&](const std::uint8_t* group, std::size_t used) {
    if (used < 8) return add_any_group(group, used);
    for (const std::uint64_t lanes : unpack(group)) {
      std::size_t next = 0;
      for (std::uint64_t differ = lanes ^ all_zero; differ != 0;) {
        const auto lane = static_cast<std::size_t>(std::countr_zero(differ)) / 16;
        differ &= ~(std::uint64_t{0xffff} << (16 * lane));
        const float value = value_of(lanes >> (16 * lane) & 0xffff);
        if (value == 0) continue;  // negative zero, or another double too small for float
        add_after_zeros(zeros + lane - next, value);
        zeros = 0;
        next = lane + 1;
      }
      zeros += 4 - next;
    }
  });
  skip(zeros);
}

template <class Stored>
void ImageColumnReader::add_plain_page(const DataPage& page) {
  if (page.data.size() / sizeof(Stored) < page.values) throw Error("a page holds fewer values than it states");
  constexpr std::size_t kStep = 8;  // zeros are skipped in blocks: images are 98 % zeros
  std::size_t index = 0;
  std::size_t zeros = 0;
  while (index < page.values) {
    if (index + kStep <= page.values) {
      std::uint64_t words[kStep * sizeof(Stored) / 8];
      std::memcpy(words, page.data.data() + index * sizeof(Stored), sizeof(words));
      std::uint64_t any = 0;
      for (const std::uint64_t word : words) any |= word;
      if (any == 0) {
        index += kStep;
        zeros += kStep;
        continue;
      }
    }
    Stored stored;
    std::memcpy(&stored, page.data.data() + index * sizeof(Stored), sizeof(Stored));
    const auto value = static_cast<float>(stored);
    ++index;
    if (value == 0) {
      ++zeros;
    } else {
      add_after_zeros(zeros, value);
      zeros = 0;
    }
  }
  skip(zeros);
}

// Entry by entry, for pages with nulls or lists of unexpected lengths. Rows that contain them are skipped, the others
// are kept.
void ImageColumnReader::add_any_page(const DataPage& page, const PageReader& pages) {
  decode_levels(page.repetition, column_.max_repetition, page.values, repetition_);
  decode_levels(page.definition, column_.max_definition, page.values, definition_);
  const auto present = static_cast<std::size_t>(
      std::count(definition_.begin(), definition_.end(), static_cast<std::uint8_t>(column_.max_definition)));
  decode_values(page, pages, column_, present, page_values_);
  std::size_t next_value = 0;
  for (std::size_t entry = 0; entry < page.values; ++entry) {
    if (repetition_[entry] == 0) {
      finish_row();
      start_row();
    } else if (!row_open_) {
      throw Error(text("column ", column_.root, " starts inside a row"));
    }
    if (definition_[entry] != column_.max_definition) {
      fault_ = "null";
      continue;
    }
    const float value = page_values_[next_value++];
    if (fault_ != nullptr) continue;
    if (position_ >= values_per_jet_ || repetition_[entry] != jet_repetition_[position_]) {
      fault_ = kWrongShape;
      continue;
    }
    if (value != 0) {
      positions_.push_back(static_cast<std::uint32_t>(position_));
      values_.push_back(value);
    }
    ++position_;
  }
}

}  // namespace jetvit
