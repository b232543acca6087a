#include "report/image_panels.h"

#include <algorithm>
#include <cmath>

#include "base/stop_flag.h"
#include "base/text.h"
#include "report/axes.h"
#include "report/label_text.h"

namespace jetvit {
namespace {

constexpr double kPanel = 190;      // side of an image in points
constexpr double kPanelStep = 300;  // with axes and color bar
constexpr double kRowStep = 262;
constexpr double kCaptionStep = 16;

}  // namespace

PanelLayout::PanelLayout(std::size_t channels, std::size_t caption_lines)
    : columns_(channels <= 4 ? channels
                             : std::max<std::size_t>(4, static_cast<std::size_t>(std::ceil(std::sqrt(channels))))),
      lines_per_group_((channels + columns_ - 1) / columns_),
      top_(kCaptionStep * static_cast<double>(caption_lines)) {}

double PanelLayout::width() const {
  return kPanelStep * static_cast<double>(columns_);
}

double PanelLayout::height(std::size_t groups) const {
  return top_ + kRowStep * static_cast<double>(groups * lines_per_group_) + 10;
}

double PanelLayout::x(std::size_t channel) const {
  return 52 + kPanelStep * static_cast<double>(channel % columns_);
}

double PanelLayout::y(std::size_t group, std::size_t channel) const {
  const std::size_t line = group * lines_per_group_ + channel / columns_;
  return top_ + 26 + kRowStep * static_cast<double>(line);
}

double PanelLayout::caption_y(std::size_t line) {
  return kCaptionStep * static_cast<double>(line + 1);
}

void draw_panel(Canvas& canvas, double x, double y, const ChannelImage& image, const ImageShape& shape,
                const std::string& title, const std::string& unit, const ColorScale& scale) {
  throw_if_stopped();
  const double eta = kPixelSize * shape.height / 2;
  const double phi = kPixelSize * shape.width / 2;
  Axes axes(canvas, x, y, kPanel, kPanel, {"relative phi", -phi, phi, false}, {"relative eta", -eta, eta, false});
  canvas.rectangle(x, y, kPanel, kPanel, scale.color(0));
  const double side = kPanel / shape.width;
  for (int row = 0; row < shape.height; ++row) {
    for (int column = 0; column < shape.width; ++column) {
      const double value = image[static_cast<std::size_t>(row) * static_cast<std::size_t>(shape.width) +
                                 static_cast<std::size_t>(column)];
      if (value == 0) continue;
      // Row 0 is the smallest eta: at the bottom.
      canvas.rectangle(x + column * side, y + (shape.height - 1 - row) * side, side + 0.2, side + 0.2,
                       scale.color(value));
    }
  }
  canvas.frame(x, y, kPanel, kPanel, {0.2, 0.2, 0.2});
  canvas.label(x + kPanel / 2, y - 6, title, 10, Align::kCenter);
  scale.draw_bar(canvas, x + kPanel + 8, y, kPanel, unit);
}

void draw_mean_images(const std::filesystem::path& path, const std::vector<Channel>& channels, const ImageShape& shape,
                      const std::array<MeanImages, 2>& means, const std::array<std::string, 3>& titles,
                      const std::vector<std::string>& caption) {
  const PanelLayout layout(channels.size(), caption.size());
  draw_png(path, layout.width(), layout.height(titles.size()), [&](Canvas& canvas) {
    constexpr double kCaptionSize = 11;
    const auto room = static_cast<std::size_t>(layout.width() / (0.65 * kCaptionSize));
    for (std::size_t line = 0; line < caption.size(); ++line) {
      canvas.label(8, PanelLayout::caption_y(line), shortened(caption[line], room), kCaptionSize, Align::kLeft);
    }
    for (std::size_t channel = 0; channel < channels.size(); ++channel) {
      const ChannelImage first = means[0].mean(static_cast<int>(channel));
      const ChannelImage second = means[1].mean(static_cast<int>(channel));
      const ChannelImage change = difference(first, second);
      ChannelImage both = first;
      both.insert(both.end(), second.begin(), second.end());
      const ColorScale magnitudes(both, channels[channel].is_signed);
      const auto draw = [&](std::size_t group, const ChannelImage& image, const ColorScale& scale) {
        draw_panel(canvas, layout.x(channel), layout.y(group, channel), image, shape,
                   text(titles[group], ": ", channels[channel].name), channels[channel].unit, scale);
      };
      draw(0, first, magnitudes);
      draw(1, second, magnitudes);
      draw(2, change, ColorScale(change, true));
      if (std::all_of(change.begin(), change.end(), [](double value) { return value == 0; })) {
        canvas.label(layout.x(channel) + kPanel / 2, layout.y(2, channel) + kPanel / 2, "no difference", 10,
                     Align::kCenter);
      }
    }
  });
}

}  // namespace jetvit
