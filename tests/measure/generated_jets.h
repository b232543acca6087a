#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

// Scores made from integers, the same here and in tests/oracle/make/make_measure_oracles.py.
namespace jetvit::test {

// Numbers in [0, 1) with 53 bits: SplitMix64 of the number of the stream and the jet.
inline std::vector<double> uniform(std::uint64_t stream, std::size_t count) {
  std::vector<double> out;
  for (std::uint64_t jet = 1; jet <= count; ++jet) {
    std::uint64_t word = ((stream << 32) + jet) * 0x9e3779b97f4a7c15;
    word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9;
    word = (word ^ (word >> 27)) * 0x94d049bb133111eb;
    word ^= word >> 31;
    out.push_back(static_cast<double>(word >> 11) * 0x1p-53);
  }
  return out;
}

struct GeneratedJets {
  std::vector<double> score;
  std::vector<std::uint8_t> label;
  std::vector<double> weight;  // 0.5 to 1.5
};

// Scores that are the probability of their label; `levels` > 0 rounds them down to that many values.
inline GeneratedJets generated_jets(std::size_t jets, int levels, std::uint64_t stream) {
  GeneratedJets out{uniform(stream, jets), {}, uniform(stream + 2, jets)};
  const std::vector<double> chance = uniform(stream + 1, jets);
  for (std::size_t jet = 0; jet < jets; ++jet) out.label.push_back(chance[jet] < out.score[jet] ? 1 : 0);
  out.label[0] = 0;
  out.label[1] = 1;
  for (double& weight : out.weight) weight += 0.5;
  if (levels > 0) {
    for (double& score : out.score) score = std::floor(score * levels) / levels;
  }
  return out;
}

}  // namespace jetvit::test
