#include "raw/image_lists.h"

#include <algorithm>
#include <utility>

#include "raw/value_decoder.h"

namespace jetvit {

std::vector<ImageShape> image_list_lengths(ChunkBytes chunk, const LeafColumn& column, const Decompressor& decompressor,
                                           std::size_t limit) {
  PageReader::Buffers buffers;
  PageReader pages(std::move(chunk), column, decompressor, buffers);
  DataPage page;
  std::vector<std::uint8_t> repetition;
  std::vector<std::uint8_t> definition;
  std::uint64_t lists[4] = {0, 0, 0, 0};  // entries of the current row by repetition level
  bool complete = false;
  std::vector<ImageShape> shapes;
  const auto finish_row = [&] {
    const std::uint64_t values = lists[0] + lists[1] + lists[2] + lists[3];
    if (!complete || values < 2 || values > (1U << 24)) return;
    if (column.max_repetition == 1) {
      shapes.push_back({1, 1, static_cast<int>(values)});
      return;
    }
    const std::uint64_t channels = 1 + lists[1];
    const std::uint64_t rows = channels + lists[2];
    if (column.max_repetition != 3 || rows % channels != 0 || values % rows != 0) return;
    shapes.push_back({static_cast<int>(channels), static_cast<int>(rows / channels), static_cast<int>(values / rows)});
  };
  while (pages.next(page)) {
    decode_levels(page.repetition, column.max_repetition, page.values, repetition);
    decode_levels(page.definition, column.max_definition, page.values, definition);
    for (std::size_t i = 0; i < page.values; ++i) {
      if (repetition[i] == 0) {
        finish_row();
        if (shapes.size() == limit) return shapes;
        std::fill(std::begin(lists), std::end(lists), 0);
        complete = true;
      }
      complete = complete && definition[i] == column.max_definition;
      ++lists[std::min<int>(repetition[i], 3)];
    }
  }
  finish_row();
  return shapes;
}

}  // namespace jetvit
