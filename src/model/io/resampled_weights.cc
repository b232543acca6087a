#include "model/io/resampled_weights.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <ATen/TensorOperators.h>
#include <ATen/ops/_upsample_bicubic2d_aa.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/linalg_pinv.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/zeros.h>

namespace jetvit {
namespace {

std::int64_t root(std::int64_t square) {
  return std::llround(std::sqrt(static_cast<double>(square)));
}

// images: (N, C, H, W)
at::Tensor resized(const at::Tensor& images, std::int64_t side) {
  return at::_upsample_bicubic2d_aa(images, {side, side}, /*align_corners=*/false);
}

// The positions of the old offsets -n..n among the new ones -m..m: 0, then 1, 1 + q, 1 + q + q^2, ... on both sides,
// with q in [1.01, 1.5] such that the last one reaches m if possible. Single precision, as in the reference.
std::vector<float> offset_positions(std::int64_t n, std::int64_t m) {
  double low = 1.01;
  double high = 1.5;
  double ratio = low;
  while (high - low > 1e-6) {
    ratio = (low + high) / 2;
    const double reach = (1 - std::pow(ratio, static_cast<double>(n))) / (1 - ratio);
    (reach > static_cast<double>(m) ? high : low) = ratio;
  }
  std::vector<float> positions(static_cast<std::size_t>(2 * n + 1));
  const auto middle = positions.begin() + n;
  double position = 1;
  for (std::int64_t step = 1; step <= n; ++step) {
    *(middle + step) = static_cast<float>(position);
    *(middle - step) = -*(middle + step);
    position += std::pow(ratio, static_cast<double>(step));
  }
  return positions;
}

// (new, old) float64: the matrix of the linear interpolation from the old offsets to the new ones, constant beyond the
// last old offset.
at::Tensor offset_interpolation(std::int64_t old_count, std::int64_t new_count) {
  const std::vector<float> positions = offset_positions(old_count / 2, new_count / 2);
  at::Tensor matrix = at::zeros({new_count, old_count}, at::kDouble);
  for (std::int64_t row = 0; row < new_count; ++row) {
    auto* weights = matrix.data_ptr<double>() + row * old_count;
    const std::int64_t from_middle = row - new_count / 2;
    const auto offset = static_cast<double>(from_middle);
    const auto above = std::lower_bound(positions.begin(), positions.end(), offset);
    if (above == positions.begin() || above == positions.end()) {
      weights[above == positions.end() ? old_count - 1 : 0] = 1;
      continue;
    }
    const std::int64_t right = above - positions.begin();
    const double share = (offset - *(above - 1)) / (static_cast<double>(*above) - *(above - 1));
    weights[right] = share;
    weights[right - 1] = 1 - share;
  }
  return matrix;
}

}  // namespace

at::Tensor with_input_channels(const at::Tensor& filters, std::int64_t channels, const std::string& how) {
  at::Tensor old = filters.to(at::kFloat);
  const std::int64_t before = old.size(1);
  if (before == channels) return old;
  if (how == "mean") return old.mean(1, true).repeat({1, channels, 1, 1});
  if (how == "sum" || channels == 1) {
    return old.sum(1, true).repeat({1, channels, 1, 1}) / static_cast<double>(channels);
  }
  const at::Tensor cycle = at::arange(channels, at::kLong).remainder(before);
  return old.index_select(1, cycle) * (static_cast<double>(before) / static_cast<double>(channels));
}

at::Tensor resampled_positions(const at::Tensor& table, std::int64_t side) {
  const at::Tensor all = table.to(at::kFloat);
  const std::int64_t patches = all.size(1) - 1;
  const std::int64_t old = root(patches);
  const std::int64_t width = all.size(2);
  const at::Tensor image = all.narrow(1, 1, patches).reshape({1, old, old, width}).permute({0, 3, 1, 2});
  const at::Tensor tokens = resized(image, side).permute({0, 2, 3, 1}).reshape({1, side * side, width});
  return at::cat({all.narrow(1, 0, 1), tokens}, 1);
}

at::Tensor resampled_bias(const at::Tensor& table, std::int64_t window) {
  const bool flat = table.dim() == 2;
  const std::int64_t old = flat ? root(table.size(0)) : table.size(1);
  const std::int64_t span = 2 * window - 1;
  const at::Tensor offsets = (flat ? table.t().reshape({-1, old, old}) : table).to(at::kDouble);  // (heads, old, old)
  const at::Tensor matrix = offset_interpolation(old, span);
  const at::Tensor biases = at::matmul(at::matmul(matrix, offsets), matrix.t()).to(at::kFloat);  // (heads, span, span)
  return flat ? biases.flatten(1).t().contiguous() : biases;
}

at::Tensor resampled_patches(const at::Tensor& filters, std::int64_t side) {
  const std::int64_t old = filters.size(2);
  const at::Tensor basis = at::eye(old * old, at::kDouble).reshape({old * old, 1, old, old});
  const at::Tensor resize = resized(basis, side).flatten(1).t();  // (side^2, old^2): the matrix that resizes a patch
  const at::Tensor pixels = at::matmul(filters.to(at::kDouble).flatten(2), at::linalg_pinv(resize));
  return pixels.reshape({filters.size(0), filters.size(1), side, side}).to(at::kFloat);
}

}  // namespace jetvit
