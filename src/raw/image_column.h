#pragma once

#include <cstdint>
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
std::vector<ImageShape> image_list_lengths(ChunkBytes chunk, const LeafColumn& column, const Decompressor& decompressor,
                                           std::size_t limit);

// Decodes pages of images straight to sparse jets. Levels are verified, but decoded only where their bytes differ from
// the last verified ones; runs of the zero entry of a dictionary are skipped as runs, plain pages are scanned.
//
// A row that is no good has a reason: "null", else "wrong shape", else "NaN" or "infinite value". It is the same
// however the rows are divided into pages.
class ImageColumnReader {
 public:
  ImageColumnReader(const LeafColumn& column, const ImageLayout& layout);

  // Appends the good rows of a chunk to `images`; reasons[row] is null for those and says what is wrong with the
  // others. Throws Error where the chunk is damaged or holds another number of rows.
  void read(PageReader& pages, std::uint64_t rows, SparseImages& images, std::vector<const char*>& reasons);

  // The same of those rows alone that start in the next `count` data pages, which may end in pages behind.
  // starts_chunk: nothing lies in front of the pages; otherwise they may begin with the end of another row.
  void read_run(PageReader& pages, std::uint64_t count, bool starts_chunk, SparseImages& images,
                std::vector<const char*>& reasons);

 private:
  struct VerifiedLevels {
    std::size_t position = 0, values = 0;
    std::vector<std::byte> repetition, definition;
  };

  void begin(SparseImages& images, std::vector<const char*>& reasons, std::uint64_t rows);
  std::size_t entries_before_row(const DataPage& page);
  void enter_foreign_row(std::size_t entries);
  bool levels_are_regular(const DataPage& page);
  bool repetition_is_regular(std::size_t position) const;
  void add_page(const DataPage& page, const PageReader& pages);
  void add_regular_page(const DataPage& page, const PageReader& pages);
  void add_any_page(const DataPage& page, const PageReader& pages);
  void add_dictionary_page(const DataPage& page);
  template <class Stored>
  void add_plain_page(const DataPage& page);
  void skip(std::size_t count);
  void add_after_zeros(std::size_t zeros, float value);
  void start_row();
  void finish_row();
  void add_row();
  const char* not_finite() const;
  void append_channels_first();
  void append_channels_last();

  LeafColumn column_;
  ImageLayout layout_;
  std::size_t values_per_jet_;
  std::vector<std::uint8_t> jet_repetition_;  // the levels of a whole jet
  VerifiedLevels verified_;
  std::vector<float> dictionary_;
  bool dictionary_is_decoded_ = false;

  // The row under way.
  std::size_t position_ = 0;
  bool row_open_ = false;
  bool row_is_foreign_ = false;  // it started in front of the run: it is passed over
  const char* fault_ = nullptr;
  std::vector<std::uint32_t> places_;  // of its non-zero values, in the order of the column
  std::vector<float> values_;
  std::vector<std::size_t> next_;

  SparseImages* images_ = nullptr;
  std::vector<const char*>* reasons_ = nullptr;
  std::uint64_t rows_ = 0;  // the most there may be
  std::vector<std::uint8_t> repetition_, definition_;
  std::vector<float> page_values_;
};

}  // namespace jetvit
