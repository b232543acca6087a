#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "raw/image_column.h"
#include "raw/parquet_footer.h"

namespace jetvit {

// An observer of a file: a flat column of numbers.
struct ObserverColumn {
  int leaf = -1;
  std::string name;
  bool is_integer = false, is_unsigned = false;  // integers of 64 bits
};

// The role of each leaf column of a file.
struct RawSchema {
  int image = -1;   // leaf index of X_jets or X_jet
  int label = -1;   // leaf index, -1 if the file has none
  int weight = -1;  // leaf index, -1 if the options name no column of weights
  std::vector<ObserverColumn> observers;
  std::vector<std::string> ignored;  // other columns, with the reason: "name (text)"
  std::string unusable_label;        // why the column of that name cannot be the label; otherwise empty
  bool has_unused_weight = false;    // a column `weight` is an observer
  ImageLayout layout;
  std::string guess;          // a sentence about what was guessed of the layout; otherwise empty
  std::string without_image;  // why the layout is unknown (then its shape is {0, 0, 0}); otherwise empty
};

// Determines the role of the columns, all but the layout. X_jets (or X_jet) holds the images, as nested lists or as a
// flat list. The options name the columns of the label and of the weight. Every other flat numeric column is an
// observer. Throws Error naming the file, the column and what is wrong, also if there is no column of weights of that
// name.
RawSchema recognize_columns(const std::filesystem::path& path, const ReadOptions& options);

// The same with the layout. Nested lists are ordered [channel][row][column], flat lists (row, column, channel), unless
// the Arrow schema of the file, the lengths of the lists or `layout` and `shape` say otherwise. The most frequent list
// lengths of the first rows count, so that one odd row does not decide for the file.
RawSchema recognize(const std::filesystem::path& path, const ReadOptions& options);

// The leaf columns to read, in this order: the images, the label and the weight if there are any, the
// observers.
std::vector<int> wanted_columns(const RawSchema& schema);

}  // namespace jetvit
