#include "jet/image_layout.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/text.h"

namespace jetvit {
namespace {

std::string shape_text(const ImageShape& shape) {
  return text(shape.channels, " x ", shape.height, " x ", shape.width);
}

std::string option_text(const std::vector<int>& shape) {
  return shape_text({shape[0], shape[1], shape[2]});
}

// "height, width, channel"
std::string order_text(const std::string& order) {
  std::vector<std::string> words;
  for (const char axis : order) words.emplace_back(axis == 'c' ? "channel" : axis == 'h' ? "height" : "width");
  return join(words, ", ");
}

ImageShape shape_in(const std::vector<int>& lengths, const std::string& order) {
  const auto length = [&](char axis) { return lengths[order.find(axis)]; };
  return {length('c'), length('h'), length('w')};
}

std::string lengths_text(const std::vector<int>& lengths) {
  return text(lengths[0], " x ", lengths[1], " x ", lengths[2]);
}

void check_size(const ImageShape& shape, const std::string& where) {
  constexpr std::int64_t kValueLimit = 1 << 24;
  constexpr std::int64_t kPixelLimit = 65536;
  // Checked in this order, because the product of three large numbers can overflow 64 bits.
  if (shape.pixels() > kPixelLimit || shape.values() > kValueLimit) {
    throw Error(text(where, ": images of ", shape_text(shape), " are too large (limit ", kPixelLimit,
                     " pixels per channel, ", kValueLimit, " values in total)"));
  }
}

bool is_shape(const std::vector<int>& option, const ImageShape& shape) {
  return option == std::vector<int>{shape.channels, shape.height, shape.width};
}

// Whether `channels` is by far the shortest of three axes.
bool is_shortest(int channels, int one, int other) {
  const int least = std::min(one, other);
  return channels < least && (one == other || 4 * channels <= least);
}

// The order that axes without names seem to have.
std::string apparent_order(const std::vector<int>& lengths, const std::string& usual) {
  if (is_shortest(lengths[2], lengths[0], lengths[1])) return "hwc";
  if (is_shortest(lengths[0], lengths[1], lengths[2])) return "chw";
  return usual;
}

std::string guess_text(const ImageLayout& layout, const std::string& order, const std::string& what) {
  return text(what, " are read as ", layout.shape.channels, " channels of ", layout.shape.height, " x ",
              layout.shape.width, " pixels, in the order ", order_text(order));
}

// The order of three axes whose lengths are known.
ChosenLayout of_lengths(const StatedLayout& stated, const ReadOptions& options, const std::string& where) {
  const std::string holds =
      text(where, ": holds images of ", lengths_text(stated.lengths), " according to ", stated.source);
  const auto fits = [&](const std::string& order) {
    return options.shape.empty() || is_shape(options.shape, shape_in(stated.lengths, order));
  };
  const auto refuse_shape = [&](const std::string& order) {
    if (fits(order)) return;
    const bool is_known = !stated.order.empty() || options.layout != "auto";
    throw Error(text(holds, is_known ? text(" (", order_text(order), ")") : "", ", which contradicts `shape` ",
                     option_text(options.shape)));
  };
  std::string order = stated.order;
  bool is_guess = false;
  if (!order.empty()) {
    const std::string stored = {order[static_cast<std::size_t>(stated.stored[0] - '0')],
                                order[static_cast<std::size_t>(stated.stored[1] - '0')],
                                order[static_cast<std::size_t>(stated.stored[2] - '0')]};
    if (options.layout != "auto" && options.layout != order && options.layout != stored) {
      throw Error(text(holds, ", in the order ", order_text(order), ", which contradicts `layout` ", options.layout));
    }
    refuse_shape(order);
  } else if (options.layout != "auto") {
    order = options.layout;
    refuse_shape(order);
    const ImageShape shape = shape_in(stated.lengths, order);
    if (options.shape.empty() && shape.channels > std::min(shape.height, shape.width)) {
      throw Error(text(holds, ", which `layout` ", order, " makes ", shape.channels, " channels of ", shape.height,
                       " x ", shape.width, " pixels (leave `layout` out; if it is right, confirm it with `shape`)"));
    }
  } else if (!options.shape.empty()) {
    const bool is_chw = fits("chw");
    order = is_chw ? "chw" : "hwc";
    refuse_shape(order);
  } else {
    order = apparent_order(stated.lengths, stated.usual_order);
    const ImageShape shape = shape_in(stated.lengths, order);
    is_guess = order != stated.usual_order || shape.channels > std::min(shape.height, shape.width);
  }
  ChosenLayout chosen;
  chosen.layout.shape = shape_in(stated.lengths, order);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    chosen.layout.order[axis] = order[static_cast<std::size_t>(stated.stored[axis] - '0')];
  }
  if (is_guess) {
    chosen.guess = text(guess_text(chosen.layout, order, text("images of ", lengths_text(stated.lengths))),
                        " (a guess; settle it with `layout` or `shape`)");
  }
  return chosen;
}

// Flat lists. A square image with 8 (boosted top), 3 or 1 channels, unless `shape` says otherwise.
ChosenLayout of_values(const StatedLayout& stated, const ReadOptions& options, const std::string& where) {
  ChosenLayout chosen;
  chosen.layout.order = options.layout == "auto" ? stated.usual_order : options.layout;
  ImageShape& shape = chosen.layout.shape;
  if (!options.shape.empty()) {
    shape = {options.shape[0], options.shape[1], options.shape[2]};
    check_size(shape, where);
    if (stated.values > 0 && shape.values() != stated.values) {
      throw Error(text(where, ": holds flat lists of ", stated.values, " numbers, which contradicts `shape` ",
                       option_text(options.shape)));
    }
  }
  for (const int channels : {8, 3, 1}) {
    if (shape.channels > 0) break;
    const auto side = static_cast<int>(std::lround(std::sqrt(static_cast<double>(stated.values) / channels)));
    if (side > 0 && std::int64_t{side} * side * channels == stated.values) shape = {channels, side, side};
  }
  if (shape.channels == 0) {
    throw Error(text(where, ": holds flat lists of ", stated.values,
                     " numbers, which fit no square image of 8, 3 or 1 channels (set `shape`)"));
  }
  if (options.shape.empty() || (options.layout == "auto" && shape.channels > 1)) {
    chosen.guess =
        text(guess_text(chosen.layout, chosen.layout.order, text("flat lists of ", shape.values(), " numbers")),
             " (a guess; settle it with `shape` and `layout`)");
  }
  return chosen;
}

}  // namespace

