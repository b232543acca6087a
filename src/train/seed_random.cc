#include "train/seed_random.h"

#include <ATen/Context.h>

#include "base/random_stream.h"

namespace jetvit {

void seed_random(std::int64_t seed, std::int64_t epoch, std::int64_t step, at::Device device, int part) {
  std::uint64_t word = mix_words(
      {static_cast<std::uint64_t>(seed), static_cast<std::uint64_t>(epoch), static_cast<std::uint64_t>(step)});
  if (part > 0) word = mix_words({word, static_cast<std::uint64_t>(part)});
  at::Generator(at::globalContext().defaultGenerator(device)).set_current_seed(word);
}

}  // namespace jetvit
