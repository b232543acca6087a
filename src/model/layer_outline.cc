#include "model/layer_outline.h"

#include <algorithm>
#include <cctype>

namespace jetvit {
namespace {

// Whether it is one of several in a row: "blocks.0".
bool is_numbered(const LayerRow& row) {
  const std::string last = row.name.substr(row.name.rfind('.') + 1);
  return std::all_of(last.begin(), last.end(), [](unsigned char of) { return std::isdigit(of) != 0; });
}

// What holds neither stages nor blocks is a block itself, or smaller.
bool holds_blocks(const LayerRow& row) {
  return std::any_of(row.parts.begin(), row.parts.end(),
                     [](const LayerRow& part) { return is_numbered(part) || holds_blocks(part); });
}

void add_layers(const LayerRow& whole, int level, int depth, std::vector<OutlinedLayer>& layers) {
  for (const LayerRow& row : whole.parts) {
    layers.push_back({&row, level});
    if (depth > 0 ? level + 1 < depth : holds_blocks(row)) add_layers(row, level + 1, depth, layers);
  }
}

}  // namespace

std::vector<OutlinedLayer> layer_outline(const LayerRow& model, int depth) {
  std::vector<OutlinedLayer> layers;
  add_layers(model, 0, depth, layers);
  return layers;
}

}  // namespace jetvit
