#include "run/evaluation_files.h"

#include <algorithm>
#include <array>

#include <unistd.h>

#include "base/commit.h"
#include "base/text.h"
#include "jet/split.h"

namespace jetvit {
namespace {

constexpr std::array<std::string_view, 4> kPlots = {"roc", "scores", "calibration", "learning"};
constexpr std::array<std::string_view, 2> kPlotKinds = {".png", ".svg"};

}  // namespace

std::filesystem::path evaluation_folder(const std::filesystem::path& run, std::string_view split) {
  return run / text("evaluation-", split);
}

bool is_evaluation_file(const std::filesystem::path& name) {
  const auto among = [](const auto& words, const std::string& word) {
    return std::find(words.begin(), words.end(), word) != words.end();
  };
  if (name == kEvaluationMetrics) return true;
  return !name.has_parent_path() && among(kPlots, name.stem()) && among(kPlotKinds, name.extension());
}

void remove_evaluations(const std::filesystem::path& run) {
  for (const Split split : kSplits) {
    const std::filesystem::path folder = evaluation_folder(run, split_name(split));
    if (!std::filesystem::is_directory(folder)) continue;
    remove_file(folder / kEvaluationMetrics);  // first: plots without metrics are not taken for an evaluation
    for (const std::string_view plot : kPlots) {
      for (const std::string_view kind : kPlotKinds) remove_file(folder / text(plot, kind));
    }
    ::rmdir(folder.c_str());  // fails if there are other files in it
  }
}

}  // namespace jetvit
