#include "tfrecord/feature_survey.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace jetvit {

std::optional<double> single_number(const ExampleFeature& feature) {
  if (feature.kind == ExampleFeature::Kind::kBytes) {
    throw Error(text("feature ", printable(feature.name), " is a bytes list (a single number is expected)"));
  }
  if (feature.size() > 1) {
    throw Error(text("feature ", printable(feature.name), " is not a single number (it holds ", feature.size(), ")"));
  }
  if (feature.size() == 0) return std::nullopt;
  return feature.floats.empty() ? static_cast<double>(feature.integers[0]) : static_cast<double>(feature.floats[0]);
}

std::string FeatureSurvey::Entry::content() const {
  if (has_bytes) return "a bytes list";
  return most == 0 ? "no values" : "several numbers";
}

void FeatureSurvey::add(const std::vector<ExampleFeature>& features) {
  for (const ExampleFeature& feature : features) {
    Entry& entry = features_[feature.name];
    const bool is_bytes = feature.kind == ExampleFeature::Kind::kBytes;
    const bool is_several = feature.size() > 1;
    if (feature.size() == 0) {
      entry.has_bytes = entry.has_bytes || is_bytes;
      continue;
    }
    const bool is_new = entry.most == 0;
    if (!is_new && entry.is_number()) single_number(feature);
    if (!is_new && !entry.is_number() && !is_bytes && !is_several) {
      throw Error(text("feature ", printable(feature.name), " is a single number, but it holds ", entry.content(),
                       " in other records"));
    }
    entry.has_bytes = entry.has_bytes || is_bytes;
    entry.has_floats = entry.has_floats || feature.kind == ExampleFeature::Kind::kFloat;
    entry.has_integers = entry.has_integers || feature.kind == ExampleFeature::Kind::kInt64;
    entry.least = is_new ? feature.size() : std::min(entry.least, feature.size());
    entry.most = std::max(entry.most, feature.size());
  }
}

const FeatureSurvey::Entry* FeatureSurvey::find(const std::string& name) const {
  const auto found = features_.find(name);
  return found == features_.end() ? nullptr : &found->second;
}

}  // namespace jetvit
