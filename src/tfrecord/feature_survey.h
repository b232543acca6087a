#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tfrecord/example_parser.h"

namespace jetvit {

// The single number of a feature, as a double; no value if the feature is empty. Throws Error naming the feature if it
// holds bytes or several numbers.
std::optional<double> single_number(const ExampleFeature& feature);

// Which features records have, whichever record has them. A feature that some records lack is not known there.
class FeatureSurvey {
 public:
  struct Entry {
    bool has_bytes = false, has_floats = false, has_integers = false;
    std::size_t least = 0, most = 0;  // values in the records where it is not empty; 0: empty everywhere

    bool is_number() const { return !has_bytes && least == 1 && most == 1; }
    bool is_integer() const { return is_number() && !has_floats; }
    // What a feature that is not a single number holds: "a bytes list".
    std::string content() const;
  };

  // Adds the features of a record. Throws Error naming the feature if it held bytes or several numbers in another
  // record and holds a single number in this one, or the other way round.
  void add(const std::vector<ExampleFeature>& features);

  const std::map<std::string, Entry>& features() const { return features_; }
  const Entry* find(const std::string& name) const;  // null: no record has it

 private:
  std::map<std::string, Entry> features_;
};

}  // namespace jetvit
