#pragma once

#include <cstddef>

#include "generate/generate.h"

namespace jetvit {

// The number of pile-up collisions that the jets of a data set share: what the options ask for, else 20 for each jet,
// from 250 to 20,000; 0 without pile-up. Each jet uses 21 of them: with 20,000, a pool adds no more to the variance of
// the means over 1,000 jets than their own pile-up does (docs/generator.md).
std::size_t pool_size(const GenerateOptions& options);

}  // namespace jetvit
