#include "model/layers/window_attention.h"

#include "model/layers/drop_path.h"

namespace jetvit {

WindowAttention::WindowAttention(const WindowAttentionOptions& options) : options_(options) {
  constexpr auto kInit = Linear::Init::kTruncatedNormal;
  if (options.relative_bias) {
    bias_ = add_child("", std::make_shared<RelativeBias>(static_cast<int>(options.grid.window), options.heads));
  }
  qkv_ = add_child("qkv", std::make_shared<Linear>(options.width, 3 * options.width, kInit));
  proj_ = add_child("proj", std::make_shared<Linear>(options.width, options.width, kInit));
}

at::Tensor WindowAttention::compute(const at::Tensor& x) const {
  // The bias of qkv is what it makes of the zeros that fill up the last windows.
  const at::Tensor bias = bias_ ? bias_->forward().squeeze(0) : at::Tensor();
  const at::Tensor mixed =
      window_attention(qkv_->forward(x), qkv_->bias(), bias, {.count = options_.heads}, options_.grid);
  return jetvit::dropout(proj_->forward(mixed), options_.dropout, training());
}

}  // namespace jetvit
