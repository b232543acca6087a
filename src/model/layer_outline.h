#pragma once

#include <vector>

#include "model/layer_table.h"

namespace jetvit {

// A row of a layer table, and the number of rows that it lies in, but for the model's own.
struct OutlinedLayer {
  const LayerRow* row = nullptr;
  int level = 0;
};

// The rows to show of the table of a model, each before its parts: `depth` levels, or with 0 all levels down to the
// blocks. A block is one of several in a row ("blocks.0") that holds no others. The pointers are into `model`.
std::vector<OutlinedLayer> layer_outline(const LayerRow& model, int depth);

}  // namespace jetvit
