#include "load/assemble_batch.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <utility>

#include "base/draws.h"
#include "base/text.h"
#include "load/plane_values.h"
#include "load/scatter.h"

namespace jetvit {
namespace {

float part_of(float value, Part part) {
  if (part == Part::kPositive) return std::max(value, 0.0F);
  if (part == Part::kNegative) return std::max(-value, 0.0F);
  return value;
}

// Zero, the usual value, is written with memset, which is faster for large blocks.
void fill(float* out, std::size_t count, float value) {
  if (std::bit_cast<std::uint32_t>(value) == 0) {
    std::memset(out, 0, count * sizeof(float));
  } else {
    std::fill_n(out, count, value);
  }
}

PixelList pixel_list(const ImageAssembler::Workspace& workspace) {
  return {workspace.row, workspace.column, workspace.shown};
}

}  // namespace

ImageAssembler::ImageAssembler(ImageShape shape, InputTransform transform, const ImageOptions& image,
                               const AugmentOptions& augment, bool channels_last)
    : shape_(shape),
      transform_(std::move(transform)),
      augment_(augment),
      resize_(resize_from_name(image.resize)),
      size_(image.size),
      frame_(resized_frame(image.size)),
      channels_last_(channels_last) {
  if (size_ < 1 || size_ > 1024) throw UsageError(text("image.size: ", size_, " is not in 1 .. 1024"));
  if (static_cast<int>(transform_.channels.size()) != shape_.channels) {
    throw Error(text("input transform: it expects ", transform_.channels.size(), " channels, but the images have ",
                     shape_.channels, " (the model was trained on other data)"));
  }
  if (shape_.height < 1 || shape_.width < 1 || shape_.pixels() > 65536) {
    throw Error(text("images of ", shape_.height, " x ", shape_.width, " pixels: at most 65,536 pixels are supported"));
  }
  for (const Plane& plane : transform_.planes) empty_.push_back(plane.apply(0));
  if (resize_ == Resize::kPad) {
    const int least = std::max(shape_.height, shape_.width);
    if (size_ < least) {
      throw UsageError(text("image.size: ", size_, " is less than the ", shape_.height, " x ", shape_.width,
                            " pixels of the images, which image.resize = \"pad\" does not resize (use ", least,
                            " or more, or resize by bilinear, bicubic or sum)"));
    }
    frame_ = padded_frame(shape_, size_);
  } else {
    make_axis_scatter(resize_, shape_.height, size_, 0, Edge::kRepeated, rows_);
    make_axis_scatter(resize_, shape_.width, size_, 0, Edge::kRepeated, columns_);
  }
  for (int pixel = 0; pixel < static_cast<int>(shape_.pixels()); ++pixel) {
    pixel_row_.push_back(static_cast<std::uint16_t>(pixel / shape_.width));
    pixel_column_.push_back(static_cast<std::uint16_t>(pixel % shape_.width));
  }
}

std::size_t ImageAssembler::values() const {
  return static_cast<std::size_t>(planes()) * static_cast<std::size_t>(size_) * static_cast<std::size_t>(size_);
}

void ImageAssembler::assemble(const SparseImages& images, std::size_t jet, float* out, Workspace& workspace) const {
  run(images, jet, Placement(), nullptr, out, workspace);
}

void ImageAssembler::assemble_augmented(const SparseImages& images, std::size_t jet, RandomStream stream, float* out,
                                        Workspace& workspace) const {
  const Placement placement = draw_placement(augment_, stream);
  run(images, jet, placement, &stream, out, workspace);
}

void ImageAssembler::assemble_at(const SparseImages& images, std::size_t jet, const Placement& placement, float* out,
                                 Workspace& workspace) const {
  run(images, jet, placement, nullptr, out, workspace);
}

// Writes an image without pixels, channels last.
void ImageAssembler::fill_empty(float* out) const {
  if (std::all_of(empty_.begin(), empty_.end(), [this](float value) { return value == empty_.front(); })) {
    fill(out, values(), empty_.front());
    return;
  }
  float* const end = out + values();
  while (out != end) out = std::copy(empty_.begin(), empty_.end(), out);
}

// Collects the channel's pixels that survive zero suppression and augmentation. Random numbers are drawn only for
// pixels that survive zero suppression, so that raw and prepared input give the same images.
void ImageAssembler::gather_pixels(const SparseChannel& pixels, int channel, bool negate, RandomStream* stream,
                                   Workspace& workspace) const {
  const auto resize = [&workspace](std::size_t count) {
    workspace.row.resize(count);
    workspace.column.resize(count);
    workspace.value.resize(count);
  };
  resize(0);
  if (stream != nullptr && augment_.channel_mask > 0 && stream->chance(augment_.channel_mask)) return;
  const bool is_signed = transform_.channels[static_cast<std::size_t>(channel)].is_signed;
  const bool drops = stream != nullptr && augment_.pixel_dropout > 0;
  const bool smears = stream != nullptr && augment_.noise > 0;
  resize(pixels.value.size());
  std::size_t kept = 0;
  for (std::size_t i = 0; i < pixels.value.size(); ++i) {
    float value = pixels.value[i];
    if (value == 0 || !(std::abs(value) >= transform_.zero_threshold) || (!is_signed && value < 0)) continue;
    if (drops && stream->chance(augment_.pixel_dropout)) continue;
    // Smearing never changes the sign of a deposit.
    if (smears)
      value *= std::max(0.0F, 1 + static_cast<float>(augment_.noise) * static_cast<float>(draw_normal(*stream)));
    if (pixels.pixel[i] >= pixel_row_.size()) {
      throw Error(
          text("pixel ", pixels.pixel[i], " of an image of ", pixel_row_.size(), " pixels (the data are damaged)"));
    }
    workspace.row[kept] = pixel_row_[pixels.pixel[i]];
    workspace.column[kept] = pixel_column_[pixels.pixel[i]];
    workspace.value[kept] = negate ? -value : value;
    ++kept;
  }
  resize(kept);
}

void ImageAssembler::run(const SparseImages& images, std::size_t jet, const Placement& placement, RandomStream* stream,
                         float* out, Workspace& workspace) const {
  const Geometry geometry(placement, shape_, frame_);
  const std::size_t area = static_cast<std::size_t>(size_) * static_cast<std::size_t>(size_);
  const std::size_t plane_step = channels_last_ ? 1 : area;
  const std::ptrdiff_t pixel_step = channels_last_ ? planes() : 1;
  const AxisScatter* rows = &rows_;
  const AxisScatter* columns = &columns_;
  if (resize_ != Resize::kPad && !geometry.is_rotated() && geometry.is_shifted()) {
    // A shift along one axis makes the outside empty on all sides, so neither axis repeats its edge.
    make_axis_scatter(resize_, shape_.height, size_, geometry.shift_eta, Edge::kEmpty, workspace.rows);
    make_axis_scatter(resize_, shape_.width, size_, geometry.shift_phi, Edge::kEmpty, workspace.columns);
    rows = &workspace.rows;
    columns = &workspace.columns;
  }
  if (resize_ == Resize::kSum && workspace.pooled.size() != area) workspace.pooled.assign(area, 0);
  if (channels_last_) fill_empty(out);

  for (int channel = 0; channel < shape_.channels; ++channel) {
    const std::string& name = transform_.channels[static_cast<std::size_t>(channel)].name;
    const bool negate = (placement.reverses_phi() && name == "d0") || (placement.reverses_eta() && name == "dz");
    gather_pixels(images.channel(jet, channel), channel, negate, stream, workspace);
    for (std::size_t index = 0; index < transform_.planes.size(); ++index) {
      const Plane& plane = transform_.planes[index];
      if (plane.channel != channel) continue;
      float* const target = out + index * plane_step;
      // Filling plane by plane keeps the plane in the cache until its pixels are written.
      if (!channels_last_) fill(target, area, empty_[index]);
      workspace.shown.resize(workspace.value.size());
      if (resize_ == Resize::kSum) {
        std::transform(workspace.value.begin(), workspace.value.end(), workspace.shown.begin(),
                       [&](float value) { return part_of(value, plane.part); });
        workspace.cells.clear();
        if (geometry.is_rotated()) {
          pool_rotated(pixel_list(workspace), shape_, geometry, workspace.pooled.data(), workspace.cells);
        } else {
          pool_by_axes(pixel_list(workspace), *rows, *columns, geometry, workspace.pooled.data(), workspace.cells);
        }
        Plane of_sum = plane;  // the part has already been selected
        of_sum.part = Part::kAll;
        for (const std::uint32_t cell : workspace.cells) {
          const double sum = std::exchange(workspace.pooled[cell], 0);
          if (sum != 0) target[cell * pixel_step] = of_sum.apply(static_cast<float>(sum));
        }
      } else {
        show_values(plane, workspace.value, workspace.shown.data());
        if (geometry.is_rotated()) {
          scatter_rotated(pixel_list(workspace), resize_, shape_, geometry, pixel_step, target);
        } else if (resize_ == Resize::kPad) {
          copy_pixels(pixel_list(workspace), geometry, pixel_step, target);
        } else {
          scatter_by_axes(pixel_list(workspace), *rows, *columns, geometry, pixel_step, target);
        }
      }
    }
  }
}

}  // namespace jetvit
