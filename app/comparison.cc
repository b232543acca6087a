#include "app/comparison.h"

#include <algorithm>
#include <cmath>
#include <iostream>

#include "base/table.h"
#include "base/text.h"

namespace jetvit {
namespace {

// Three significant digits.
std::string three_digits(double value) {
  if (value == 0) return "0";
  const int power = static_cast<int>(std::floor(std::log10(std::abs(value))));
  return fixed(value, std::max(0, 2 - power));
}

void print_means(const std::vector<ComparedMean>& observables) {
  std::vector<std::vector<std::string>> rows;
  for (const ComparedMean& of : observables) {
    const double ratio = of.first.mean != 0 ? of.second.mean / of.first.mean : std::nan("");
    rows.push_back({of.first.name, with_error(of.first.mean, of.first.error, 3),
                    with_error(of.second.mean, of.second.error, 3), std::isfinite(ratio) ? fixed(ratio, 3) : "-",
                    fixed(of.pull(), 1)});
  }
  std::cout << '\n' << text_table({"mean of a jet", "first", "second", "ratio", "difference in errors"}, rows);
}

void print_images(const std::vector<ComparedImage>& images, const ImageShape& shape) {
  if (images.empty()) return;
  std::vector<std::vector<std::string>> rows;
  for (const ComparedImage& of : images) {
    const double eta = kPixelSize * (of.row + 0.5 - 0.5 * shape.height);
    const double phi = kPixelSize * (of.column + 0.5 - 0.5 * shape.width);
    const bool differs = of.largest != 0;
    rows.push_back({of.channel.name, of.channel.unit, three_digits(of.mean_size), three_digits(of.largest),
                    differs ? fixed(eta, 2) : "-", differs ? fixed(phi, 2) : "-"});
  }
  std::cout << '\n'
            << text_table({"average image", "unit", "mean |difference|", "largest", "at relative eta", "phi"}, rows);
}

}  // namespace

void print_comparison(const Comparison& comparison) {
  for (const ComparedSet& set : comparison.sets) {
    std::cout << one_line(set.name) << ": " << set.shape.channels << " x " << set.shape.height << " x "
              << set.shape.width << ", "
              << (set.has_labels ? text(with_commas(set.counts[0]), " jets of ", class_name(set.class_names, 0), ", ",
                                        with_commas(set.counts[1]), " of ", class_name(set.class_names, 1))
                                 : text(with_commas(set.jets()), " jets without labels"))
              << '\n';
  }
  print_means(comparison.observables);
  print_images(comparison.images, comparison.sets[0].shape);
}

void print_spectra(const Comparison& comparison) {
  const auto& [first, second] = comparison.sets;
  std::cout << "pictures: spectra of " << with_commas(first.jets_of_spectra) << " of " << with_commas(first.jets())
            << " jets and of " << with_commas(second.jets_of_spectra) << " of " << with_commas(second.jets())
            << " jets\n";
}

}  // namespace jetvit
