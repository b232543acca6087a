#include "evaluate/evaluation.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/commit.h"
#include "base/error.h"
#include "base/table.h"
#include "base/text.h"
#include "evaluate/baselines.h"
#include "measure/delong.h"
#include "measure/logistic_regression.h"
#include "measure/probability_metrics.h"
#include "measure/roc_auc.h"
#include "measure/roc_curve.h"
#include "report/plots.h"

namespace jetvit {
namespace {

constexpr double kEfficiencies[] = {0.3, 0.5, 0.8};

std::string rejection_text(const Json& point) {
  if (point.at("rejection").is_null()) return "-";
  return text(fixed(point.at("rejection"), 1), " ± ", fixed(point.at("error"), 1));
}

std::vector<std::string> table_row(const Json& metrics) {
  std::vector<std::string> row = {metrics.at("name"),
                                  text(fixed(metrics.at("auc"), 4), " ± ", fixed(metrics.at("auc_error"), 4))};
  for (const Json& point : metrics.at("working_points")) row.push_back(rejection_text(point));
  return row;
}

}  // namespace

Json evaluate_scores(const NamedScores& scores, const std::vector<std::uint8_t>& label,
                     const std::vector<float>& weight) {
  const AucEstimate estimate = delong(scores.score, label);
  const auto signals = static_cast<std::size_t>(std::count(label.begin(), label.end(), std::uint8_t{1}));
  Json out = {{"name", scores.name},
              {"jets", label.size()},
              {"signal", signals},
              {"auc", roc_auc(scores.score, label)},
              {"auc_error", estimate.error}};
  if (std::any_of(weight.begin(), weight.end(), [](float value) { return value != 1; })) {
    out["weighted_auc"] = roc_auc(scores.score, label, std::vector<double>(weight.begin(), weight.end()));
  }
  const std::vector<RocPoint> curve = roc_curve(scores.score, label);
  out["working_points"] = Json::array();
  for (const double efficiency : kEfficiencies) {
    const WorkingPoint point = working_point(curve, efficiency, label.size() - signals);
    out["working_points"].push_back({{"signal_efficiency", efficiency},
                                     {"rejection", std::isfinite(point.rejection) ? Json(point.rejection) : Json()},
                                     {"error", point.error},
                                     {"threshold", point.threshold}});
  }
  if (scores.is_probability) {
    const ProbabilityMetrics of = probability_metrics(scores.score, label);
    out["accuracy"] = of.accuracy;
    out["average_precision"] = of.average_precision;
    out["log_loss"] = of.log_loss;
    out["brier"] = of.brier;
    out["calibration_error"] = of.calibration_error;
  }
  return out;
}

Json evaluate_in_bins(const NamedScores& scores, const std::vector<std::uint8_t>& label,
                      const std::vector<double>& observer, int bins) {
  std::vector<std::size_t> order(label.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return observer[a] < observer[b]; });
  Json out = Json::array();
  for (int bin = 0; bin < bins; ++bin) {
    const std::size_t begin = order.size() * static_cast<std::size_t>(bin) / static_cast<std::size_t>(bins);
    const std::size_t end = order.size() * static_cast<std::size_t>(bin + 1) / static_cast<std::size_t>(bins);
    NamedScores part{.name = scores.name, .score = {}};
    std::vector<std::uint8_t> labels;
    for (std::size_t place = begin; place < end; ++place) {
      part.score.push_back(scores.score[order[place]]);
      labels.push_back(label[order[place]]);
    }
    const auto signals = std::count(labels.begin(), labels.end(), std::uint8_t{1});
    if (signals < 2 || std::ssize(labels) - signals < 2) continue;
    const AucEstimate estimate = delong(part.score, labels);
    out.push_back({{"from", observer[order[begin]]},
                   {"to", observer[order[end - 1]]},
                   {"jets", labels.size()},
                   {"auc", estimate.auc},
                   {"auc_error", estimate.error}});
  }
  return out;
}

std::vector<NamedScores> baseline_scores(const JetRecords& train, const JetRecords& test) {
  const std::vector<Feature> features = jet_features(test);
  std::vector<NamedScores> single;
  std::vector<double> auc;
  for (const Feature& feature : features) {
    NamedScores scores{.name = feature.name, .score = feature.values};
    auc.push_back(roc_auc(feature.values, test.label));
    if (auc.back() < 0.5) {
      auc.back() = 1 - auc.back();
      scores.name = text("- ", feature.name);
      for (double& value : scores.score) value = -value;
    }
    single.push_back(std::move(scores));
  }
  std::vector<std::size_t> order(single.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return auc[a] > auc[b]; });
  std::vector<NamedScores> out;
  if (train.size() > 0) {
    std::vector<std::vector<double>> fit;
    for (Feature& feature : jet_features(train)) fit.push_back(std::move(feature.values));
    std::vector<std::vector<double>> apply;
    for (const Feature& feature : features) apply.push_back(feature.values);
    out.push_back({"logistic regression of all", LogisticRegression(fit, train.label).predict(apply), true});
  }
  for (const std::size_t index : order) out.push_back(std::move(single[index]));
  return out;
}

std::string write_evaluation(const std::filesystem::path& folder, const Json& description,
                             const std::vector<NamedScores>& all, const JetRecords& test) {
  create_folder(folder);
  Json results = Json::array();
  std::vector<std::vector<std::string>> rows;
  std::vector<NamedCurve> curves;
  constexpr std::size_t kCurves = 6;
  for (const NamedScores& scores : all) {
    results.push_back(evaluate_scores(scores, test.label, test.weight));
    rows.push_back(table_row(results.back()));
    if (curves.size() < kCurves) {
      curves.push_back(
          {text(scores.name, ": AUC ", fixed(results.back().at("auc"), 4)), roc_curve(scores.score, test.label)});
    }
  }
  Json metrics = description;
  metrics["classifiers"] = results;
  for (std::size_t column = 0; column < test.observer_names.size(); ++column) {
    if (test.observer_names[column] == "pt")
      metrics["bins_of_pt"] = evaluate_in_bins(all.front(), test.label, test.observers[column], 4);
  }
  plot_roc(folder / "roc", curves);
  std::vector<NamedValues> by_class = {{"y = 0", {}}, {"y = 1", {}}};
  for (std::size_t jet = 0; jet < test.size(); ++jet)
    by_class[test.label[jet]].values.push_back(all.front().score[jet]);
  plot_histograms(folder / "scores", text("score of ", all.front().name), by_class);
  commit_text(folder / "metrics.json", metrics.dump(1) + "\n");
  return text_table({"classifier", "ROC-AUC", "1/eB at eS 0.3", "at 0.5", "at 0.8"}, rows);
}

}  // namespace jetvit
