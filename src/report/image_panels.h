#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "jet/mean_images.h"
#include "report/canvas.h"
#include "report/color_scale.h"

// Pictures that are made of images of jets: one panel a channel.
namespace jetvit {

// Where the panels of a picture lie, in points: below the lines of a caption one group of panels a jet or kind of
// average, folded into lines where there are more channels than fit beside each other.
class PanelLayout {
 public:
  explicit PanelLayout(std::size_t channels, std::size_t caption_lines = 0);

  double width() const;
  double height(std::size_t groups) const;
  double x(std::size_t channel) const;  // of the image's upper left corner
  double y(std::size_t group, std::size_t channel) const;
  static double caption_y(std::size_t line);  // of its base line

 private:
  std::size_t columns_, lines_per_group_;
  double top_;
};

// An image with a title, axes in eta and phi relative to the centre, and the colour bar of its scale.
void draw_panel(Canvas& canvas, double x, double y, const ChannelImage& image, const ImageShape& shape,
                const std::string& title, const std::string& unit, const ColorScale& scale);

inline constexpr const char* kAverages = "averages.png";

// The average images of two sets of jets, on one scale of colours for both, and their difference, second - first, on a
// symmetric one. words: what the three are, before the channel's name. Lines of the caption stand above.
void draw_mean_images(const std::filesystem::path& path, const std::vector<Channel>& channels, const ImageShape& shape,
                      const std::array<MeanImages, 2>& means, const std::array<std::string, 3>& words,
                      const std::vector<std::string>& caption = {});

}  // namespace jetvit
