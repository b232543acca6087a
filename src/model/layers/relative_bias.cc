#include "model/layers/relative_bias.h"

#include <ATen/ops/empty.h>

#include "model/layers/init.h"

namespace jetvit {

RelativeBias::RelativeBias(int side, int heads) : tokens_(side * side), heads_(heads) {
  const int span = 2 * side - 1;
  table_ = add_parameter("relative_position_bias_table", init::truncated_normal({span * span, heads}, 0.02));
  index_ = at::empty({tokens_ * tokens_}, at::kLong);
  auto* index = index_.data_ptr<std::int64_t>();
  for (int query = 0; query < tokens_; ++query) {
    for (int key = 0; key < tokens_; ++key) {
      const int rows = query / side - key / side + side - 1;
      const int columns = query % side - key % side + side - 1;
      *index++ = rows * span + columns;
    }
  }
}

at::Tensor RelativeBias::forward() const {
  const at::Tensor bias = table_.index_select(0, index_.to(table_.device()));
  return bias.view({tokens_, tokens_, heads_}).permute({2, 0, 1}).unsqueeze(0);
}

}  // namespace jetvit
