#include "evaluate/evaluation.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "evaluate/event_weights.h"
#include "measure/bootstrap.h"
#include "measure/roc_auc.h"
#include "measure/temperature.h"
#include "report/label_text.h"

namespace jetvit {
namespace {

constexpr double kEfficiencies[] = {0.3, 0.5, 0.8};
constexpr int kBins = 4;  // of each observer

ConfidenceInterval interval(const std::vector<double>& score, const std::vector<std::uint8_t>& label,
                            const std::vector<double>& weight) {
  // Fewer replicas of large samples: their interval is asked for less, and the time stays within seconds.
  const int replicas = std::clamp(static_cast<int>(2e7 / static_cast<double>(label.size())), 200, 1000);
  const AucInterval out = bootstrap_auc(score, label, weight, replicas);
  return {out.low, out.high};
}

Json number_or_null(double value) {
  return std::isfinite(value) ? Json(value) : Json();
}

Json to_json(const ConfidenceInterval& interval) {
  return {interval.low, interval.high};
}

Json to_json(const std::vector<WorkingPoint>& points) {
  Json out = Json::array();
  for (const WorkingPoint& point : points) {
    out.push_back({{"signal_efficiency", point.signal_efficiency},
                   {"rejection", number_or_null(point.rejection)},
                   {"error", number_or_null(point.error)},
                   {"interval", {point.low, number_or_null(point.high)}},
                   {"threshold", number_or_null(point.threshold)}});
    if (point.lower_limit > 0) out.back()["lower_limit"] = point.lower_limit;
  }
  return out;
}

Json to_json(const ClassifierMetrics& of) {
  Json out = {{"name", of.name}, {"jets", of.jets},           {"signal", of.signal},
              {"auc", of.auc},   {"auc_error", of.auc_error}, {"auc_interval", to_json(of.auc_interval)}};
  if (of.unweighted) {
    out["unweighted_auc"] = of.unweighted->auc;
    out["unweighted_auc_error"] = of.unweighted->error;
  }
  out["working_points"] = to_json(of.working_points);
  if (of.probability) {
    out["accuracy"] = of.probability->accuracy;
    out["average_precision"] = of.probability->average_precision;
    out["log_loss"] = of.probability->log_loss;
    out["brier"] = of.probability->brier;
    out["calibration_error"] = of.probability->calibration_error;
  }
  if (of.calibrated) {
    const ProbabilityMetrics& after = of.calibrated->after;
    out["calibrated"] = {{"temperature", of.calibrated->temperature},
                         {"log_loss", after.log_loss},
                         {"brier", after.brier},
                         {"calibration_error", after.calibration_error}};
  }
  if (of.first_minus_this) {
    const PairedComparison& compared = *of.first_minus_this;
    out["first_minus_this"] = {{"auc", compared.difference}, {"error", compared.error}, {"p_value", compared.p_value}};
  }
  return out;
}

Json to_json(const std::vector<ObserverBin>& bins) {
  Json out = Json::array();
  for (const ObserverBin& bin : bins) {
    out.push_back(
        {{"from", bin.from}, {"to", bin.to}, {"jets", bin.jets}, {"auc", bin.auc}, {"auc_error", bin.auc_error}});
  }
  return out;
}

Json to_json(const std::array<WeightSums, 2>& weights) {
  const auto& [background, signal] = weights;
  return {{"sum", {background.weight, signal.weight}},
          {"effective_jets", {background.effective_jets(), signal.effective_jets()}},
          {"zero", background.zero + signal.zero},
          {"negative", background.negative + signal.negative}};
}

// Where the bins begin and the last one ends, in the jets sorted by the observer: as near as possible to equal numbers
// of jets, between jets of different values.
std::vector<std::size_t> bin_edges(const std::vector<std::size_t>& order, const std::vector<double>& observer,
                                   int bins) {
  std::vector<std::size_t> edges = {0};
  for (int bin = 1; bin < bins; ++bin) {
    const std::size_t middle = order.size() * static_cast<std::size_t>(bin) / static_cast<std::size_t>(bins);
    std::size_t below = middle;
    std::size_t above = middle;
    while (below > 0 && observer[order[below - 1]] == observer[order[middle]]) --below;
    while (above < order.size() && observer[order[above]] == observer[order[middle]]) ++above;
    const std::size_t nearest = middle - below <= above - middle ? below : above;
    if (nearest > edges.back() && nearest < order.size()) edges.push_back(nearest);
  }
  if (!order.empty()) edges.push_back(order.size());
  return edges;
}

}  // namespace

ClassifierMetrics evaluate_scores(const NamedScores& scores, const std::vector<std::uint8_t>& label,
                                  const std::vector<float>& weight) {
  ClassifierMetrics out;
  out.name = scores.name;
  out.jets = label.size();
  out.signal = static_cast<std::size_t>(std::count(label.begin(), label.end(), std::uint8_t{1}));
  const std::vector<double> weights = event_weights(weight);
  out.auc_error = delong(scores.score, label, weights).error;
  out.auc = roc_auc(scores.score, label, weights);
  out.auc_interval = interval(scores.score, label, weights);
  if (!weights.empty()) out.unweighted = {roc_auc(scores.score, label), delong(scores.score, label).error};
  const std::vector<RocPoint> curve = roc_curve(scores.score, label, weights);
  const auto sums = weight_sums(label, weights);
  for (const double efficiency : kEfficiencies) {
    out.working_points.push_back(working_point(curve, efficiency, sums[1].effective_jets(), sums[0].effective_jets()));
  }
  if (scores.is_probability) {
    out.probability = probability_metrics(scores.score, label, weights);
    if (scores.temperature > 0) {
      out.calibrated = {scores.temperature,
                        probability_metrics(with_temperature(scores.score, scores.temperature), label, weights)};
    }
  }
  return out;
}

std::vector<ObserverBin> evaluate_in_bins(const NamedScores& scores, const std::vector<std::uint8_t>& label,
                                          const std::vector<float>& weight, const std::vector<double>& observer,
                                          int bins) {
  std::vector<std::size_t> order;
  for (std::size_t jet = 0; jet < label.size(); ++jet) {
    if (std::isfinite(observer[jet])) order.push_back(jet);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return observer[a] < observer[b]; });
  const std::vector<std::size_t> edges = bin_edges(order, observer, bins);
  std::vector<ObserverBin> out;
  for (std::size_t bin = 0; bin + 1 < edges.size(); ++bin) {
    const std::size_t begin = edges[bin];
    const std::size_t end = edges[bin + 1];
    std::vector<double> score;
    std::vector<std::uint8_t> labels;
    std::vector<double> weights;
    for (std::size_t place = begin; place < end; ++place) {
      score.push_back(scores.score[order[place]]);
      labels.push_back(label[order[place]]);
      weights.push_back(weight[order[place]]);
    }
    const auto sums = weight_sums(labels, weights);
    const auto is_usable = [](const WeightSums& of) { return of.jets >= 2 && of.weight > 0; };
    if (!is_usable(sums[0]) || !is_usable(sums[1])) continue;
    const AucEstimate estimate = delong(score, labels, weights);
    out.push_back({observer[order[begin]], observer[order[end - 1]], labels.size(), estimate.auc, estimate.error});
  }
  return out;
}

Evaluation evaluate_all(const std::vector<NamedScores>& all, const JetRecords& test) {
  Evaluation out;
  const std::vector<double> weights = event_weights(test.weight);
  if (!weights.empty()) out.weights = weight_sums(test.label, weights);
  for (const NamedScores& scores : all) {
    out.classifiers.push_back(evaluate_scores(scores, test.label, test.weight));
    if (&scores == &all.front()) continue;
    out.classifiers.back().first_minus_this = delong_paired(all.front().score, scores.score, test.label, weights);
  }
  for (std::size_t column = 0; column < test.observer_names.size(); ++column) {
    out.observers.push_back({test.observer_names[column],
                             evaluate_in_bins(all.front(), test.label, test.weight, test.observers[column], kBins)});
  }
  return out;
}

Json to_json(const Evaluation& evaluation) {
  Json out = {{"classifiers", Json::array()}};
  for (const ClassifierMetrics& of : evaluation.classifiers) out["classifiers"].push_back(to_json(of));
  out["weights"] = evaluation.weights ? to_json(*evaluation.weights) : Json();
  for (const ObserverBins& of : evaluation.observers) out[text("bins_of_", drawable(of.observer))] = to_json(of.bins);
  return out;
}

}  // namespace jetvit
