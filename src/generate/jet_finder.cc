#include "generate/jet_finder.h"

#include <algorithm>
#include <mutex>

#include <fastjet/ClusterSequence.hh>

namespace jetvit {
namespace {

constexpr double kGridEta = 2.5;  // the pile-up density is the median over 9 x 11 cells of about 0.55 x 0.57
constexpr std::size_t kGridRows = 9, kGridColumns = 11;
constexpr double kGridArea = 2 * kGridEta * 2 * M_PI / (kGridRows * kGridColumns);

double median_density(const std::vector<fastjet::PseudoJet>& inputs) {
  std::vector<double> sums(kGridRows * kGridColumns, 0.0);
  for (const fastjet::PseudoJet& input : inputs) {
    const double row = (input.rap() + kGridEta) / (2 * kGridEta) * kGridRows;
    if (row < 0 || row >= kGridRows) continue;
    const auto column = std::min(static_cast<std::size_t>(input.phi() / (2 * M_PI) * kGridColumns), kGridColumns - 1);
    sums[static_cast<std::size_t>(row) * kGridColumns + column] += input.pt();
  }
  const auto middle = sums.begin() + static_cast<std::ptrdiff_t>(sums.size() / 2);
  std::nth_element(sums.begin(), middle, sums.end());
  return *middle / kGridArea;
}

// FastJet prints a banner on first use. The stream that it prints to is a global setting.
void silence_banner() {
  static std::once_flag once;
  std::call_once(once, [] { fastjet::ClusterSequence::set_fastjet_banner_stream(nullptr); });
}

std::vector<FoundJet> cluster(const std::vector<fastjet::PseudoJet>& inputs, double radius, double minimum_pt,
                              bool subtract) {
  silence_banner();
  const double density = subtract ? median_density(inputs) : 0.0;
  const fastjet::ClusterSequence sequence(inputs, fastjet::JetDefinition(fastjet::antikt_algorithm, radius));
  std::vector<FoundJet> out;
  for (const fastjet::PseudoJet& jet : sequence.inclusive_jets(minimum_pt)) {
    const double pt = jet.pt() - density * M_PI * radius * radius;
    if (pt > minimum_pt) out.push_back({pt, jet.eta(), jet.phi_std(), jet.m()});
  }
  std::stable_sort(out.begin(), out.end(), [](const FoundJet& a, const FoundJet& b) { return a.pt > b.pt; });
  return out;
}

}  // namespace

std::vector<FoundJet> find_jets(const std::vector<FlowObject>& objects, double radius, double minimum_pt,
                                bool subtract) {
  std::vector<fastjet::PseudoJet> inputs;
  inputs.reserve(objects.size());
  for (const FlowObject& object : objects) {
    const double pz = object.pt * std::sinh(object.eta);
    const double e = std::sqrt(object.pt * object.pt + pz * pz + object.mass * object.mass);
    inputs.emplace_back(object.pt * std::cos(object.phi), object.pt * std::sin(object.phi), pz, e);
  }
  return cluster(inputs, radius, minimum_pt, subtract);
}

std::vector<FoundJet> find_particle_jets(const std::vector<Particle>& particles, double radius, double minimum_pt) {
  std::vector<fastjet::PseudoJet> inputs;
  inputs.reserve(particles.size());
  for (const Particle& particle : particles) inputs.emplace_back(particle.px, particle.py, particle.pz, particle.e);
  return cluster(inputs, radius, minimum_pt, false);
}

}  // namespace jetvit
