#include "bench/bench_ops.h"

#include <algorithm>

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/randn_like.h>
#include <torch/csrc/autograd/autograd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/progress.h"
#include "base/text.h"
#include "bench/operator_pairs.h"
#include "compute/runtime.h"

namespace jetvit {
namespace {

using Apply = std::function<at::Tensor(const Tensors&)>;

// The inputs of one side: leaves of its own where gradients are wanted.
Tensors leaves(const OperatorPair& pair) {
  Tensors out;
  for (const at::Tensor& input : pair.inputs) out.push_back(input.detach().set_requires_grad(pair.trains));
  return out;
}

// The result and the gradients of all inputs.
Tensors pass(const Apply& apply, const Tensors& inputs, const at::Tensor& of_result) {
  const at::AutoGradMode gradients(of_result.defined());
  const at::Tensor y = apply(inputs);
  Tensors out = {y};
  if (of_result.defined()) {
    for (const at::Tensor& gradient : torch::autograd::grad({y}, inputs, {of_result})) out.push_back(gradient);
  }
  return out;
}

double largest(const at::Tensor& x) {
  return x.to(at::kDouble).abs().max().item<double>();
}

double difference(const Tensors& ours, const Tensors& peers) {
  double worst = 0;
  for (std::size_t index = 0; index < ours.size(); ++index) {
    const at::Tensor apart = ours[index].detach().to(at::kDouble) - peers[index].detach().to(at::kDouble);
    worst = std::max(worst, largest(apart) / largest(peers[index].detach()));
  }
  return worst;
}

// Seconds of a call.
template <class Call>
double timed(double seconds, const Call& call) {
  const double start = monotonic_seconds();
  int calls = 0;
  double spent = 0;
  do {
    call();
    ++calls;
    spent = monotonic_seconds() - start;
  } while (spent < seconds);
  return spent / calls;
}

BenchOpsResult measure_pair(const OperatorPair& pair, const BenchTime& time, Progress& progress) {
  const Tensors of_ours = leaves(pair), of_peers = leaves(pair);
  // Also the first round, which is not timed.
  const at::Tensor of_result =
      pair.trains ? at::randn_like(pass(pair.ours, of_ours, at::Tensor()).front()) : at::Tensor();
  const double apart = difference(pass(pair.ours, of_ours, of_result), pass(pair.peers, of_peers, of_result));
  std::vector<double> ours, peers, ratios;
  for (int round = 0; round < time.rounds; ++round) {
    ours.push_back(timed(time.seconds, [&] { pass(pair.ours, of_ours, of_result); }));
    peers.push_back(timed(time.seconds, [&] { pass(pair.peers, of_peers, of_result); }));
    ratios.push_back(peers.back() / ours.back());
    progress.add(1, pair.name);
  }
  const auto [low, high] = std::minmax_element(ratios.begin(), ratios.end());
  return {.name = pair.name,
          .peer = pair.peer,
          .size = sizes_text(pair.inputs.front().sizes().vec()),
          .milliseconds = 1e3 * median(ours),
          .peer_milliseconds = 1e3 * median(peers),
          .ratio = median(ratios),
          .slowest_ratio = *low,
          .fastest_ratio = *high,
          .difference = apart};
}

void choose(std::vector<OperatorPair>& pairs, const std::vector<std::string>& wanted) {
  for (const std::string& name : wanted) {
    if (std::any_of(pairs.begin(), pairs.end(), [&](const OperatorPair& pair) { return pair.name == name; })) continue;
    std::vector<std::string> names;
    for (const OperatorPair& pair : pairs) {
      if (names.empty() || names.back() != pair.name) names.push_back(pair.name);
    }
    throw UsageError(text("`operators` ", printable(name), ": no such operator (possible: ", join(names, ", "), ")"));
  }
  if (wanted.empty()) return;
  std::erase_if(pairs, [&](const OperatorPair& pair) {
    return std::find(wanted.begin(), wanted.end(), pair.name) == wanted.end();
  });
}

}  // namespace

Json to_json(const std::vector<BenchOpsResult>& results) {
  Json out = Json::array();
  for (const BenchOpsResult& of : results) {
    out.push_back({{"operator", of.name},
                   {"peer", of.peer},
                   {"size", of.size},
                   {"milliseconds", of.milliseconds},
                   {"peer_milliseconds", of.peer_milliseconds},
                   {"ratio", of.ratio},
                   {"slowest_ratio", of.slowest_ratio},
                   {"fastest_ratio", of.fastest_ratio},
                   {"difference", of.difference}});
  }
  return out;
}

std::vector<BenchOpsResult> bench_ops(const BenchOpsOptions& options) {
  initialize_runtime(options.compute);
  std::vector<OperatorPair> pairs = operator_pairs(options.images);
  choose(pairs, options.operators);
  Progress progress("operators", "rounds", pairs.size() * static_cast<std::size_t>(options.time.rounds));
  std::vector<BenchOpsResult> out;
  for (const OperatorPair& pair : pairs) out.push_back(measure_pair(pair, options.time, progress));
  return out;
}

}  // namespace jetvit
