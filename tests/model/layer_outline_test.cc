#include "model/layer_outline.h"

#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace jetvit {
namespace {

LayerRow row_of(const std::string& name, std::vector<LayerRow> parts = {}) {
  LayerRow row;
  row.name = name;
  row.parts = std::move(parts);
  return row;
}

// A stem without blocks, a stage of two blocks that hold layers, and a head.
LayerRow small_model() {
  const LayerRow block = row_of("mlp", {row_of("fc1"), row_of("fc2")});
  return row_of("",
                {row_of("stem", {row_of("conv"), row_of("norm")}),
                 row_of("stages.0", {row_of("downsample"), row_of("blocks.0", {block}), row_of("blocks.1", {block})}),
                 row_of("head", {row_of("fc")})});
}

// One line for each row, indented by its level.
std::string shown(const LayerRow& model, int depth) {
  std::string lines;
  for (const OutlinedLayer& one : layer_outline(model, depth)) {
    lines += std::string(static_cast<std::size_t>(one.level), ' ') + one.row->name + '\n';
  }
  return lines;
}

TEST(LayerOutline, EndsAtTheBlocks) {
  EXPECT_EQ(shown(small_model(), 0), "stem\nstages.0\n downsample\n blocks.0\n blocks.1\nhead\n");
}

TEST(LayerOutline, HasTheLevelsThatAreAskedFor) {
  const LayerRow model = small_model();
  EXPECT_EQ(shown(model, 1), "stem\nstages.0\nhead\n");
  EXPECT_EQ(shown(model, 2), "stem\n conv\n norm\nstages.0\n downsample\n blocks.0\n blocks.1\nhead\n fc\n");
  const std::string whole =
      "stem\n conv\n norm\nstages.0\n downsample\n blocks.0\n  mlp\n   fc1\n   fc2\n blocks.1\n  mlp\n   fc1\n   fc2\n"
      "head\n fc\n";
  EXPECT_EQ(shown(model, 4), whole);
  EXPECT_EQ(shown(model, 99), whole);
}

// The blocks of a stage that has no number itself.
TEST(LayerOutline, OpensWhatHoldsBlocksFurtherBelow) {
  const LayerRow model = row_of("", {row_of("trunk", {row_of("stage", {row_of("0", {row_of("fc")}), row_of("1")})})});
  EXPECT_EQ(shown(model, 0), "trunk\n stage\n  0\n  1\n");
}

}  // namespace
}  // namespace jetvit
