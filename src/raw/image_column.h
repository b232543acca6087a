#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "jet/image_layout.h"
#include "jet/jet_records.h"
#include "raw/page_reader.h"

namespace jetvit {

// Decodes pages of images directly to sparse jets. Levels are verified, but decoded only if their bytes differ from the
// last verified ones. Runs of the dictionary's zero entry are skipped as runs; plain pages are scanned for non-zero
// values.
//
// An unusable row has a reason: "null", else "wrong shape", else "NaN" or "infinite value". The reason does not depend
// on how the rows are divided into pages.
class ImageColumnReader {
 public:
  ImageColumnReader(const LeafColumn& column, const ImageLayout& layout);

  // Appends the usable rows of a chunk to `images`. reasons[row] is null for a usable row and otherwise the reason.
  // Throws Error if the chunk is damaged or does not have `rows` rows.
  void read(PageReader& pages, std::uint64_t rows, SparseImages& images, std::vector<const char*>& reasons);

  // Same for only those rows that start in the next `count` data pages; the last one may end in later pages.
  // starts_chunk: the pages are the first of the chunk; otherwise they may begin with the end of an earlier row.
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
  void append_in_any_order();

  LeafColumn column_;
  ImageLayout layout_;
  std::size_t values_per_jet_;
  std::vector<std::uint8_t> jet_repetition_;  // repetition levels of one jet
  VerifiedLevels verified_;
  std::vector<float> dictionary_;
  bool dictionary_is_decoded_ = false;

  // The current row.
  std::size_t position_ = 0;
  bool row_open_ = false;
  bool row_is_foreign_ = false;  // it started before the run and is ignored
  const char* fault_ = nullptr;
  std::vector<std::uint32_t> positions_;  // of its non-zero values, in the order of the column
  std::vector<float> values_;
  std::vector<std::size_t> next_;
  std::vector<std::pair<std::uint32_t, float>> ordered_;  // by the place in an image with the channels first

  SparseImages* images_ = nullptr;
  std::vector<const char*>* reasons_ = nullptr;
  std::uint64_t rows_ = 0;  // the maximum number
  std::vector<std::uint8_t> repetition_, definition_;
  std::vector<float> page_values_;
};

}  // namespace jetvit
