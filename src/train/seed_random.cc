#include "train/seed_random.h"

#include <ATen/Context.h>

#include "base/random_stream.h"

namespace jetvit {

void seed_random(std::int64_t seed, std::int64_t epoch, std::int64_t step, at::Device device) {
  const std::uint64_t word = mix_words(
      {static_cast<std::uint64_t>(seed), static_cast<std::uint64_t>(epoch), static_cast<std::uint64_t>(step)});
  at::Generator(at::globalContext().defaultGenerator(device)).set_current_seed(word);
}

}  // namespace jetvit
