#include "model/layers/relative_bias.h"

#include <ATen/ops/empty.h>

#include "model/layers/init.h"
#include "ops/relative_positions.h"

namespace jetvit {

RelativeBias::RelativeBias(int side, int heads, Table table)
    : side_(side), tokens_(side * side), heads_(heads), kind_(table) {
  const int span = 2 * side - 1;
  constexpr const char* kName = "relative_position_bias_table";
  constexpr double kDeviation = 0.02;
  table_ = table == Table::kSwin ? add_parameter(kName, init::truncated_normal({span * span, heads}, kDeviation))
                                 : add_parameter(kName, init::normal({heads, span, span}, kDeviation));
  const int sign = table == Table::kSwin ? 1 : -1;
  index_ = at::empty({tokens_ * tokens_}, at::TensorOptions(table_.is_meta() ? at::kMeta : at::kCPU).dtype(at::kLong));
  if (index_.is_meta()) return;
  auto* index = index_.data_ptr<std::int64_t>();
  for (std::int64_t query = 0; query < tokens_; ++query) {
    for (std::int64_t key = 0; key < tokens_; ++key) {
      const std::int64_t rows = sign * (query / side - key / side) + side - 1;
      const std::int64_t columns = sign * (query % side - key % side) + side - 1;
      *index++ = rows * span + columns;
    }
  }
  index_ = index_.to(table_.device());
}

at::Tensor RelativeBias::forward() const {
  if (!table_.is_cpu() && !table_.is_meta()) {
    const bool is_swin = kind_ == Table::kSwin;
    return relative_positions(is_swin ? table_.t() : table_.flatten(1), index_, side_,
                              is_swin ? Offset::kQueryFromKey : Offset::kKeyFromQuery)
        .unsqueeze(0);
  }
  if (kind_ == Table::kMaxVit) return table_.flatten(1).index_select(1, index_).view({1, heads_, tokens_, tokens_});
  return table_.index_select(0, index_).view({tokens_, tokens_, heads_}).permute({2, 0, 1}).unsqueeze(0).contiguous();
}

}  // namespace jetvit
