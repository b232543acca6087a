#include "report/canvas.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include <cairo-svg.h>
#include <cairo.h>

#include "base/commit.h"
#include "base/error.h"
#include "base/stop_flag.h"
#include "base/text.h"
#include "report/label_text.h"

namespace jetvit {
namespace {

class CairoCanvas : public Canvas {
 public:
  explicit CairoCanvas(cairo_t* cairo) : cairo_(cairo) {
    cairo_select_font_face(cairo_, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
  }

  void line(const std::vector<std::pair<double, double>>& points, const Color& color, double width,
            bool dashed) override {
    if (points.empty()) return;
    set(color);
    cairo_set_line_width(cairo_, width);
    const std::array<double, 2> dashes = {4, 3};
    cairo_set_dash(cairo_, dashes.data(), dashed ? 2 : 0, 0);
    cairo_move_to(cairo_, points.front().first, points.front().second);
    for (const auto& [x, y] : points) cairo_line_to(cairo_, x, y);
    cairo_stroke(cairo_);
  }

  void rectangle(double x, double y, double width, double height, const Color& fill) override {
    set(fill);
    cairo_rectangle(cairo_, x, y, width, height);
    cairo_fill(cairo_);
  }

  void frame(double x, double y, double width, double height, const Color& color) override {
    set(color);
    cairo_set_line_width(cairo_, 1);
    cairo_set_dash(cairo_, nullptr, 0, 0);
    cairo_rectangle(cairo_, x, y, width, height);
    cairo_stroke(cairo_);
  }

  void label(double x, double y, const std::string& words, double size, Align align, bool upright) override {
    set({0.1, 0.1, 0.1});
    cairo_set_font_size(cairo_, size);
    const std::string drawn = drawable(words);
    cairo_text_extents_t extents;
    cairo_text_extents(cairo_, drawn.c_str(), &extents);
    const double shift =
        align == Align::kLeft ? 0 : (align == Align::kCenter ? extents.x_advance / 2 : extents.x_advance);
    cairo_save(cairo_);
    cairo_translate(cairo_, x, y);
    if (upright) cairo_rotate(cairo_, -std::acos(-1.0) / 2);
    cairo_move_to(cairo_, -shift, 0);
    cairo_show_text(cairo_, drawn.c_str());
    cairo_restore(cairo_);
  }

  void clip(double x, double y, double width, double height) override {
    cairo_save(cairo_);
    cairo_rectangle(cairo_, x, y, width, height);
    cairo_clip(cairo_);
  }

  void unclip() override { cairo_restore(cairo_); }

 private:
  void set(const Color& color) { cairo_set_source_rgba(cairo_, color.red, color.green, color.blue, color.alpha); }

  cairo_t* cairo_;
};

cairo_status_t append(void* closure, const unsigned char* data, unsigned int length) {
  static_cast<std::string*>(closure)->append(reinterpret_cast<const char*>(data), length);
  return CAIRO_STATUS_SUCCESS;
}

using Surface = std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)>;

void check(cairo_status_t status) {
  if (status != CAIRO_STATUS_SUCCESS) {
    throw Error(text("a picture cannot be drawn (", cairo_status_to_string(status), ")"));
  }
}

void draw_on(const Surface& surface, double scale, double width, double height,
             const std::function<void(Canvas&)>& draw) {
  check(cairo_surface_status(surface.get()));
  const std::unique_ptr<cairo_t, decltype(&cairo_destroy)> cairo(cairo_create(surface.get()), cairo_destroy);
  cairo_scale(cairo.get(), scale, scale);
  CairoCanvas canvas(cairo.get());
  canvas.rectangle(0, 0, width, height, {1, 1, 1});
  draw(canvas);
  check(cairo_status(cairo.get()));
}

template <std::size_t count>
Color ramp(const std::array<Color, count>& stops, double value) {
  const double position = std::clamp(value, 0.0, 1.0) * (count - 1);
  const auto index = std::min(static_cast<std::size_t>(position), count - 2);
  const double share = position - static_cast<double>(index);
  const Color& a = stops[index];
  const Color& b = stops[index + 1];
  return {a.red + share * (b.red - a.red), a.green + share * (b.green - a.green), a.blue + share * (b.blue - a.blue)};
}

}  // namespace

Color curve_color(std::size_t index) {
  constexpr std::array<Color, kCurveColors> kColors = {{{0, 0.447, 0.698},
                                                        {0.835, 0.369, 0},
                                                        {0, 0.62, 0.451},
                                                        {0.8, 0.475, 0.655},
                                                        {0.902, 0.624, 0},
                                                        {0.337, 0.706, 0.914},
                                                        {0.4, 0.4, 0.4}}};
  return kColors[index % kColors.size()];
}

Color heat_color(double value) {
  constexpr std::array<Color, 6> kStops = {{{0, 0, 0.02},
                                            {0.23, 0.06, 0.44},
                                            {0.55, 0.16, 0.5},
                                            {0.87, 0.29, 0.41},
                                            {0.99, 0.62, 0.42},
                                            {0.99, 0.99, 0.75}}};
  return ramp(kStops, value);
}

Color difference_color(double value) {
  constexpr std::array<Color, 3> kStops = {{{0.13, 0.4, 0.67}, {1, 1, 1}, {0.7, 0.09, 0.17}}};
  return ramp(kStops, 0.5 + value / 2);
}

void draw_png(const std::filesystem::path& path, double width, double height,
              const std::function<void(Canvas&)>& draw) {
  constexpr double kScale = 2;
  const Surface surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, static_cast<int>(kScale * width),
                                                   static_cast<int>(kScale * height)),
                        cairo_surface_destroy);
  throw_if_stopped();
  draw_on(surface, kScale, width, height, draw);
  throw_if_stopped();
  std::string bytes;
  check(cairo_surface_write_to_png_stream(surface.get(), append, &bytes));
  commit_text(path, bytes);
}

void draw_picture(const std::filesystem::path& stem, double width, double height,
                  const std::function<void(Canvas&)>& draw) {
  draw_png(stem.string() + ".png", width, height, draw);
  std::string bytes;
  {
    const Surface surface(cairo_svg_surface_create_for_stream(append, &bytes, width, height), cairo_surface_destroy);
    draw_on(surface, 1, width, height, draw);
    cairo_surface_finish(surface.get());  // writes the rest
    check(cairo_surface_status(surface.get()));
  }
  commit_text(stem.string() + ".svg", bytes);
}

}  // namespace jetvit
