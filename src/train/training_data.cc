#include "train/training_data.h"

#include <algorithm>
#include <functional>
#include <memory>

#include "base/error.h"
#include "base/reporter.h"
#include "base/text.h"
#include "measure/weight_sums.h"
#include "prepare/image_place.h"
#include "prepare/jet_source.h"
#include "train/observer_digests.h"

namespace jetvit {
namespace {

// What to do about a split that cannot be trained or validated on.
std::string advice(const SourceOptions& options, Split split) {
  const std::string own = text("`", split_name(split), "`");
  if (!options.inputs.of_split[static_cast<std::size_t>(split)].empty()) return text("name other files with ", own);
  if (options.store()) return "prepare the store again with more jets or other shares";
  if (split == Split::kTrain) return text("name more files, or smaller `validation_share` and `test_share`");
  return text("name files with ", own, ", or a larger `validation_share`");
}

void require_both_classes(const JetRecords& records, Split split, const SourceOptions& options,
                          const ClassNames& names) {
  const std::string where = printable(options.name(split));
  const char* const name = split == Split::kTrain ? "training" : "validation";
  const auto positive = static_cast<std::size_t>(std::count(records.label.begin(), records.label.end(), 1));
  if (records.size() == 0) {
    throw Error(text(where, ": the ", name, " split is empty (", advice(options, split), ")"));
  }
  if (positive == 0 || positive == records.size()) {
    const int label = positive == 0 ? 0 : 1;
    throw Error(text(where, ": all ", records.size(), " jets of the ", name, " split have label ", label, ", ",
                     class_name(names, label),
                     " (a classifier needs both: look at the label column with jetvit inspect, or ",
                     advice(options, split), ")"));
  }
}

// A class without weight has no loss, and no place in a ROC curve.
void require_weights(const JetRecords& records, Split split, const SourceOptions& options, const Manifest& manifest) {
  if (manifest.weight_column.empty()) return;
  const std::vector<double> weights(records.weight.begin(), records.weight.end());
  const auto sums = weight_sums(records.label, weights);
  for (const int label : {0, 1}) {
    const double sum = sums[static_cast<std::size_t>(label)].weight;
    if (sum > 0) continue;
    throw Error(text(printable(options.name(split)), ": the weights of the jets of ",
                     class_name(manifest.class_names, label), " in the ", split_name(split), " split sum to ", sum,
                     " (column ", printable(manifest.weight_column), "; the sum of each class must be positive)"));
  }
}

// A failure of one process is one of all: only one of them compares the digest of a shard.
void read_together(const ProcessGroup* group, const std::function<void()>& read) {
  if (group == nullptr) return read();
  std::string failure;
  try {
    read();
  } catch (const Interrupted&) {
    throw;
  } catch (const Error& error) {
    failure = error.what();
  }
  for (const std::string& of_process : group->gather(failure)) {
    if (!of_process.empty()) throw Error(of_process);
  }
}

}  // namespace

TrainingData read_training_data(const Recipe& recipe, const SourceOptions& options, const ProcessGroup* group) {
  const std::unique_ptr<JetSource> source = open_source(options);
  const Manifest& manifest = source->manifest();
  SourceOptions recorded = absolute(options);
  if (!options.store()) recorded.inputs.rule = manifest.split_rule;
  TrainingData data;
  data.name = source->name();
  data.source = to_json(recorded);
  data.fingerprint = manifest.fingerprint;
  data.class_names = manifest.class_names;
  data.label_column = manifest.label_column;
  for (const SourceFile& file : manifest.source_files) data.files.push_back(file.name);
  const double asked = recipe.transform.zero_threshold;
  data.transform = make_input_transform(manifest.channels, manifest.statistics, recipe.transform.functions,
                                        recipe.transform.split_signed, asked < 0 ? manifest.zero_threshold : asked);
  const CheckShare share = group == nullptr ? CheckShare() : CheckShare{group->local_rank(), group->local_size()};
  const bool on_disk = keeps_images_on_disk(options, manifest, share.of);
  const auto read = [&](Split split) { return on_disk ? source->open(split, share) : source->read(split); };
  read_together(group, [&] {
    data.train = read(Split::kTrain);
    data.validation = read(Split::kValidation);
  });
  require_both_classes(*data.train, Split::kTrain, options, data.class_names);
  require_both_classes(*data.validation, Split::kValidation, options, data.class_names);
  require_weights(*data.train, Split::kTrain, options, manifest);
  require_weights(*data.validation, Split::kValidation, options, manifest);
  if (!manifest.weight_column.empty()) {
    reporter().note(text(printable(data.name), ": the jets are weighted by the column ",
                         printable(manifest.weight_column), ", in the loss and in the validation"));
  }
  data.observers = observer_digests(*data.train, *data.validation);
  return data;
}

}  // namespace jetvit
