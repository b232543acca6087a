#include "load/mixing.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "base/draws.h"
#include "compute/vector_math.h"

namespace jetvit {
namespace {

void draw_box(int size, RandomStream& stream, Mixing& mixing) {
  const int half = static_cast<int>(size * std::sqrt(1 - mixing.own)) / 2;
  const int row = static_cast<int>(stream.below(static_cast<std::uint64_t>(size)));
  const int column = static_cast<int>(stream.below(static_cast<std::uint64_t>(size)));
  mixing.top = std::max(0, row - half);
  mixing.bottom = std::min(size, row + half);
  mixing.left = std::max(0, column - half);
  mixing.right = std::min(size, column + half);
  const double area = static_cast<double>(mixing.bottom - mixing.top) * (mixing.right - mixing.left);
  mixing.own = 1 - area / (static_cast<double>(size) * size);
}

JETVIT_VECTOR_CLONES
void blend(float own, float other, std::size_t count, float* first, float* second) {
  JETVIT_INDEPENDENT_ITERATIONS
  for (std::size_t i = 0; i < count; ++i) {
    const float a = first[i];
    const float b = second[i];
    first[i] = own * a + other * b;
    second[i] = own * b + other * a;
  }
}

}  // namespace

Mixing draw_mixing(const AugmentOptions& options, int size, RandomStream stream) {
  Mixing mixing;
  if ((options.mixup == 0 && options.cutmix == 0) || !stream.chance(options.mix_probability)) return mixing;
  const bool cuts = options.mixup == 0 || (options.cutmix > 0 && stream.chance(options.mix_switch));
  mixing.kind = cuts ? Mixing::Kind::kCutmix : Mixing::Kind::kMixup;
  mixing.own = draw_beta(cuts ? options.cutmix : options.mixup, stream);
  if (cuts) draw_box(size, stream, mixing);
  return mixing;
}

void mix_images(const Mixing& mixing, int planes, int size, bool channels_last, float* first, float* second) {
  const std::size_t side = static_cast<std::size_t>(size);
  const std::size_t depth = static_cast<std::size_t>(planes);
  if (mixing.kind == Mixing::Kind::kMixup) {
    blend(static_cast<float>(mixing.own), static_cast<float>(1 - mixing.own), depth * side * side, first, second);
  } else if (mixing.kind == Mixing::Kind::kCutmix) {
    // A row of the box is contiguous in both memory formats.
    const std::size_t step = channels_last ? depth : 1;
    const std::size_t run = static_cast<std::size_t>(mixing.right - mixing.left) * step;
    for (std::size_t plane = 0; plane < (channels_last ? 1 : depth); ++plane) {
      for (int row = mixing.top; row < mixing.bottom; ++row) {
        const std::size_t begin =
            ((plane * side + static_cast<std::size_t>(row)) * side + static_cast<std::size_t>(mixing.left)) * step;
        std::swap_ranges(first + begin, first + begin + run, second + begin);
      }
    }
  }
}

Target mix_targets(const Mixing& mixing, const Target& jet, const Target& partner) {
  if (mixing.kind == Mixing::Kind::kNone) return jet;
  const double own = mixing.own * jet.weight;
  const double other = (1 - mixing.own) * partner.weight;
  const double weight = own + other;
  // Jets without weight do not count, whatever their label.
  const double label = weight > 0 ? (own * jet.label + other * partner.label) / weight : jet.label;
  return {static_cast<float>(label), static_cast<float>(weight)};
}

}  // namespace jetvit
