#include "evaluate/evaluation_report.h"

#include "base/table.h"
#include "base/text.h"
#include "evaluate/event_weights.h"
#include "measure/roc_auc.h"
#include "measure/temperature.h"
#include "report/plots.h"

namespace jetvit {
namespace {

constexpr std::size_t kCalibrations = 3;  // of a plot

std::string rejection_text(const WorkingPoint& point) {
  if (point.lower_limit > 0) return text("> ", fixed(point.lower_limit, 1));
  return text(fixed(point.rejection, 1), " +", fixed(point.high - point.rejection, 1), " -",
              fixed(point.rejection - point.low, 1));
}

}  // namespace

std::string evaluation_table(const Evaluation& evaluation) {
  std::vector<std::vector<std::string>> rows;
  for (const ClassifierMetrics& of : evaluation.classifiers) {
    rows.push_back({of.name, with_error(of.auc, of.auc_error, 4)});
    for (const WorkingPoint& point : of.working_points) rows.back().push_back(rejection_text(point));
    const auto& compared = of.first_minus_this;
    rows.back().push_back(compared ? with_error(compared->difference, compared->error, 4) : "");
  }
  std::vector<std::string> header = {"classifier", "ROC-AUC", "1/eB at eS 0.3", "at 0.5", "at 0.8", "first AUC - this"};
  if (rows.size() == 1) {
    header.pop_back();
    rows.front().pop_back();
  }
  return text_table(header, rows);
}

std::vector<std::string> draw_evaluation(const std::filesystem::path& folder, const std::vector<NamedScores>& all,
                                         const JetRecords& test, const ClassNames& names,
                                         const std::vector<LearningCurve>& learning) {
  std::vector<std::string> drawn = {"roc", "scores"};
  const std::vector<double> weights = event_weights(test.weight);
  std::vector<NamedCurve> curves;
  std::vector<NamedCalibration> calibrations;
  for (const NamedScores& scores : all) {
    curves.push_back({text(scores.name, ": AUC ", fixed(roc_auc(scores.score, test.label, weights), 4)),
                      roc_curve(scores.score, test.label, weights)});
    if (!scores.is_probability || calibrations.size() >= kCalibrations) continue;
    calibrations.push_back({scores.name, calibration_bins(scores.score, test.label, weights)});
    if (scores.temperature > 0) {
      calibrations.push_back(
          {text(scores.name, ", temperature ", fixed(scores.temperature, 2)),
           calibration_bins(with_temperature(scores.score, scores.temperature), test.label, weights)});
    }
  }
  plot_roc(folder / "roc", curves);
  std::vector<NamedValues> by_class = {{class_name(names, 0), {}}, {class_name(names, 1), {}}};
  for (std::size_t jet = 0; jet < test.size(); ++jet) {
    by_class[test.label[jet]].values.push_back(all.front().score[jet]);
    by_class[test.label[jet]].weights.push_back(test.weight[jet]);
  }
  plot_histograms(folder / "scores", {text("score of ", all.front().name), ""}, by_class);
  if (!calibrations.empty()) {
    plot_calibration(folder / "calibration", calibrations, class_name(names, 1));
    drawn.emplace_back("calibration");
  }
  if (!learning.empty()) {
    plot_learning(folder / "learning", learning);
    drawn.emplace_back("learning");
  }
  return drawn;
}

}  // namespace jetvit
