#include "model/layers/swin_trunk.h"

#include <numeric>

#include "base/text.h"
#include "model/layers/drop_path.h"

namespace jetvit {

SwinTrunk::SwinTrunk(const SwinTrunkOptions& options) {
  const auto first_block = options.depths.begin();
  const std::vector<double> drop_path =
      drop_path_rates(options.drop_path, std::accumulate(first_block, options.depths.end(), 0));
  auto block_rate = drop_path.begin() + std::accumulate(first_block, first_block + options.first, 0);
  const auto first = static_cast<std::size_t>(options.first);
  int side = options.side;
  int width = options.embed_dim << first;
  for (std::size_t stage = first; stage < options.depths.size(); ++stage) {
    const int depth = options.depths[stage];
    const SwinStageOptions of_stage = {.in = width,
                                       .out = options.embed_dim << stage,
                                       .side = side,
                                       .merge = stage > first,
                                       .depth = depth,
                                       .heads = options.heads[stage],
                                       .window = options.window,
                                       .mlp_ratio = options.mlp_ratio,
                                       .dropout = options.dropout,
                                       .drop_path = {block_rate, block_rate + depth}};
    stages_.push_back(add_child(text("layers.", stage), std::make_shared<SwinStage>(of_stage)));
    block_rate += depth;
    side = stages_.back()->side();
    width = of_stage.out;
  }
  head_ = add_child("", std::make_shared<SwinHead>(width, options.outputs, options.dropout));
}

at::Tensor SwinTrunk::compute(const at::Tensor& x) const {
  at::Tensor y = x;
  for (const auto& stage : stages_) y = stage->forward(y);
  return head_->forward(y);
}

}  // namespace jetvit
