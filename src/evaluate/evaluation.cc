#include "evaluate/evaluation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string_view>

#include "base/table.h"
#include "base/text.h"
#include "measure/bootstrap.h"
#include "measure/delong.h"
#include "measure/logistic_regression.h"
#include "measure/probability_metrics.h"
#include "measure/roc_auc.h"
#include "measure/roc_curve.h"
#include "measure/temperature.h"
#include "report/label_text.h"

namespace jetvit {
namespace {

constexpr double kEfficiencies[] = {0.3, 0.5, 0.8};

constexpr std::array kAlwaysShown = {"jet pT", "jet mass", "tracks multiplicity"};  // names of jet_features()
constexpr std::string_view kTurned = "- ";  // before the name of an observable that is smaller for label 1

constexpr int kBins = 4;                  // of each observer
constexpr std::size_t kCalibrations = 3;  // of a plot

std::string rejection_text(const Json& point) {
  if (point.at("rejection").is_null()) return text("> ", fixed(point.at("lower_limit"), 1));
  return text(fixed(point.at("rejection"), 1), " ± ", fixed(point.at("error"), 1));
}

bool all_finite(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); });
}

Json interval(const std::vector<double>& score, const std::vector<std::uint8_t>& label,
              const std::vector<double>& weight) {
  // Fewer replicas of large samples: their interval is asked for less, and the time stays within seconds.
  const int replicas = std::clamp(static_cast<int>(2e7 / static_cast<double>(label.size())), 200, 1000);
  const AucInterval out = bootstrap_auc(score, label, weight, replicas);
  return {out.low, out.high};
}

bool is_always_shown(std::string_view name) {
  if (name.starts_with(kTurned)) name.remove_prefix(kTurned.size());
  return std::find(kAlwaysShown.begin(), kAlwaysShown.end(), name) != kAlwaysShown.end();
}

Json number_or_null(double value) {
  return std::isfinite(value) ? Json(value) : Json();
}

}  // namespace

Json evaluate_scores(const NamedScores& scores, const std::vector<std::uint8_t>& label,
                     const std::vector<float>& weight) {
  const AucEstimate estimate = delong(scores.score, label);
  const auto signals = static_cast<std::size_t>(std::count(label.begin(), label.end(), std::uint8_t{1}));
  Json out = {{"name", scores.name},         {"jets", label.size()},
              {"signal", signals},           {"auc", roc_auc(scores.score, label)},
              {"auc_error", estimate.error}, {"auc_interval", interval(scores.score, label, {})}};
  if (std::any_of(weight.begin(), weight.end(), [](float value) { return value != 1; })) {
    const std::vector<double> weights(weight.begin(), weight.end());
    out["weighted_auc"] = roc_auc(scores.score, label, weights);
    out["weighted_auc_interval"] = interval(scores.score, label, weights);
  }
  const std::vector<RocPoint> curve = roc_curve(scores.score, label);
  out["working_points"] = Json::array();
  for (const double efficiency : kEfficiencies) {
    const WorkingPoint point = working_point(curve, efficiency, label.size() - signals);
    out["working_points"].push_back({{"signal_efficiency", efficiency},
                                     {"rejection", number_or_null(point.rejection)},
                                     {"error", number_or_null(point.error)},
                                     {"threshold", number_or_null(point.threshold)}});
    if (point.lower_limit > 0) out["working_points"].back()["lower_limit"] = point.lower_limit;
  }
  if (scores.is_probability) {
    const ProbabilityMetrics of = probability_metrics(scores.score, label);
    out["accuracy"] = of.accuracy;
    out["average_precision"] = of.average_precision;
    out["log_loss"] = of.log_loss;
    out["brier"] = of.brier;
    out["calibration_error"] = of.calibration_error;
    if (scores.temperature > 0) {
      const ProbabilityMetrics after = probability_metrics(with_temperature(scores.score, scores.temperature), label);
      out["calibrated"] = {{"temperature", scores.temperature},
                           {"log_loss", after.log_loss},
                           {"brier", after.brier},
                           {"calibration_error", after.calibration_error}};
    }
  }
  return out;
}

