#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "raw/image_column.h"
#include "raw/parquet_footer.h"

namespace jetvit {

// The role of each leaf column of a file.
struct RawSchema {
  int image = -1;              // leaf index of X_jets or X_jet
  int label = -1;              // leaf index, -1 if the file has none
  std::vector<int> observers;  // leaf indices of flat numeric columns
  std::vector<std::string> observer_names;
  std::vector<std::string> ignored;  // other columns
  ImageLayout layout;
  std::string without_image;  // why the layout is unknown (then its shape is {0, 0, 0}); otherwise empty
};

// Determines the role of the columns. X_jets (or X_jet) holds the images, as nested lists [channel][row][column] or as
// a flat list. `label_column` is the name of the label column. Every other flat numeric column is an observer. `layout`
// is auto, chw or hwc. The most frequent list lengths of the first rows give the image shape, unless `shape` (channels,
// height, width) sets it. Throws Error naming the file, the column and what is wrong.
RawSchema recognize(const std::filesystem::path& path, const std::string& label_column, const std::string& layout,
                    const std::vector<int>& shape);

// The leaf columns to read, in this order: the images, the label if there is one, the observers.
std::vector<int> wanted_columns(const RawSchema& schema);

}  // namespace jetvit
