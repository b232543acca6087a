#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "jet/mean_images.h"
#include "report/canvas.h"
#include "report/color_scale.h"

// Pictures of jet images, with one panel per channel.
namespace jetvit {

// The layout of the panels of a picture, in points. Below the caption is one group of panels for each jet or average. A
// group is split into several lines if its channels do not fit next to each other.
class PanelLayout {
 public:
  explicit PanelLayout(std::size_t channels, std::size_t caption_lines = 0);

  double width() const;
  double height(std::size_t groups) const;
  double x(std::size_t channel) const;  // of the upper left corner of the image
  double y(std::size_t group, std::size_t channel) const;
  static double caption_y(std::size_t line);  // of the baseline

 private:
  std::size_t columns_, lines_per_group_;
  double top_;
};

// Draws an image with a title, axes in eta and phi relative to the center, and a color bar.
void draw_panel(Canvas& canvas, double x, double y, const ChannelImage& image, const ImageShape& shape,
                const std::string& title, const std::string& unit, const ColorScale& scale);

inline constexpr const char* kAverages = "averages.png";

// Draws the average images of two sets of jets with a common color scale, and their difference, second - first, with a
// symmetric one. titles: of the three groups of panels; the name of the channel is appended. caption: lines at the top.
// Throws Error.
void draw_mean_images(const std::filesystem::path& path, const std::vector<Channel>& channels, const ImageShape& shape,
                      const std::array<MeanImages, 2>& means, const std::array<std::string, 3>& titles,
                      const std::vector<std::string>& caption = {});

}  // namespace jetvit
