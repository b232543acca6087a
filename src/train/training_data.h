#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/options.h"
#include "group/process_group.h"
#include "jet/class_names.h"
#include "jet/input_transform.h"
#include "jet/jet_records.h"
#include "prepare/source_options.h"
#include "run/description.h"
#include "run/recipe.h"

namespace jetvit {

// What a training reads.
struct TrainingData {
  std::string name;         // for messages
  Json source;              // where to find it again: a SourceOptions
  std::string fingerprint;  // of its content
  std::shared_ptr<const JetRecords> train, validation;
  InputTransform transform;
  ObserverDigests observers = {};  // observer_digests()
  ClassNames class_names = {};
  std::string label_column = {};        // of the files; empty: not from a column, or not known
  std::vector<std::string> files = {};  // that the jets come from, for messages
};

// Reads the training and validation jets. The processes of a machine share the comparison of shards with their digests.
// Throws Error if a split is empty, has one class alone or a class whose weights sum to nothing, and what the readers
// of any process throw.
TrainingData read_training_data(const Recipe& recipe, const SourceOptions& options,
                                const ProcessGroup* group = nullptr);

}  // namespace jetvit
