#include "evaluate/measured_data.h"

#include <cstdint>
#include <string>

#include "base/error.h"
#include "base/reporter.h"
#include "base/text.h"
#include "evaluate/refuse_trained.h"
#include "evaluate/run_description.h"
#include "prepare/summary_json.h"

namespace jetvit {
namespace {

// The data on which all the runs were trained, or those that are named.
SourceOptions common_data(const EvaluateCommand& command, const std::vector<TrainedModel>& models) {
  if (!command.source.inputs.empty()) {
    SourceOptions options = command.source;
    // Runs of earlier versions split by file and row, and keep no list of their jets: only that rule finds their
    // splits.
    if (source_of(models.front(), command.runs.front()).inputs.rule == SplitRule::kFileAndRow) {
      options.inputs.rule = SplitRule::kFileAndRow;
    }
    return options;
  }
  for (std::size_t run = 1; run < models.size(); ++run) {
    const Provenance& first = models.front().provenance;
    const Provenance& other = models[run].provenance;
    if (other.source != first.source) {
      throw Error(text(command.runs[run], ": was trained on ", printable(other.data), ", ", command.runs.front(),
                       " on ", printable(first.data), " (name the data to measure on with `data`)"));
    }
  }
  SourceOptions options = source_of(models.front(), command.runs.front());
  options.read.threads = command.source.read.threads;
  options.inputs.allow_trained = options.inputs.allow_trained || command.source.inputs.allow_trained;
  return options;
}

// The data that the user did not name are those of the training: other jets in their place are not measured.
void require_unchanged(const EvaluateCommand& command, const JetSource& source,
                       const std::vector<TrainedModel>& models) {
  for (std::size_t run = 0; run < models.size(); ++run) {
    if (models[run].provenance.fingerprint == source.manifest().fingerprint) continue;
    throw Error(text(printable(source.name()), ": is not what ", printable(command.runs[run]),
                     " was trained on: its fingerprint is another one (it holds other jets now, or was prepared in ",
                     "another way; to measure on it as it is, name it with `data`, or its test jets with `test`)"));
  }
}

// Throws Error, which asks for `data` where those of the training have gone or changed.
std::unique_ptr<JetSource> open_data(const EvaluateCommand& command, const std::vector<TrainedModel>& models) {
  const SourceOptions options = common_data(command, models);
  if (!command.source.inputs.empty()) return open_source(options);
  std::unique_ptr<JetSource> source;
  try {
    source = open_source(options);
  } catch (const Interrupted&) {
    throw;
  } catch (const Error& error) {
    throw Error(text(command.runs.front(), ": the data that it was trained on cannot be read (", error.what(),
                     ") name their present place with `data`"));
  }
  require_unchanged(command, *source, models);
  return source;
}

void check_data(const EvaluateCommand& command, const JetSource& source, const std::vector<TrainedModel>& models) {
  const Manifest& manifest = source.manifest();
  const std::string data = printable(source.name());
  for (std::size_t run = 0; run < models.size(); ++run) {
    require_same_images(models[run], command.runs[run], manifest.shape, manifest.channels, source.name());
    require_same_classes(models[run], command.runs[run], manifest.class_names, manifest.label_column, source.name());
  }
  const auto& validation = manifest.counts[static_cast<std::size_t>(Split::kValidation)];
  if (command.calibrate && (validation[0] == 0 || validation[1] == 0)) {
    throw Error(text(data, ": `calibrate` needs jets of both labels in the validation split"));
  }
  const auto& counts = manifest.counts[static_cast<std::size_t>(command.split)];
  const auto name = [&](int label) { return class_name(manifest.class_names, label); };
  if (counts[0] < 2 || counts[1] < 2) {
    throw Error(text(data, ": its split ", split_name(command.split), " has ", counts[0], " jets of ", name(0), " and ",
                     counts[1], " of ", name(1), " (at least two of each are needed; choose another `split`)"));
  }
}

// Reports which jets of the data that the user named are not measured, and why.
void report_unmeasured(const EvaluateCommand& command, const Manifest& manifest) {
  std::vector<std::string> others;
  for (const Split split : kSplits) {
    // Jets of files that were named for another split are where the user wants them.
    const bool is_named = !command.source.inputs.of_split[static_cast<std::size_t>(split)].empty();
    if (split == command.split || manifest.jets(split) == 0 || is_named) continue;
    others.push_back(text(with_commas(manifest.jets(split)), " of the ", split_name(split), " split"));
  }
  std::uint64_t skipped = 0;
  for (const SourceFile& file : manifest.source_files) skipped += file.skipped;
  if (skipped > 0) {
    const std::string reasons = reasons_text(summary_of(manifest));
    const std::string why = reasons.empty() ? "" : text(" (", reasons, ")");  // older stores do not say
    others.push_back(text(with_commas(skipped), " rows that cannot be used", why));
  }
  if (others.empty()) return;
  const InputNames& names = command.source.inputs;
  const bool has_rule = !names.any.empty() && manifest.shards.empty();
  reporter().note(text(printable(command.source.name()), ": measures the ", with_commas(manifest.jets(command.split)),
                       " jets of the ", split_name(command.split), " split; left out: ", join(others, ", "),
                       has_rule
                           ? text(" (a hash of the ", split_rule_name(manifest.split_rule),
                                  " of each jet chooses its split; name files as `test` to measure all their jets)")
                           : ""));
}

}  // namespace

std::unique_ptr<JetSource> open_measured_data(const EvaluateCommand& command, const std::vector<TrainedModel>& models,
                                              const ProcessGroup* group) {
  std::unique_ptr<JetSource> source = open_data(command, models);
  check_data(command, *source, models);
  require_same(group, "data", source->manifest().fingerprint);
  if (is_first(group) && !command.source.inputs.allow_trained && command.split != Split::kTrain) {
    refuse_trained(*source, command.split, command.runs);
  }
  if (!command.source.inputs.empty()) report_unmeasured(command, source->manifest());
  return source;
}

}  // namespace jetvit