std::array<std::size_t, 3> ImageLayout::lengths() const {
  std::array<std::size_t, 3> lengths{};
  for (std::size_t place = 0; place < 3; ++place) {
    const int length = order[place] == 'c' ? shape.channels : order[place] == 'h' ? shape.height : shape.width;
    lengths[place] = static_cast<std::size_t>(length);
  }
  return lengths;
}

std::string layout_text(const ImageLayout& layout) {
  const std::string shape = shape_text(layout.shape);
  return layout.order == "chw"   ? shape
         : layout.order == "hwc" ? text(shape, " with the channels last")
                                 : text(shape, " in the order ", order_text(layout.order));
}

void check_shape_option(const std::vector<int>& shape) {
  if (!shape.empty() && (shape.size() != 3 || *std::min_element(shape.begin(), shape.end()) < 1)) {
    throw UsageError("`shape` needs three positive numbers: channels height width");
  }
}

ChosenLayout choose_layout(const StatedLayout& stated, const ReadOptions& options, const std::string& where) {
  check_shape_option(options.shape);
  ChosenLayout chosen = stated.lengths.empty() ? of_values(stated, options, where) : of_lengths(stated, options, where);
  check_size(chosen.layout.shape, where);
  return chosen;
}

void require_stated_shape(const ReadOptions& options, const ImageShape& shape, const std::string& images) {
  check_shape_option(options.shape);
  if (options.layout != "auto") {
    throw UsageError(text("`layout` applies to lists of numbers only (", images, " have a fixed order)"));
  }
  if (!options.shape.empty() && !is_shape(options.shape, shape)) {
    throw Error(text("`shape` ", option_text(options.shape), " contradicts the ", images, ", which hold images of ",
                     shape_text(shape)));
  }
}

}  // namespace jetvit
