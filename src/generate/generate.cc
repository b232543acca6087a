#include "generate/generate.h"

#include <algorithm>

#include "base/parallel_for.h"
#include "base/progress.h"
#include "base/text.h"
#include "generate/pairing.h"
#include "generate/selection.h"

namespace jetvit {
namespace {

constexpr std::size_t kLargestBlock = 256, kLargestPool = 2000, kSmallestPool = 250;
constexpr double kUnpaired = 0.10;  // about the share of jets that find no partner

}  // namespace

Generated generate(const GenerateOptions& options) {
  const double start = monotonic_seconds();
  const std::size_t wanted = options.jets + options.jets % 2;
  const std::size_t per_block = std::clamp<std::size_t>(wanted / 8, 16, kLargestBlock);
  std::vector<std::vector<Particle>> pool;
  if (options.pile_up > 0) {
    pool = make_pile_up(std::clamp(wanted, kSmallestPool, kLargestPool), options.seed, options.threads);
  }
  const Process signal = options.top ? Process::top : Process::quark;
  const Process background = options.top ? Process::qcd : Process::gluon;
  const double share = static_cast<double>(wanted) / 2 / (1 - kUnpaired);
  std::size_t first = 0, count = static_cast<std::size_t>(share / static_cast<double>(per_block)) + 1;
  Progress progress("generate", "jets", 2 * count * per_block);
  Generated out;
  std::vector<std::size_t> pairs;
  // Rounds of whole blocks, so that neither the jets nor the moment of stopping depend on the threads.
  while (pairs.size() < wanted) {
    std::vector<JetBlock> blocks(2 * count);
    parallel_for(blocks.size(), options.threads, [&](std::size_t index, int) {
      const Process process = index % 2 == 0 ? background : signal;
      blocks[index] = make_jets({process, options.seed, first + index / 2, per_block, options.pile_up}, pool);
      progress.add(per_block);
    });
    for (const JetBlock& block : blocks) {
      if (out.jets.size() == 0) {
        out.jets = block.jets;
      } else {
        out.jets.append(block.jets);
      }
      out.collisions += block.collisions;
      out.simulated += block.simulated;
    }
    first += count;
    count = 1;
    pairs = pair_classes(out.jets);
  }
  out.selected = out.jets.size();
  pairs.resize(wanted);
  std::vector<std::size_t> order = shuffled(wanted, options.seed);
  for (std::size_t& place : order) place = pairs[place];
  order.resize(options.jets);
  out.jets = out.jets.select(order);
  out.seconds = monotonic_seconds() - start;
  return out;
}

}  // namespace jetvit
