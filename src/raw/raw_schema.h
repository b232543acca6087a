#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "raw/image_column.h"
#include "raw/parquet_footer.h"

namespace jetvit {

// Which leaf columns of a file hold what.
struct RawSchema {
  int image = -1;              // leaf index of X_jets or X_jet
  int label = -1;              // leaf index, -1 where the file has none
  std::vector<int> observers;  // leaf indices of flat numeric columns
  std::vector<std::string> observer_names;
  std::vector<std::string> ignored;  // other columns
  ImageLayout layout;
  std::string without_image;  // why the file does not tell its layout, whose shape is {0, 0, 0} then; else empty
};

// Recognises a file by its schema: X_jets (or X_jet) as nested lists [channel][row][column] or as a flat list; the
// label column by name; every other flat numeric column is an observer. `layout` is auto, chw or hwc and `shape`
// (channels, height, width) overrides what the lengths of lists say, of which most of the first rows decide. Throws
// Error naming the file, the column and what is wrong.
RawSchema recognise(const std::filesystem::path& path, const std::string& label_column, const std::string& layout,
                    const std::vector<int>& shape);

// The leaf columns that are read, in this order: the images, the label where there is one, the observers.
std::vector<int> wanted_columns(const RawSchema& schema);

}  // namespace jetvit
