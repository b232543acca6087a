#include "generate/generate.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include "base/ordered_for.h"
#include "base/progress.h"
#include "generate/collisions.h"
#include "generate/pairing.h"
#include "generate/pool_size.h"
#include "generate/selection.h"

namespace jetvit {
namespace {

constexpr std::size_t kSmallestBlock = 4, kLargestBlock = 64;  // jets

// The event generators of one thread, for background and signal. Starting one takes half a second, so each is started
// once, when first needed.
class ThreadSources {
 public:
  CollisionSource& of(Process process, bool signal) {
    auto& source = sources_[signal ? 1 : 0];
    if (!source) source = std::make_unique<PythiaSource>(process);
    return *source;
  }

 private:
  std::array<std::unique_ptr<PythiaSource>, 2> sources_;
};

}  // namespace

std::vector<std::vector<Particle>> pile_up_pool(const GenerateOptions& options) {
  const std::size_t size = pool_size(options);
  if (size == 0) return {};
  return make_pile_up(size, options.seed, std::max(options.threads, 1));
}

Generated generate(const GenerateOptions& options, const std::vector<std::vector<Particle>>& pool,
                   const std::function<void(const JetRecords&)>& sink) {
  const std::size_t per_block = std::clamp(whole_pairs(options.jets) / 16, kSmallestBlock, kLargestBlock);
  std::vector<ThreadSources> sources(static_cast<std::size_t>(std::max(options.threads, 1)));
  PairStream pairs(options.jets, options.seed, sink);
  Progress progress("generate", "jets", options.jets);
  Generated out;
  auto next = [index = std::size_t{0}]() mutable { return std::optional(index++); };
  const auto make = [&](std::size_t index, int thread) {
    const bool signal = index % 2 == 1;
    const Process process =
        options.top ? (signal ? Process::top : Process::qcd) : (signal ? Process::quark : Process::gluon);
    CollisionSource& source = sources[static_cast<std::size_t>(thread)].of(process, signal);
    return make_jets({process, options.seed, index / 2, per_block, options.pile_up}, pool, source);
  };
  const auto take = [&](JetBlock block) {
    out.collisions += block.collisions;
    out.simulated += block.simulated;
    out.selected += block.jets.size();
    const std::size_t before = pairs.size();
    pairs.add(block.jets);
    progress.add(pairs.size() - before);
    return pairs.size() < options.jets;
  };
  ordered_for(options.threads, 4 * sources.size(), next, make, take);
  return out;
}

}  // namespace jetvit
