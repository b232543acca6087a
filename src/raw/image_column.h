#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "jet/jet_records.h"
#include "raw/page_reader.h"

namespace jetvit {

// How the numbers of a jet lie in the column.
struct ImageLayout {
  ImageShape shape;
  bool channels_last = false;  // flat lists of boosted top: (height, width, channels)

  bool operator==(const ImageLayout&) const = default;
};

// Shapes of the first whole images of a chunk, at most `limit`, from the lengths of their lists. Rows with nulls or
// uneven lists are passed over. A flat list gives {1, 1, length}.
std::vector<ImageShape> image_list_lengths(std::span<const std::byte> chunk, const LeafColumn& column,
                                           const Decompressor& decompressor, std::size_t limit);

// Decodes column chunks of images straight to sparse jets. Levels are verified, but decoded only where their bytes
// differ from the last verified ones; runs of the zero entry of a dictionary are skipped as runs, plain pages are
// scanned.
class ImageColumnReader {
 public:
  ImageColumnReader(const LeafColumn& column, const ImageLayout& layout);

  // Appends the good rows of the chunk to `images`; reasons[row] is empty for those and says what is wrong with the
  // others. Throws Error where the chunk is damaged or holds another number of rows.
  void read(std::span<const std::byte> chunk, const Decompressor& decompressor, std::uint64_t rows,
            PageReader::Buffers& buffers, SparseImages& images, std::vector<std::string>& reasons);

 private:
  struct VerifiedLevels {
    std::size_t position = 0, values = 0;
    std::vector<std::byte> repetition, definition;
  };

  bool levels_are_regular(const DataPage& page);
  std::uint8_t expected_repetition(std::size_t position) const;
  void add_regular_page(const DataPage& page, const PageReader& pages);
  void add_any_page(const DataPage& page, const PageReader& pages);
  void add_dictionary_page(const DataPage& page);
  template <class Stored>
  void add_plain_page(const DataPage& page);
  void skip(std::size_t count);
  void add_after_zeros(std::size_t zeros, float value);
  void start_row();
  void finish_row();
  const char* not_finite() const;
  void append_channels_first();
  void append_channels_last();

  LeafColumn column_;
  ImageLayout layout_;
  std::size_t values_per_jet_;
  VerifiedLevels verified_;
  std::vector<float> dictionary_;

  // The row under way.
  std::size_t position_ = 0;
  bool row_open_ = false;
  const char* fault_ = nullptr;
  std::vector<std::uint32_t> places_;  // of its non-zero values, in the order of the column
  std::vector<float> values_;
  std::vector<std::size_t> next_;

  SparseImages* images_ = nullptr;
  std::vector<std::string>* reasons_ = nullptr;
  std::uint64_t rows_ = 0;  // of the chunk
  std::vector<std::uint8_t> repetition_, definition_;
  std::vector<float> page_values_;
};

}  // namespace jetvit
