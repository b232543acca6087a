#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/options.h"
#include "inspect/picture_output.h"
#include "jet/channels.h"
#include "jet/jet_reader.h"
#include "jet/observable_means.h"

namespace jetvit {

// Two data sets to compare: stores, or files, folders or patterns of them.
struct CompareOptions {
  std::string first, second;
  ReadOptions read;  // of files
  PictureOutput pictures;
};

struct ComparedSet {
  std::string name;
  ImageShape shape;
  ClassNames class_names;
  std::array<std::uint64_t, 2> counts{};  // by class; without labels all are in the first
  std::uint64_t jets_of_spectra = 0;      // 0 where no pictures were asked for
  bool has_labels = true;

  std::uint64_t jets() const { return counts[0] + counts[1]; }
};

// An observable that both sets have.
struct ComparedMean {
  ObservableMean first, second;

  // second - first in its statistical errors; 0 where the sets say nothing about it.
  double pull() const;
};

// How the average images of a channel differ: second - first.
struct ComparedImage {
  Channel channel;
  double mean = 0, mean_size = 0;  // over the pixels, with its sign and without
  double largest = 0;              // by size, with its sign, and where it lies
  int row = 0, column = 0;
};

struct Comparison {
  std::array<ComparedSet, 2> sets;
  std::vector<ComparedMean> observables;
  std::vector<ComparedImage> images;  // one a channel; none where the images differ in size
};

// Compares two data sets: jets and classes, the means of every observable with their difference in units of its
// statistical error, and the average images. Files are compared as a store of theirs would be: with empty pixels
// suppressed. Draws the pictures of both that are asked for. Throws Error for sets of other channels, with pictures
// also of other sizes, for inputs that cannot be read and for pictures that exist.
Comparison compare_data(const CompareOptions& options);

// {"first", "second": {"name", "shape", "jets", "class_0", "class_1", "jets_of_spectra"}, "observables": [{"name",
// "first", "second": {"mean", "error", "jets"}, "difference_in_errors"}], "average_images": [{"channel", "unit",
// "mean_difference", "mean_absolute_difference", "largest_difference", "largest_at"}]}
Json to_json(const Comparison& comparison);

}  // namespace jetvit