Json evaluate_in_bins(const NamedScores& scores, const std::vector<std::uint8_t>& label,
                      const std::vector<double>& observer, int bins) {
  std::vector<std::size_t> order;
  for (std::size_t jet = 0; jet < label.size(); ++jet) {
    if (std::isfinite(observer[jet])) order.push_back(jet);
  }
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

std::vector<NamedScores> baseline_scores(const FeatureTable& train, const FeatureTable& test) {
  std::vector<NamedScores> single;
  std::vector<double> auc;
  std::vector<std::vector<double>> fit;
  std::vector<std::vector<double>> apply;
  for (std::size_t index = 0; index < test.features().size(); ++index) {
    const Feature& feature = test.features()[index];
    if (!all_finite(feature.values)) continue;
    NamedScores scores{.name = feature.name, .score = feature.values};
    auc.push_back(roc_auc(feature.values, test.label()));
    if (auc.back() < 0.5) {
      auc.back() = 1 - auc.back();
      scores.name = text(kTurned, feature.name);
      for (double& value : scores.score) value = -value;
    }
    single.push_back(std::move(scores));
    if (index < train.features().size() && all_finite(train.features()[index].values)) {
      fit.push_back(train.features()[index].values);
      apply.push_back(feature.values);
    }
  }
  std::vector<std::size_t> order(single.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return auc[a] > auc[b]; });
  std::vector<NamedScores> out;
  const auto signals = std::count(train.label().begin(), train.label().end(), std::uint8_t{1});
  if (!fit.empty() && signals > 0 && signals < std::ssize(train.label())) {
    out.push_back({"logistic regression of all", LogisticRegression(fit, train.label()).predict(apply), true});
  }
  for (const std::size_t index : order) out.push_back(std::move(single[index]));
  return out;
}

std::vector<NamedScores> shown_baselines(std::vector<NamedScores> baselines, std::size_t count) {
  std::vector<NamedScores> shown;
  for (NamedScores& one : baselines) {
    if (shown.size() < count || is_always_shown(one.name)) shown.push_back(std::move(one));
  }
  return shown;
}

Json evaluate_all(const std::vector<NamedScores>& all, const JetRecords& test) {
  Json metrics = {{"classifiers", Json::array()}};
  for (const NamedScores& scores : all) {
    Json one = evaluate_scores(scores, test.label, test.weight);
    if (&scores != &all.front()) {
      const PairedComparison paired = delong_paired(all.front().score, scores.score, test.label);
      one["behind_first"] = {{"auc", paired.difference}, {"error", paired.error}, {"p_value", paired.p_value}};
    }
    metrics["classifiers"].push_back(std::move(one));
  }
  for (std::size_t column = 0; column < test.observer_names.size(); ++column) {
    metrics[text("bins_of_", drawable(test.observer_names[column]))] =
        evaluate_in_bins(all.front(), test.label, test.observers[column], kBins);
  }
  return metrics;
}

std::string evaluation_table(const Json& metrics) {
  std::vector<std::vector<std::string>> rows;
  const auto with_error = [](double value, double error) { return text(fixed(value, 4), " ± ", fixed(error, 4)); };
  for (const Json& one : metrics.at("classifiers")) {
    rows.push_back({one.at("name"), with_error(one.at("auc"), one.at("auc_error"))});
    for (const Json& point : one.at("working_points")) rows.back().push_back(rejection_text(point));
    const bool first = !one.contains("behind_first");
    rows.back().push_back(first ? "" : with_error(one["behind_first"].at("auc"), one["behind_first"].at("error")));
  }
  std::vector<std::string> header = {"classifier", "ROC-AUC", "1/eB at eS 0.3", "at 0.5", "at 0.8", "AUC behind first"};
  if (rows.size() == 1) {
    header.pop_back();
    rows.front().pop_back();
  }
  return text_table(header, rows);
}

std::vector<std::string> draw_evaluation(const std::filesystem::path& folder, const std::vector<NamedScores>& all,
                                         const JetRecords& test, const std::vector<LearningCurve>& learning) {
  std::vector<std::string> drawn = {"roc", "scores"};
  std::vector<NamedCurve> curves;
  std::vector<NamedCalibration> calibrations;
  for (const NamedScores& scores : all) {
    curves.push_back({text(scores.name, ": AUC ", fixed(roc_auc(scores.score, test.label), 4)),
                      roc_curve(scores.score, test.label)});
    if (!scores.is_probability || calibrations.size() >= kCalibrations) continue;
    calibrations.push_back({scores.name, calibration_bins(scores.score, test.label)});
    if (scores.temperature > 0) {
      calibrations.push_back({text(scores.name, ", temperature ", fixed(scores.temperature, 2)),
                              calibration_bins(with_temperature(scores.score, scores.temperature), test.label)});
    }
  }
  plot_roc(folder / "roc", curves);
  std::vector<NamedValues> by_class = {{"y = 0", {}}, {"y = 1", {}}};
  for (std::size_t jet = 0; jet < test.size(); ++jet) {
    by_class[test.label[jet]].values.push_back(all.front().score[jet]);
  }
  plot_histograms(folder / "scores", {text("score of ", all.front().name), ""}, by_class);
  if (!calibrations.empty()) {
    plot_calibration(folder / "calibration", calibrations);
    drawn.emplace_back("calibration");
  }
  if (!learning.empty()) {
    plot_learning(folder / "learning", learning);
    drawn.emplace_back("learning");
  }
  return drawn;
}

}  // namespace jetvit
