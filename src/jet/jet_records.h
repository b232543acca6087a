#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "jet/jet_identity.h"
#include "jet/sparse_images.h"
#include "jet/stored_images.h"

namespace jetvit {

// Observers can be integers of 64 bits, such as event numbers, which have more digits than a double.
struct IntegerColumn {
  std::size_t observer = 0;  // the place of the observer
  bool is_unsigned = false;  // the values are those of a std::uint64_t
  std::vector<std::int64_t> value;

  bool operator==(const IntegerColumn&) const = default;
};

// The label of a jet of unknown class. Only what ReadOptions::keep_unlabeled reads has it.
inline constexpr std::uint8_t kNoLabel = 255;

// Jets, column by column: images, labels, weights, observers and origin.
struct JetRecords {
  SparseImages images;                         // the shape alone where the images are stored
  std::shared_ptr<const StoredImages> stored;  // the images in files, or null
  std::vector<std::uint8_t> label;             // 1: quark or top, 0: gluon or QCD, kNoLabel: unknown
  std::vector<float> weight;                   // 1 unless the input states another weight
  std::vector<std::string> observer_names;     // "pt", "m0", ...
  std::vector<std::vector<double>> observers;  // [observer][jet], GeV for pt and m0; NaN: not known
  std::vector<IntegerColumn> integers;         // the observers that are integers, exactly (0: not known)
  std::vector<std::uint32_t> source_file;      // index into the list of input files
  std::vector<std::uint64_t> source_row;       // row in that file
  std::vector<JetIdentity> identity;           // one per jet; empty if unknown, as in stores of earlier versions

  std::size_t size() const { return label.size(); }
  void clear();  // removes the jets; keeps shape, observer names and memory
  // Throws Error if the shapes or observers differ, or if only one of both has identities.
  void append(const JetRecords& other);
  void append_without_images(const JetRecords& other);          // throws the same errors, except for shapes
  JetRecords select(std::span<const std::size_t> jets) const;   // in the given order
  JetRecords slice(std::size_t first, std::size_t last) const;  // the jets [first, last)
  // The column of an observer. Throws Error listing the available ones if there is no such observer.
  const std::vector<double>& observer(const std::string& name) const;
  // The exact values of the observer at `place`; null where it does not hold integers.
  const IntegerColumn* integers_of(std::size_t place) const;
};

}  // namespace jetvit
